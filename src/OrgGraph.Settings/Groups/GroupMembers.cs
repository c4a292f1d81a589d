using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Groups;

/// <summary>Who is put into a permission group.</summary>
public sealed class AddGroupMembersInput : MutationInput, IScoped
{
    /// <summary>Which group.</summary>
    [Id]
    public string PermissionGroupId { get; set; } = "";

    /// <summary>Users and service accounts, at most 100.</summary>
    [Id]
    public string[]? PrincipalIds { get; set; }

    /// <summary>Groups whose members are to be included, at most 100.</summary>
    [Id]
    public string[]? MemberGroupIds { get; set; }

    [Ignore]
    public Scope Scope => GroupScope.Of(PermissionGroupId);
}

/// <summary>The permission group as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(CycleError), typeof(NotGrantableError), typeof(ManagedError), typeof(LimitReachedError))]
public sealed class AddGroupMembersPayload : MutationPayload
{
    internal AddGroupMembersPayload(AppendResult result, string id)
        : base(result) => PermissionGroup = GroupScope.View(result, id);

    /// <summary>The permission group.</summary>
    public PermissionGroup? PermissionGroup { get; }
}

/// <summary>
/// Caller: MANAGE_ACCESS on the organization or the group. Refused: unknown ids, a group that would include itself, rights that the
/// caller may not give. Writes: group, members. Events: PermissionGroupMembersChanged, MemberGroupsChanged for each.
/// </summary>
public sealed class AddGroupMembersMutation
{
    private readonly MutationRunner _runner;
    private readonly GroupPrincipals _principals;
    private readonly SettingsLimits _limits;

    internal AddGroupMembersMutation(MutationRunner runner, GroupPrincipals principals, SettingsLimits limits) => (_runner, _principals, _limits) = (runner, principals, limits);

    /// <summary>Puts principals and other groups' members into a group. Who is in it already stays: it may be called again.</summary>
    /// <param name="input">Which group, and whom.</param>
    [Authorize(Policy.ManageAccess)]
    public async Task<AddGroupMembersPayload?> AddGroupMembersAsync(IResolveFieldContext context, AddGroupMembersInput input) =>
        new(await _runner.DecideAsync(context, decision => Decide(decision, input)), input.PermissionGroupId);

    private Refusal? Decide(Decision decision, AddGroupMembersInput input)
    {
        var organization = decision.Organization();
        if (GroupRules.Find(organization, input.PermissionGroupId, "permissionGroupId") is not { } group)
        {
            return NotFoundError.Of("permission group", "permissionGroupId");
        }

        var change = GroupRules.ReadMembers(decision, input.PrincipalIds, input.MemberGroupIds);
        if (change.Error is not null)
        {
            return change.Error;
        }

        var members = change.Members.Where(principal => !organization.Access.DirectGroups(principal).Contains(group.Id)).ToArray();
        var groups = change.Groups.Except(group.MemberGroupIds).ToArray();
        if (members.Length == 0 && groups.Length == 0)
        {
            return null;
        }

        GroupScope.Change(decision, group, [.. group.MemberGroupIds, .. groups], members);
        if (GroupRules.CheckNesting(decision, _limits) is { } cycle)
        {
            return cycle;
        }

        _principals.Add(decision, group.Id, members);
        return GivingRules.CheckNested(decision, groups, "memberGroupIds")
            ?? GivingRules.Check(decision, decision.Snapshot.Access.MembersOf(group.Id), "principalIds");
    }
}

/// <summary>Who is taken out of a permission group.</summary>
public sealed class RemoveGroupMembersInput : MutationInput, IScoped
{
    /// <summary>Which group.</summary>
    [Id]
    public string PermissionGroupId { get; set; } = "";

    /// <summary>Users and service accounts, at most 100.</summary>
    [Id]
    public string[]? PrincipalIds { get; set; }

    /// <summary>Groups whose members are to be included no more, at most 100.</summary>
    [Id]
    public string[]? MemberGroupIds { get; set; }

    [Ignore]
    public Scope Scope => GroupScope.Of(PermissionGroupId);
}

/// <summary>The permission group as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(GroupRequiredError), typeof(LastOwnerError), typeof(NotGrantableError), typeof(ManagedError))]
public sealed class RemoveGroupMembersPayload : MutationPayload
{
    internal RemoveGroupMembersPayload(AppendResult result, string id)
        : base(result) => PermissionGroup = GroupScope.View(result, id);

    /// <summary>The permission group.</summary>
    public PermissionGroup? PermissionGroup { get; }
}

/// <summary>
/// Caller: MANAGE_ACCESS on the organization or the group. Refused: unknown ids, a member left without a group, the last owner, owners by
/// others than owners. Writes: group, members. Events: PermissionGroupMembersChanged, MemberGroupsChanged for each.
/// </summary>
public sealed class RemoveGroupMembersMutation
{
    private readonly MutationRunner _runner;
    private readonly GroupPrincipals _principals;

    internal RemoveGroupMembersMutation(MutationRunner runner, GroupPrincipals principals) => (_runner, _principals) = (runner, principals);

    /// <summary>Takes principals and other groups' members out of a group. Who is not in it is passed over: it may be called again.</summary>
    /// <param name="input">Which group, and whom.</param>
    [Authorize(Policy.ManageAccess)]
    public async Task<RemoveGroupMembersPayload?> RemoveGroupMembersAsync(IResolveFieldContext context, RemoveGroupMembersInput input) =>
        new(await _runner.DecideAsync(context, decision => Decide(decision, input)), input.PermissionGroupId);

    private Refusal? Decide(Decision decision, RemoveGroupMembersInput input)
    {
        var organization = decision.Organization();
        if (GroupRules.Find(organization, input.PermissionGroupId, "permissionGroupId") is not { } group)
        {
            return NotFoundError.Of("permission group", "permissionGroupId");
        }

        var change = GroupRules.ReadMembers(decision, input.PrincipalIds, input.MemberGroupIds);
        if (change.Error is not null)
        {
            return change.Error;
        }

        var before = decision.Before.Access.MembersOf(group.Id);
        var members = change.Members.Where(principal => organization.Access.DirectGroups(principal).Contains(group.Id)).ToArray();
        if (Array.FindIndex(members, principal => principal.Kind == PrincipalKind.User && organization.Access.DirectGroups(principal).Count == 1) is var last and >= 0)
        {
            var index = Array.IndexOf(change.Members, members[last]).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return new GroupRequiredError($"{organization.Members[members[last].Id]!.DisplayName} is in no other group. Put them into another one first.", "principalIds", index);
        }

        var kept = group.MemberGroupIds.Except(change.Groups).ToArray();
        if (members.Length == 0 && kept.Length == group.MemberGroupIds.Length)
        {
            return null;
        }

        GroupScope.Change(decision, group, kept, members);
        _principals.Remove(decision, group.Id, members);
        return GivingRules.CheckNested(decision, group.MemberGroupIds.Except(kept), "memberGroupIds") ?? GivingRules.Check(decision, before, "principalIds");
    }
}
