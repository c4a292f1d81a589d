using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Groups;

/// <summary>Changes of a permission group: what is left out stays.</summary>
public sealed class UpdatePermissionGroupInput : MutationInput, IScoped
{
    /// <summary>Which group.</summary>
    [Id]
    public string PermissionGroupId { get; set; } = "";

    /// <summary>Its new name. Built-in groups keep theirs.</summary>
    public string? Name { get; set; }

    /// <summary>What it is for; null clears it.</summary>
    public string? Description { get; set; }

    /// <summary>The group's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => GroupScope.Of(PermissionGroupId);
}

/// <summary>The permission group as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(BuiltInImmutableError))]
public sealed class UpdatePermissionGroupPayload : MutationPayload
{
    internal UpdatePermissionGroupPayload(AppendResult result, string id)
        : base(result) => PermissionGroup = GroupScope.View(result, id);

    /// <summary>The permission group.</summary>
    public PermissionGroup? PermissionGroup { get; }
}

/// <summary>
/// Caller: MANAGE_ACCESS on the organization or the group. Refused: no such group, bad or taken name, stale version, a built-in group's
/// name. Writes: group. Events: PermissionGroupUpdated.
/// </summary>
public sealed class UpdatePermissionGroupMutation(MutationRunner runner)
{
    /// <summary>Changes a permission group's name or description.</summary>
    /// <param name="input">Which group, and what to change.</param>
    [Authorize(Policy.ManageAccess)]
    public async Task<UpdatePermissionGroupPayload?> UpdatePermissionGroupAsync(IResolveFieldContext context, UpdatePermissionGroupInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.PermissionGroupId);

    private static Refusal? Decide(Decision decision, UpdatePermissionGroupInput input)
    {
        var organization = decision.Organization();
        if (GroupRules.Find(organization, input.PermissionGroupId, "permissionGroupId") is not { } group)
        {
            return NotFoundError.Of("permission group", "permissionGroupId");
        }

        if (InputRules.NotNull(input, "name") is { } missing)
        {
            return missing;
        }

        if (ConflictError.IfStale(input.ExpectedVersion, group.Version) is { } stale)
        {
            return stale;
        }

        var (name, description) = (group.Name, group.Description);
        if (input.Name is not null && InputRules.Name(input.Name, "name", out name) is { } badName)
        {
            return badName;
        }

        if (input.Has("description") && InputRules.Description(input.Description, "description", out description) is { } badDescription)
        {
            return badDescription;
        }

        if (group.BuiltIn is not null && (name, description) != (group.Name, group.Description))
        {
            return new BuiltInImmutableError("Built-in groups keep their name and description.", "permissionGroupId");
        }

        if (GroupRules.NameTaken(organization, name, except: group.Id) is { } taken)
        {
            return taken;
        }

        if ((name, description) != (group.Name, group.Description))
        {
            decision.Put(PermissionGroupRow.Table, (group with { Name = name, Description = description }).ToRow(organization.OrganizationId));
            decision.Raise(new PermissionGroupUpdated(group.Id), name);
        }

        return null;
    }
}

/// <summary>How an input that names a group is scoped: MANAGE_ACCESS on the group itself suffices.</summary>
internal static class GroupScope
{
    public static Scope Of(string id)
    {
        var parsed = GlobalId.Parse(id, "permissionGroupId");
        return new Scope(parsed.Organized, Resource: parsed.Type == NodeType.PermissionGroup ? ResourceRef.Group(parsed.Id) : null);
    }

    /// <summary>Writes the group with other included groups, and tells of it. Of service accounts that come or go the group itself shows nothing.</summary>
    public static void Change(Decision decision, PermissionGroupSnapshot group, Guid[] memberGroupIds, IReadOnlyCollection<PrincipalRef> members)
    {
        var onlyAccounts = memberGroupIds.Length == group.MemberGroupIds.Length && members.All(principal => principal.Kind == PrincipalKind.ServiceAccount);
        if (!onlyAccounts)
        {
            decision.Put(PermissionGroupRow.Table, (group with { MemberGroupIds = memberGroupIds }).ToRow(decision.Before.OrganizationId));
        }

        decision.Raise(new PermissionGroupMembersChanged(group.Id, onlyAccounts), group.Name);
    }

    public static PermissionGroup? View(AppendResult result, string id) =>
        result.IsAccepted && GroupRules.Find(result.Organization(), id, "permissionGroupId") is { } row ? new PermissionGroup(result.Organization(), row) : null;
}
