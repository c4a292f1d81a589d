using GraphQL;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Members;

namespace OrgGraph.Settings.Groups;

/// <summary>What else holds a group and must let go of it when it is deleted, e.g. open invitations.</summary>
internal interface IGroupHolder
{
    /// <summary>Takes the group out wherever it is held, and puts the replacement where nothing would be left.</summary>
    /// <param name="count">How many needed the replacement.</param>
    /// <returns>The refusal when one needed it and there is none, or the caller may not give it.</returns>
    Refusal? Replace(Decision decision, Guid group, Guid? replacement, out int count);
}

/// <summary>Deletes a permission group.</summary>
public sealed class DeletePermissionGroupInput : MutationInput, IScoped
{
    /// <summary>Which group. Built-in ones stay.</summary>
    [Id]
    public string PermissionGroupId { get; set; } = "";

    /// <summary>Where to put members and invitations that would be left without a group.</summary>
    [Id]
    public string? ReassignToGroupId { get; set; }

    /// <summary>The group's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => GroupScope.Of(PermissionGroupId);
}

/// <summary>What was deleted, or why nothing was.</summary>
[Errors(typeof(NotFoundError), typeof(ConflictError), typeof(BuiltInImmutableError), typeof(GroupRequiredError), typeof(LastOwnerError), typeof(NotGrantableError))]
public sealed class DeletePermissionGroupPayload : MutationPayload
{
    internal DeletePermissionGroupPayload(AppendResult result, string id, int members, int invitations)
        : base(result)
    {
        if (result.IsAccepted)
        {
            (DeletedPermissionGroupId, ReassignedMemberCount, ReassignedInvitationCount) = (id, members, invitations);
        }
    }

    /// <summary>The group that was deleted.</summary>
    [Id]
    public string? DeletedPermissionGroupId { get; }

    /// <summary>How many members were put into the other group.</summary>
    public int? ReassignedMemberCount { get; }

    /// <summary>How many invitations were put into the other group.</summary>
    public int? ReassignedInvitationCount { get; }
}

/// <summary>
/// Caller: MANAGE_ACCESS on the organization or the group. Refused: no such group, a built-in one, stale version, members or invitations
/// left without a group, owners made or unmade by others. Writes: group, its grants, groups that include it, members, invitations.
/// Events: PermissionGroupDeleted, then what follows from it.
/// </summary>
public sealed class DeletePermissionGroupMutation
{
    private readonly MutationRunner _runner;
    private readonly IGroupHolder[] _holders;

    internal DeletePermissionGroupMutation(MutationRunner runner, IEnumerable<IGroupHolder> holders) => (_runner, _holders) = (runner, [.. holders]);

    /// <summary>Deletes a permission group and its grants. Members and invitations with no other group go into reassignToGroupId.</summary>
    /// <param name="input">Which group.</param>
    [Authorize(Policy.ManageAccess)]
    public async Task<DeletePermissionGroupPayload?> DeletePermissionGroupAsync(IResolveFieldContext context, DeletePermissionGroupInput input)
    {
        var (members, invitations) = (0, 0);
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, out members, out invitations));
        return new DeletePermissionGroupPayload(result, input.PermissionGroupId, members, invitations);
    }

    private Refusal? Decide(Decision decision, DeletePermissionGroupInput input, out int members, out int invitations)
    {
        (members, invitations) = (0, 0);
        var organization = decision.Organization();
        if (GroupRules.Find(organization, input.PermissionGroupId, "permissionGroupId") is not { } group)
        {
            return NotFoundError.Of("permission group", "permissionGroupId");
        }

        if (group.BuiltIn is not null)
        {
            return new BuiltInImmutableError("Built-in groups cannot be deleted.", "permissionGroupId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, group.Version) is { } stale)
        {
            return stale;
        }

        var replacement = input.ReassignToGroupId is { } to ? GroupRules.Find(organization, to, "reassignToGroupId") : null;
        if (input.ReassignToGroupId is not null && (replacement is null || replacement.Id == group.Id))
        {
            return NotFoundError.Of("permission group", "reassignToGroupId");
        }

        var affected = decision.Before.Access.MembersOf(group.Id);
        decision.Raise(new PermissionGroupDeleted(group.Id), group.Name);
        if (Reassign(decision, group.Id, replacement?.Id, out members) is { } refusal)
        {
            return refusal;
        }

        foreach (var holder in _holders)
        {
            if (holder.Replace(decision, group.Id, replacement?.Id, out var count) is { } notReplaced)
            {
                return notReplaced;
            }

            invitations += count;
        }

        RemoveGroup(decision, group);
        return GivingRules.Check(decision, affected, "reassignToGroupId") ?? GivingRules.CheckNested(decision, [group.Id], "permissionGroupId");
    }

    private static Refusal? Reassign(Decision decision, Guid group, Guid? replacement, out int count)
    {
        count = 0;
        foreach (var principal in decision.Before.Access.DirectMembers(group))
        {
            if (decision.Organization().Members[principal.Id] is not { } member)
            {
                continue;
            }

            Guid[] left = [.. member.GroupIds.Where(id => id != group)];
            if (left.Length == 0)
            {
                if (replacement is not { } other)
                {
                    return new GroupRequiredError($"{member.DisplayName} is in no other group. Say where to put those who would be left without one.", "reassignToGroupId");
                }

                left = [other];
                count++;
            }

            MemberGroups.Set(decision, member, left);
        }

        return null;
    }

    private static void RemoveGroup(Decision decision, PermissionGroupSnapshot group)
    {
        var organization = decision.Organization();
        GrantDoor.TakeAll(decision, fact => fact.GranteeId == group.Id || fact.Resource == ResourceRef.Group(group.Id));

        foreach (var parent in organization.Groups.All.Where(other => other.MemberGroupIds.Contains(group.Id)))
        {
            decision.Put(PermissionGroupRow.Table, (parent with { MemberGroupIds = [.. parent.MemberGroupIds.Where(id => id != group.Id)] }).ToRow(organization.OrganizationId));
            decision.Raise(new PermissionGroupMembersChanged(parent.Id), parent.Name);
        }

        decision.Remove(PermissionGroupRow.Table, group.ToRow(organization.OrganizationId));
    }
}
