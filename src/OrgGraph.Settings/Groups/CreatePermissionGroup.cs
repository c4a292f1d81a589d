using GraphQL;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Groups;

/// <summary>A new permission group.</summary>
public sealed class CreatePermissionGroupInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Its name, unique in the organization without regard to case: 1 to 256 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is for: up to 2,000 characters.</summary>
    public string? Description { get; set; }

    /// <summary>Users and service accounts to put into it, at most 100.</summary>
    [Id]
    public string[]? PrincipalIds { get; set; }

    /// <summary>Groups whose members are included, at most 100.</summary>
    [Id]
    public string[]? MemberGroupIds { get; set; }

    /// <summary>Rights that it gives, at most 100.</summary>
    public PermissionInput[]? Permissions { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The new permission group, or why there is none.</summary>
[Errors(
    typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(CycleError), typeof(NotGrantableError), typeof(ManagedError), typeof(LimitReachedError))]
public sealed class CreatePermissionGroupPayload : MutationPayload
{
    internal CreatePermissionGroupPayload(AppendResult result, Guid id)
        : base(result)
    {
        if (result.IsAccepted && result.Organization().Groups[id] is { } row)
        {
            PermissionGroup = new PermissionGroup(result.Organization(), row);
            PermissionGroupEdge = PermissionGroupQueries.EdgeOf(PermissionGroup);
        }
    }

    /// <summary>The new permission group.</summary>
    public PermissionGroup? PermissionGroup { get; }

    /// <summary>The new permission group with a cursor, for lists.</summary>
    public PermissionGroupEdge? PermissionGroupEdge { get; }
}

/// <summary>
/// Caller: MANAGE_ACCESS on the organization. Refused: bad or taken name, unknown principals, groups or projects, rights that the caller
/// may not give, limits. Writes: group, grants, members. Events: PermissionGroupCreated, GrantsChanged,
/// MemberGroupsChanged for each member.
/// </summary>
public sealed class CreatePermissionGroupMutation
{
    private readonly MutationRunner _runner;
    private readonly GroupPrincipals _principals;
    private readonly SettingsLimits _limits;

    internal CreatePermissionGroupMutation(MutationRunner runner, GroupPrincipals principals, SettingsLimits limits) => (_runner, _principals, _limits) = (runner, principals, limits);

    /// <summary>Makes a permission group, with its first members, included groups and rights.</summary>
    /// <param name="input">The new group.</param>
    [Authorize(Policy.ManageAccess)]
    public async Task<CreatePermissionGroupPayload?> CreatePermissionGroupAsync(IResolveFieldContext context, CreatePermissionGroupInput input)
    {
        var id = Guid.Empty;
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, id = decision.NewId()));
        return new CreatePermissionGroupPayload(result, id);
    }

    private Refusal? Decide(Decision decision, CreatePermissionGroupInput input, Guid id)
    {
        var organization = decision.Organization();
        if (InputRules.Name(input.Name, "name", out var name) is { } badName)
        {
            return badName;
        }

        if (InputRules.Description(input.Description, "description", out var description) is { } badDescription)
        {
            return badDescription;
        }

        if (GroupRules.NameTaken(organization, name, except: null) is { } taken)
        {
            return taken;
        }

        if (SettingsLimits.Reached(_limits.PermissionGroups, organization.Groups.Count))
        {
            return new LimitReachedError($"An organization holds at most {_limits.PermissionGroups} permission groups.", _limits.PermissionGroups);
        }

        var change = GroupRules.ReadMembers(decision, input.PrincipalIds, input.MemberGroupIds);
        if (change.Error is not null)
        {
            return change.Error;
        }

        decision.Put(PermissionGroupRow.Table, new PermissionGroupSnapshot(id, 0, name, description, null, change.Groups, decision.Now).ToRow(organization.OrganizationId));
        decision.Raise(new PermissionGroupCreated(id), name);
        if (GrantDoor.Give(decision, _limits, GranteeKind.Group, id, input.Permissions) is { } badPermission)
        {
            return badPermission;
        }

        _principals.Add(decision, id, change.Members);
        return CheckRights(decision, input, id) ?? GroupRules.CheckNesting(decision, _limits)
            ?? GivingRules.CheckNested(decision, change.Groups, "memberGroupIds")
            ?? GivingRules.Check(decision, decision.Snapshot.Access.MembersOf(id), "principalIds");
    }

    // An empty group gives nobody anything yet; what it will give must be the caller's to give all the same.
    private static NotGrantableError? CheckRights(Decision decision, CreatePermissionGroupInput input, Guid id) =>
        input.Permissions is { Length: > 0 } && !GivingRules.MayAssign(decision.Caller, decision.CallerRights, decision.Snapshot.Access, [id])
            ? new NotGrantableError("You may not give all of these rights.", "permissions")
            : null;
}
