using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Invitations;

/// <summary>Joins by an invitation.</summary>
public sealed class AcceptInvitationInput : MutationInput
{
    /// <summary>The part of the mail's link after the #. Pass either token or invitationId.</summary>
    public string? Token { get; set; }

    /// <summary>From Viewer.invitations. Pass either token or invitationId.</summary>
    [Id]
    public string? InvitationId { get; set; }
}

/// <summary>The organization joined, or why not.</summary>
[Errors(typeof(ValidationError), typeof(InvitationInvalidError), typeof(InvitationWrongIdentityError), typeof(LimitReachedError))]
public sealed class AcceptInvitationPayload : MutationPayload
{
    internal AcceptInvitationPayload(AppendResult result, Guid person)
        : base(result)
    {
        if (result.IsAccepted)
        {
            Organization = new Organization(result.Organization());
            OrganizationEdge = Viewer.EdgeOf(Organization);
            Member = result.Organization().Members[person] is { } row ? new Member(result.Organization(), row) : null;
        }
    }

    /// <summary>The organization that the caller belongs to now.</summary>
    public Organization? Organization { get; }

    /// <summary>The organization with a cursor, for lists.</summary>
    public OrganizationEdge? OrganizationEdge { get; }

    /// <summary>The caller's membership.</summary>
    public Member? Member { get; }
}

/// <summary>
/// Caller: a person by session whose verified e-mail is the invited one. Refused: neither or both arguments, an invitation that is not
/// open, another identity, an inviter who may not give these groups any more, too many members. Writes: member, invitation.
/// Events: InvitationAccepted, MemberJoined.
/// </summary>
public sealed class AcceptInvitationMutation(MutationRunner runner, InvitationFinder finder, PeopleDirectory people, SettingsLimits limits)
{
    /// <summary>Joins an organization by an invitation. Only a person whose verified e-mail is the invited one can.</summary>
    /// <param name="input">Which invitation.</param>
    [Authorize(Policy.Session)]
    public async Task<AcceptInvitationPayload?> AcceptInvitationAsync(IResolveFieldContext context, AcceptInvitationInput input)
    {
        var person = context.Caller().Person!;
        var (place, error) = await finder.FindAsync(input.Token, input.InvitationId, person, context);
        if (place is null)
        {
            return new AcceptInvitationPayload(InvitationFinder.Refused(error!), person.Id);
        }

        var result = await runner.DecideAsync(context, place.OrganizationId, decision => Decide(decision, place.CredentialId, person));
        people.ForgetMemberships(person.Id);
        return new AcceptInvitationPayload(result, person.Id);
    }

    private Refusal? Decide(Decision decision, Guid id, Person person)
    {
        var organization = decision.Organization();
        if (InvitationFinder.Check(decision, id, person, out var invitation) is { } refusal)
        {
            return refusal;
        }

        if (organization.Members[person.Id] is not null)
        {
            InvitationRules.End(decision, invitation, InvitationStatus.Accepted);
            decision.Raise(new InvitationAccepted(id), invitation.Email);
            return null;
        }

        if (SettingsLimits.Reached(limits.Members, organization.Members.Count))
        {
            return new LimitReachedError($"An organization holds at most {limits.Members} members.", limits.Members);
        }

        if (!StillGivable(organization, invitation))
        {
            return new InvitationInvalidError("Whoever invited you may not give these groups any more. Ask for a new invitation.", InvitationStatus.Pending);
        }

        decision.Changes.ActorName = person.DisplayName;
        InvitationRules.End(decision, invitation, InvitationStatus.Accepted);
        decision.Raise(new InvitationAccepted(id), invitation.Email);
        MemberJoining.Join(decision, person, [.. invitation.GroupIds.Where(group => organization.Groups[group] is not null)]);
        return null;
    }

    // Judged as if the inviter invited now: a demoted or removed one must not let anybody in.
    private static bool StillGivable(OrganizationSnapshot organization, InvitationSnapshot invitation)
    {
        if (invitation.InvitedBy is not { } inviter || organization.Access.Of(inviter) is not { IsMember: true } rights || !rights.Can(Permission.Create, ResourceRef.Members))
        {
            return false;
        }

        var after = organization.Access.OfGroups(invitation.GroupIds);
        return invitation.GroupIds.Any(group => organization.Groups[group] is not null)
            && GivingRules.MayGive(invitation.IsByKey ? Kernel.Access.CredentialKind.ApiKey : Kernel.Access.CredentialKind.Session, rights, EffectiveRights.None, after);
    }
}

/// <summary>Says no to an invitation.</summary>
public sealed class DeclineInvitationInput : MutationInput
{
    /// <summary>The part of the mail's link after the #. Pass either token or invitationId.</summary>
    public string? Token { get; set; }

    /// <summary>From Viewer.invitations. Pass either token or invitationId.</summary>
    [Id]
    public string? InvitationId { get; set; }
}

/// <summary>The invitation, declined, or why not.</summary>
[Errors(typeof(ValidationError), typeof(InvitationInvalidError), typeof(InvitationWrongIdentityError))]
public sealed class DeclineInvitationPayload : MutationPayload
{
    internal DeclineInvitationPayload(AppendResult result, Guid id, DateTimeOffset now)
        : base(result)
    {
        if (result.IsAccepted && result.Organization().Invitations[id] is { } row)
        {
            Invitation = new InvitationPreview(result.Organization(), row, now);
        }
    }

    /// <summary>The invitation.</summary>
    public InvitationPreview? Invitation { get; }
}

/// <summary>
/// Caller: a person by session whose verified e-mail is the invited one. Refused: neither or both arguments, an invitation that is not
/// open, another identity. Writes: invitation; its link is deleted. Events: InvitationDeclined.
/// </summary>
public sealed class DeclineInvitationMutation(MutationRunner runner, InvitationFinder finder)
{
    /// <summary>Says no to an invitation. Only a person whose verified e-mail is the invited one can.</summary>
    /// <param name="input">Which invitation.</param>
    [Authorize(Policy.Session)]
    public async Task<DeclineInvitationPayload?> DeclineInvitationAsync(IResolveFieldContext context, DeclineInvitationInput input)
    {
        var person = context.Caller().Person!;
        var (place, error) = await finder.FindAsync(input.Token, input.InvitationId, person, context);
        if (place is null)
        {
            return new DeclineInvitationPayload(InvitationFinder.Refused(error!), Guid.Empty, context.Request().Now);
        }

        var result = await runner.DecideAsync(context, place.OrganizationId, decision => Decide(decision, place.CredentialId, person));
        return new DeclineInvitationPayload(result, place.CredentialId, context.Request().Now);
    }

    private static Refusal? Decide(Decision decision, Guid id, Person person)
    {
        if (InvitationFinder.Check(decision, id, person, out var invitation) is { } refusal)
        {
            return refusal;
        }

        decision.Changes.ActorName = person.DisplayName;
        InvitationRules.End(decision, invitation, InvitationStatus.Declined);
        decision.Raise(new InvitationDeclined(id), invitation.Email);
        return null;
    }
}

/// <summary>From what an invited person holds to the invitation.</summary>
public sealed class InvitationFinder(CredentialDirectory directory)
{
    /// <summary>Where the invitation is, or why it cannot be told.</summary>
    internal async Task<(CredentialPlace? Place, UserError? Error)> FindAsync(string? token, string? invitationId, Person person, IResolveFieldContext context)
    {
        if (token is null == invitationId is null)
        {
            return (null, new ValidationError("Pass either token or invitationId, and only one of them."));
        }

        if (token is not null)
        {
            var found = await FindAsync(token, context);
            return (found, found is null ? InvitationRules.NotOpen(null) : null);
        }

        // An id proves nothing: whoever is not invited learns the same from one that somebody has and from one that nobody has.
        var id = GlobalId.Parse(invitationId, "invitationId");
        var invited = person.VerifiedEmail is { } email ? await directory.FindInvitationsAsync(EmailText.Normalize(email), context.CancellationToken) : [];
        return id.Type == NodeType.Invitation && invited.FirstOrDefault(place => place.CredentialId == id.Id && place.OrganizationId == id.OrganizationId) is { } own
            ? (own, null)
            : (null, InvitationRules.NotOpen(null));
    }

    /// <summary>Where the invitation of a token is; null when it is unknown. Guesses are counted.</summary>
    internal async Task<CredentialPlace?> FindAsync(string token, IResolveFieldContext context)
    {
        var found = TokenHasher.IsWellFormed(token) ? await directory.FindInvitationAsync(token, context.CancellationToken) : null;
        if (found is null)
        {
            context.CountUnknownToken();
        }

        return found;
    }

    /// <summary>The refusal of an answer by somebody else, or to an invitation that is not open. Only the invited learn how far it has come.</summary>
    internal static Refusal? Check(Decision decision, Guid id, Person person, out InvitationSnapshot invitation)
    {
        var organization = decision.Organization();
        invitation = organization.Invitations[id]!;
        if (invitation is null || organization.IsArchived)
        {
            return InvitationRules.NotOpen(null);
        }

        if (person.VerifiedEmail is null || EmailText.Normalize(person.VerifiedEmail) != invitation.NormalizedEmail)
        {
            return new InvitationWrongIdentityError("The invitation is for another e-mail address. Sign in with the address that was invited.");
        }

        var status = invitation.StatusAt(decision.Now);
        return status == InvitationStatus.Pending ? null : InvitationRules.NotOpen(status);
    }

    internal static AppendResult Refused(UserError error) => new(OrganizationSnapshot.Empty(Guid.Empty, 0), null, [error]);
}
