using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Invitations;

/// <summary>Sends an invitation again.</summary>
public sealed class ResendInvitationInput : MutationInput, IScoped
{
    /// <summary>Which invitation: a pending or expired one.</summary>
    [Id]
    public string InvitationId { get; set; } = "";

    [Ignore]
    public Scope Scope => InvitationScope.Of(InvitationId);
}

/// <summary>The invitation as it is now, or why nothing was sent.</summary>
[Errors(typeof(NotFoundError), typeof(InvitationInvalidError), typeof(LimitReachedError))]
public sealed class ResendInvitationPayload : MutationPayload
{
    internal ResendInvitationPayload(AppendResult result, string id)
        : base(result) => Invitation = InvitationScope.View(result, id);

    /// <summary>The invitation.</summary>
    public Invitation? Invitation { get; }
}

/// <summary>
/// Caller: INVITE_MEMBERS. Refused: no such invitation, one that was answered or revoked, too soon, too often. Writes: invitation, the
/// hash of its new link. Events: InvitationResent. Work: the mail, the expiry.
/// </summary>
public sealed class ResendInvitationMutation(MutationRunner runner, TokenHasher hasher, SettingsLimits limits)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);
    private const int MaxADay = 5;

    /// <summary>Sends an invitation again, open for 7 days from now, with a new link; the old link is void. At most once a minute, and 5 times a day.</summary>
    /// <param name="input">Which invitation.</param>
    [Authorize(Policy.InviteMembers)]
    public async Task<ResendInvitationPayload?> ResendInvitationAsync(IResolveFieldContext context, ResendInvitationInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.InvitationId);

    private Refusal? Decide(Decision decision, ResendInvitationInput input)
    {
        if (InvitationRules.Find(decision, input.InvitationId) is not { } invitation)
        {
            return NotFoundError.Of("invitation", "invitationId");
        }

        if (invitation.StatusAt(decision.Now) is not (InvitationStatus.Pending or InvitationStatus.Expired))
        {
            return InvitationRules.NotOpen(invitation.Status);
        }

        // Another invitation to the same address may have been made since this one expired.
        if (decision.Organization().Invitations.All.Any(other => other.Id != invitation.Id && other.NormalizedEmail == invitation.NormalizedEmail && other.StatusAt(decision.Now) == InvitationStatus.Pending))
        {
            return new InvitationInvalidError("There is a newer invitation to this address. Send that one again.", invitation.StatusAt(decision.Now), "invitationId");
        }

        if (invitation.LastQueuedAt > decision.Now - Pause && limits.MailsPerDay > 0)
        {
            return new LimitReachedError("An invitation can be sent again once a minute. Wait a moment.", 1);
        }

        if (decision.HasReachedLimit)
        {
            return new LimitReachedError($"An invitation can be sent again {MaxADay} times a day. Try again tomorrow.", MaxADay);
        }

        if (MailAllowance.Reached(decision, limits, 1, invitation) is { } full)
        {
            return full;
        }

        decision.Also(new SideChange.Take(new Allowance(invitation.Id, "resend", limits.MailsPerDay == 0 ? 0 : MaxADay, TimeSpan.FromDays(1)), decision.Now));
        InvitationRules.Link(decision, hasher, invitation, withMail: true);
        decision.Raise(new InvitationResent(invitation.Id), invitation.Email);
        return null;
    }
}

/// <summary>Changes an invitation's groups.</summary>
public sealed class UpdateInvitationInput : MutationInput, IScoped
{
    /// <summary>Which invitation: a pending one.</summary>
    [Id]
    public string InvitationId { get; set; } = "";

    /// <summary>All groups that the person will be in: at least one.</summary>
    [Id]
    public string[] GroupIds { get; set; } = [];

    /// <summary>The invitation's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => InvitationScope.Of(InvitationId);
}

/// <summary>The invitation as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(GroupRequiredError), typeof(NotGrantableError), typeof(InvitationInvalidError))]
public sealed class UpdateInvitationPayload : MutationPayload
{
    internal UpdateInvitationPayload(AppendResult result, string id)
        : base(result) => Invitation = InvitationScope.View(result, id);

    /// <summary>The invitation.</summary>
    public Invitation? Invitation { get; }
}

/// <summary>
/// Caller: INVITE_MEMBERS. Refused: no such invitation, one that is not open, stale version, no or unknown groups, groups that the
/// caller may not give. Writes: invitation. Events: InvitationUpdated.
/// </summary>
public sealed class UpdateInvitationMutation(MutationRunner runner)
{
    /// <summary>Changes the groups that an invited person will be in.</summary>
    /// <param name="input">Which invitation, and which groups.</param>
    [Authorize(Policy.InviteMembers)]
    public async Task<UpdateInvitationPayload?> UpdateInvitationAsync(IResolveFieldContext context, UpdateInvitationInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.InvitationId);

    private static Refusal? Decide(Decision decision, UpdateInvitationInput input)
    {
        if (InvitationRules.Find(decision, input.InvitationId) is not { } invitation)
        {
            return NotFoundError.Of("invitation", "invitationId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, invitation.Version) is { } stale)
        {
            return stale;
        }

        if (invitation.StatusAt(decision.Now) != InvitationStatus.Pending)
        {
            return InvitationRules.NotOpen(invitation.StatusAt(decision.Now));
        }

        var (groups, error) = InvitationRules.ReadGroups(decision, input.GroupIds);
        if (error is not null)
        {
            return error;
        }

        if (!invitation.GroupIds.ToHashSet().SetEquals(groups))
        {
            // From now on it stands on the right of who changed it: that person must still hold it when it is accepted.
            var byKey = invitation.IsByKey || decision.Caller.Credential == Kernel.Access.CredentialKind.ApiKey;
            decision.Put(InvitationRow.Table, (invitation with { GroupIds = groups, InvitedBy = decision.Caller.Principal, IsByKey = byKey }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new InvitationUpdated(invitation.Id), invitation.Email);
        }

        return null;
    }
}

/// <summary>Takes an invitation back.</summary>
public sealed class RevokeInvitationInput : MutationInput, IScoped
{
    /// <summary>Which invitation: a pending or expired one.</summary>
    [Id]
    public string InvitationId { get; set; } = "";

    [Ignore]
    public Scope Scope => InvitationScope.Of(InvitationId);
}

/// <summary>The invitation as it is now, or why nothing was changed.</summary>
[Errors(typeof(NotFoundError), typeof(InvitationInvalidError))]
public sealed class RevokeInvitationPayload : MutationPayload
{
    internal RevokeInvitationPayload(AppendResult result, string id)
        : base(result) => Invitation = InvitationScope.View(result, id);

    /// <summary>The invitation.</summary>
    public Invitation? Invitation { get; }
}

/// <summary>
/// Caller: INVITE_MEMBERS. Refused: no such invitation, one that was answered. Writes: invitation; its link is deleted.
/// Events: InvitationRevoked; none when it was revoked already.
/// </summary>
public sealed class RevokeInvitationMutation(MutationRunner runner)
{
    /// <summary>Takes an invitation back: its link is void at once. It may be called again.</summary>
    /// <param name="input">Which invitation.</param>
    [Authorize(Policy.InviteMembers)]
    public async Task<RevokeInvitationPayload?> RevokeInvitationAsync(IResolveFieldContext context, RevokeInvitationInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.InvitationId);

    private static Refusal? Decide(Decision decision, RevokeInvitationInput input)
    {
        if (InvitationRules.Find(decision, input.InvitationId) is not { } invitation)
        {
            return NotFoundError.Of("invitation", "invitationId");
        }

        if (invitation.Status == InvitationStatus.Revoked)
        {
            return null;
        }

        if (invitation.Status is InvitationStatus.Accepted or InvitationStatus.Declined)
        {
            return InvitationRules.NotOpen(invitation.Status);
        }

        InvitationRules.End(decision, invitation, InvitationStatus.Revoked);
        decision.Raise(new InvitationRevoked(invitation.Id), invitation.Email);
        return null;
    }
}

internal static class InvitationScope
{
    public static Scope Of(string id) => new(GlobalId.Parse(id, "invitationId").Organized);

    public static Invitation? View(AppendResult result, string id) =>
        result.IsAccepted && GlobalId.Parse(id, "invitationId").In(NodeType.Invitation, result.Snapshot.OrganizationId) is { } invitation && result.Organization().Invitations[invitation] is { } row
            ? new Invitation(result.Organization(), row)
            : null;
}
