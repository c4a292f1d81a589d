using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Groups;

/// <summary>Which permission groups.</summary>
public sealed class PermissionGroupFilter
{
    /// <summary>Part of the name or description, in any case.</summary>
    public string? Search { get; set; }
}

/// <summary>What the caller may do in an organization.</summary>
[Name("ViewerAccess")]
public sealed class ViewerAccess
{
    private ViewerAccess(bool isOwner, IEnumerable<PermissionGroup> groups, Policy[] policies) => (IsOwner, Groups, Policies) = (isOwner, groups, policies);

    /// <summary>Whether the caller is an owner, directly or through nesting.</summary>
    public bool IsOwner { get; }

    /// <summary>The groups that the caller is in, included ones counted in, by name.</summary>
    public IEnumerable<PermissionGroup> Groups { get; }

    /// <summary>The policies that hold for this credential on the organization as a whole. A project's own are in its viewerPermissions.</summary>
    public Policy[] Policies { get; }

    internal static ViewerAccess Of(OrganizationSnapshot organization, Caller caller, DateTimeOffset now)
    {
        var rights = Kernel.Access.Policies.RightsOf(caller, organization);
        var held = Enum.GetValues<Policy>().Where(policy => Holds(policy, organization, caller, rights, now));
        return new ViewerAccess(rights.IsOwner, PermissionGroup.Of(organization, rights.Groups), [.. held]);
    }

    private static bool Holds(Policy policy, OrganizationSnapshot organization, Caller caller, EffectiveRights rights, DateTimeOffset now) => policy switch
    {
        Policy.ReadProject => rights.Can(Permission.Read, ResourceRef.AllProjects),
        Policy.UpdateProject => rights.Can(Permission.Update, ResourceRef.AllProjects),
        Policy.DeleteProject => rights.Can(Permission.Delete, ResourceRef.AllProjects),
        _ => Kernel.Access.Policies.Check([policy], caller, organization, new Scope(organization.OrganizationId), now) == Verdict.Allowed,
    };
}

/// <summary>The permission groups of an organization, and who is in which.</summary>
public sealed class PermissionGroupQueries
{
    private const string Name = "Organization.permissionGroups";

    /// <summary>The permission groups, by name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    public PermissionGroupConnection PermissionGroups([Parent] Organization organization, int? first, string? after, int? last, string? before, PermissionGroupFilter? where)
    {
        var snapshot = organization.Snapshot;
        IReadOnlyList<PermissionGroupSnapshot> list = where?.Search is { Length: > 0 } search
            ? [.. snapshot.Groups.All.Where(group => group.Name.Contains(search, StringComparison.OrdinalIgnoreCase) || group.Description?.Contains(search, StringComparison.OrdinalIgnoreCase) == true)]
            : snapshot.Groups.All;
        var page = Paging.Of(Name, list, PermissionGroupSnapshot.ByName, new PageArguments(first, after, last, before));
        return new PermissionGroupConnection(page.Select(row => new PermissionGroup(snapshot, row)));
    }

    /// <summary>What the caller may do in the organization.</summary>
    [PerCaller]
    public ViewerAccess ViewerAccess(IResolveFieldContext context, [Parent] Organization organization) =>
        Groups.ViewerAccess.Of(organization.Snapshot, context.Caller(), context.Request().Now);

    internal static PermissionGroupEdge EdgeOf(PermissionGroup group) => new()
    {
        Node = group,
        Cursor = new PageCursor($"{Name}.{PermissionGroupSnapshot.ByName.Tag}+", PermissionGroupSnapshot.ByName.Key(group.Row), group.Row.Id).ToString(),
    };
}

/// <summary>The groups of a member.</summary>
public sealed class MemberGroupQueries
{
    /// <summary>The groups that the member is directly in, by name.</summary>
    public IEnumerable<PermissionGroup> Groups([Parent] Member member) => PermissionGroup.Of(member.Organization, member.Row.GroupIds);

    /// <summary>The groups that the member is in, directly or through nesting, by name.</summary>
    public IEnumerable<PermissionGroup> EffectiveGroups([Parent] Member member) =>
        PermissionGroup.Of(member.Organization, member.Organization.Access.Of(PrincipalRef.User(member.Row.Id)).Groups);
}
