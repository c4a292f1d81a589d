using System.Globalization;
using GraphQL;
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
/// may not give, limits. Writes: group, grants, members. Events: PermissionGroupCreated, MemberGroupsChanged for each member.
/// </summary>
public sealed class CreatePermissionGroupMutation(MutationRunner runner, SettingsLimits limits)
{
    /// <summary>Makes a permission group, with its first members, included groups and rights.</summary>
    /// <param name="input">The new group.</param>
    [Authorize(Policy.ManageAccess)]
    public async Task<CreatePermissionGroupPayload?> CreatePermissionGroupAsync(IResolveFieldContext context, CreatePermissionGroupInput input)
    {
        var id = Guid.Empty;
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, id = decision.NewId()));
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

        if (SettingsLimits.Reached(limits.PermissionGroups, organization.Groups.Count))
        {
            return new LimitReachedError($"An organization holds at most {limits.PermissionGroups} permission groups.", limits.PermissionGroups);
        }

        var change = GroupRules.ReadMembers(organization, input.PrincipalIds, input.MemberGroupIds);
        if (change.Error is not null)
        {
            return change.Error;
        }

        decision.Put(PermissionGroupRow.Table, new PermissionGroupSnapshot(id, 0, name, description, null, change.Groups, decision.Now).ToRow(organization.OrganizationId));
        decision.Raise(new PermissionGroupCreated(id), name);
        return GiveRights(decision, input, id) ?? GroupRules.AddMembers(decision, id, change.Members) ?? GroupRules.CheckNesting(decision, limits)
            ?? GivingRules.CheckNested(decision, change.Groups, "memberGroupIds")
            ?? GivingRules.Check(decision, decision.Snapshot.Access.MembersOf(id), "principalIds");
    }

    private Refusal? GiveRights(Decision decision, CreatePermissionGroupInput input, Guid id)
    {
        var organization = decision.Organization();
        var permissions = input.Permissions ?? [];
        if (permissions.Length > 100)
        {
            return new ValidationError("A list holds at most 100 permissions.", "permissions");
        }

        if (permissions.Length > 0 && limits.Grants > 0 && organization.Grants.Count + permissions.Length > limits.Grants)
        {
            return new LimitReachedError($"An organization holds at most {limits.Grants} grants.", limits.Grants, "permissions");
        }

        var seen = new HashSet<(Permission, ResourceRef, ResourceType?)>();
        for (var i = 0; i < permissions.Length; i++)
        {
            string[] path = ["permissions", i.ToString(CultureInfo.InvariantCulture)];
            var (resource, error) = ResourceInputs.Read(organization, decision.Caller, permissions[i].Resource, [.. path, "resource"]);
            error ??= ResourceInputs.CheckRestriction(resource, permissions[i].RestrictTo, path);
            error ??= permissions[i].Permission == Permission.ResolveSecrets ? new NotGrantableError("RESOLVE_SECRETS is given to service accounts only, not to a group.", path) : null;
            error ??= seen.Add((permissions[i].Permission, resource, permissions[i].RestrictTo)) ? null : new ValidationError("The same permission is named twice.", path);
            if (error is not null)
            {
                return error;
            }

            var fact = new GrantFact(decision.NewId(), id, permissions[i].Permission, resource, permissions[i].RestrictTo);
            decision.Put(GrantRow.Table, new GrantSnapshot(fact.Id, 0, fact, GrantSnapshot.ToGroup, permissions[i].Resource.Name, decision.Now, decision.Caller.Principal).ToRow(organization.OrganizationId));
        }

        // An empty group gives nobody anything yet; what it will give must be the caller's to give all the same.
        return permissions.Length > 0 && !GivingRules.MayAssign(decision.Caller, decision.CallerRights, decision.Snapshot.Access, [id])
            ? new NotGrantableError("You may not give all of these rights.", "permissions")
            : null;
    }
}
