using System.ComponentModel;
using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;
using CredentialKind = OrgGraph.Settings.Kernel.Access.CredentialKind;

namespace OrgGraph.Settings.Invitations;

/// <summary>Whom to invite, and into which groups.</summary>
public sealed class InviteMembersInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Addresses; an entry may hold several, separated by line breaks, commas or semicolons, and `Name &lt;a@b&gt;` is understood. At most 100 addresses.</summary>
    public string[] Emails { get; set; } = [];

    /// <summary>The groups that the people will be in: at least one.</summary>
    [Id]
    public string[] GroupIds { get; set; } = [];

    /// <summary>Whether to send mails. Without, people find the invitation when they sign in.</summary>
    [DefaultValue(true)]
    public bool SendEmails { get; set; } = true;

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>What became of one address.</summary>
public enum InviteOutcome
{
    /// <summary>It is invited now.</summary>
    Invited,

    /// <summary>It was invited before; that invitation stays as it is.</summary>
    AlreadyInvited,

    /// <summary>The person belongs to the organization.</summary>
    AlreadyMember,

    /// <summary>It is no e-mail address.</summary>
    Invalid,

    /// <summary>It stands earlier in the same list.</summary>
    Duplicate,
}

/// <summary>What became of one address.</summary>
[Name("InviteResult")]
public sealed class InviteResult(string email, InviteOutcome outcome, string? message, Invitation? invitation)
{
    /// <summary>The address as it was sent.</summary>
    public string Email { get; } = email;

    /// <summary>What became of it.</summary>
    public InviteOutcome Outcome { get; } = outcome;

    /// <summary>The open invitation, be it new or from before.</summary>
    public Invitation? Invitation { get; } = invitation;

    /// <summary>Why it was not invited; null otherwise.</summary>
    public string? Message { get; } = message;
}

/// <summary>What became of each address, or why the whole call was refused.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(GroupRequiredError), typeof(NotGrantableError), typeof(LimitReachedError))]
public sealed class InviteMembersPayload : MutationPayload
{
    internal InviteMembersPayload(AppendResult result, IReadOnlyList<InviteDraft> drafts)
        : base(result)
    {
        if (!result.IsAccepted)
        {
            return;
        }

        var organization = result.Organization();
        Results = [.. drafts.Select(draft => new InviteResult(draft.Text, draft.Outcome, draft.Message, draft.Id is { } id && organization.Invitations[id] is { } row ? new Invitation(organization, row) : null))];
        InvitationEdges = [.. Results.Where(one => one.Outcome == InviteOutcome.Invited).Select(one => InvitationQueries.EdgeOf(one.Invitation!))];
    }

    /// <summary>One for each address, in order.</summary>
    public IReadOnlyList<InviteResult> Results { get; } = [];

    /// <summary>The new invitations with cursors, for lists.</summary>
    public IReadOnlyList<InvitationEdge> InvitationEdges { get; } = [];
}

/// <summary>What is to become of one address.</summary>
internal sealed record InviteDraft(string Text, InviteOutcome Outcome, string? Message = null, Guid? Id = null);

/// <summary>
/// Caller: INVITE_MEMBERS. Refused as a whole: no or unknown groups, groups that the caller may not give, limits; a bad address is an
/// outcome. Writes: invitations, hashes of their links. Events: InvitationCreated for each. Work: a mail each, their expiry.
/// </summary>
public sealed class InviteMembersMutation(MutationRunner runner, TokenHasher hasher, SettingsLimits limits)
{
    private const int MaxAddresses = 100;

    /// <summary>Invites people by e-mail. Each address has its own outcome: one bad address does not stop the others.</summary>
    /// <param name="input">Whom, and into which groups.</param>
    [Authorize(Policy.InviteMembers)]
    public async Task<InviteMembersPayload?> InviteMembersAsync(IResolveFieldContext context, InviteMembersInput input)
    {
        IReadOnlyList<InviteDraft> drafts = [];
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, out drafts));
        return new InviteMembersPayload(result, drafts);
    }

    private Refusal? Decide(Decision decision, InviteMembersInput input, out IReadOnlyList<InviteDraft> drafts)
    {
        drafts = [];
        var organization = decision.Organization();
        var addresses = EmailText.Split(input.Emails);
        if (addresses.Count == 0)
        {
            return new ValidationError("Pass at least one address.", "emails");
        }

        if (addresses.Count > MaxAddresses)
        {
            return new LimitReachedError($"At most {MaxAddresses} addresses can be invited at once; these are {addresses.Count}.", MaxAddresses, "emails");
        }

        var (groups, error) = InvitationRules.ReadGroups(decision, input.GroupIds);
        if (error is not null)
        {
            return error;
        }

        var open = organization.Invitations.All.Where(invitation => invitation.StatusAt(decision.Now) == InvitationStatus.Pending).ToLookup(invitation => invitation.NormalizedEmail);
        var members = organization.Members.All.Select(member => member.VerifiedEmail).OfType<string>().Select(EmailText.Normalize).ToHashSet();
        var seen = new HashSet<string>();
        var judged = addresses.ConvertAll(text => Judge(text, seen, members, open));
        var fresh = judged.Count(draft => draft.Outcome == InviteOutcome.Invited);
        if (fresh > 0 && Full(organization, open.Count, fresh) is { } full)
        {
            return full;
        }

        if (fresh > 0 && input.SendEmails && MailAllowance.Reached(decision, limits, fresh) is { } tooMany)
        {
            return tooMany;
        }

        drafts = judged.ConvertAll(draft => draft.Outcome == InviteOutcome.Invited ? Create(decision, draft, groups, input.SendEmails) : draft);
        return null;
    }

    private static InviteDraft Judge(string text, HashSet<string> seen, HashSet<string> members, ILookup<string, InvitationSnapshot> open)
    {
        if (EmailText.Read(text) is not { } address)
        {
            return new InviteDraft(text, InviteOutcome.Invalid, "This is no e-mail address.");
        }

        var normalized = EmailText.Normalize(address);
        return !seen.Add(normalized) ? new InviteDraft(text, InviteOutcome.Duplicate, "The address stands earlier in the list.")
            : members.Contains(normalized) ? new InviteDraft(text, InviteOutcome.AlreadyMember, "This person belongs to the organization already.")
            : open[normalized].FirstOrDefault() is { } pending ? new InviteDraft(text, InviteOutcome.AlreadyInvited, "The address is invited already; that invitation stays as it is.", pending.Id)
            : new InviteDraft(text, InviteOutcome.Invited);
    }

    private LimitReachedError? Full(OrganizationSnapshot organization, int open, int fresh) =>
        limits.PendingInvitations > 0 && open + fresh > limits.PendingInvitations
            ? new LimitReachedError($"An organization holds at most {limits.PendingInvitations} open invitations.", limits.PendingInvitations, "emails")
            : limits.Members > 0 && organization.Members.Count + fresh > limits.Members
                ? new LimitReachedError($"An organization holds at most {limits.Members} members.", limits.Members, "emails")
                : null;

    private InviteDraft Create(Decision decision, InviteDraft draft, Guid[] groups, bool withMail)
    {
        var address = EmailText.Read(draft.Text)!;
        var id = decision.NewId();
        var invitation = new InvitationSnapshot(
            id,
            0,
            address,
            EmailText.Normalize(address),
            groups,
            decision.Caller.Principal,
            decision.Caller.Credential == CredentialKind.ApiKey,
            decision.Now,
            decision.Now,
            InvitationStatus.Pending,
            MailDelivery.Skipped,
            null,
            SentCount: 0,
            SendNumber: 0,
            "",
            null,
            null);
        InvitationRules.Link(decision, hasher, invitation, withMail);
        decision.Raise(new InvitationCreated(id), address);
        return draft with { Id = id };
    }
}

/// <summary>To how many addresses an organization sends mails in a day.</summary>
internal static class MailAllowance
{
    /// <param name="again">An invitation that is sent again: its address counts once.</param>
    public static LimitReachedError? Reached(Decision decision, SettingsLimits limits, int more, InvitationSnapshot? again = null)
    {
        var since = decision.Now.AddDays(-1);
        var sent = decision.Organization().Invitations.All.Count(invitation => invitation.LastQueuedAt > since && invitation.Id != again?.Id);
        return limits.MailsPerDay > 0 && sent + more > limits.MailsPerDay
            ? new LimitReachedError($"An organization sends mails to at most {limits.MailsPerDay} addresses a day. Try again tomorrow, or invite without mails.", limits.MailsPerDay)
            : null;
    }
}
