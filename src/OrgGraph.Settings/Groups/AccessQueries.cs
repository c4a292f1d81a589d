using GraphQL;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Groups;

/// <summary>What a principal may do with a resource, and why.</summary>
[Name("EffectiveAccess")]
public sealed class EffectiveAccess
{
    internal EffectiveAccess(IReadOnlyList<EffectivePermission> permissions) => Permissions = permissions;

    /// <summary>The permissions that the principal holds; empty: none.</summary>
    public IReadOnlyList<EffectivePermission> Permissions { get; }
}

/// <summary>A permission that a principal holds, and why.</summary>
[Name("EffectivePermission")]
public sealed class EffectivePermission
{
    internal EffectivePermission(Permission permission, IReadOnlyList<AccessPath> because) => (Permission, Because) = (permission, because);

    /// <summary>What the principal may do.</summary>
    public Permission Permission { get; }

    /// <summary>Every way that gives it, the shortest first; of more than 100 the first 100. Taking all of them away takes the permission away.</summary>
    public IReadOnlyList<AccessPath> Because { get; }
}

/// <summary>One way by which a principal comes to a permission.</summary>
[Name("AccessPath")]
public sealed class AccessPath
{
    private readonly OrganizationSnapshot _organization;
    private readonly AccessRoute _route;

    internal AccessPath(OrganizationSnapshot organization, AccessRoute route) => (_organization, _route) = (organization, route);

    /// <summary>What gives it; null when a built-in group does, or the caller may not see the grant.</summary>
    public Grant? Grant(IResolveFieldContext context) =>
        _route.Grant is { } fact && Grants.Grant.CanSee(_organization, context.Caller(), fact) ? new Grant(_organization, _organization.Grants[fact.Id]!) : null;

    /// <summary>From the group that the principal is directly in to the one that gives, each included in the next; empty when the grant is to the principal itself.</summary>
    public IEnumerable<PermissionGroup> Groups => _route.Groups.Select(id => new PermissionGroup(_organization, _organization.Groups[id]!));

    /// <summary>The built-in group that gives it; null when a grant does.</summary>
    public BuiltInGroup? BuiltIn => _route.BuiltIn;
}

/// <summary>Who may do what, and why.</summary>
public sealed class AccessQueries
{
    private const string Name = "Organization.whoCan";

    /// <summary>What a principal may do with a resource, and why. Null when there is no such principal or resource, or the caller may not know of it.</summary>
    /// <param name="principalId">A user or service account.</param>
    /// <param name="resource">With what.</param>
    [Authorize(Policy.ManageAccess)]
    public EffectiveAccess? Access(IResolveFieldContext context, [Parent] Organization organization, [Id] string principalId, ResourceInput resource)
    {
        var snapshot = organization.Snapshot;
        var id = GlobalId.Parse(principalId, "principalId");
        var principal = id.Type switch
        {
            NodeType.User => PrincipalRef.User(id.Id),
            NodeType.ServiceAccount when id.OrganizationId == snapshot.OrganizationId => PrincipalRef.ServiceAccount(id.Id),
            _ => default,
        };
        if (!snapshot.CanSee(context.Caller(), principal) || ResourceInputs.Read(snapshot, context.Caller(), resource) is not (var found, null))
        {
            return null;
        }

        return new EffectiveAccess([.. AccessExplanation.Of(snapshot.Access, principal, found)
            .Select(held => new EffectivePermission(held.Permission, [.. held.Routes.Select(route => new AccessPath(snapshot, route))]))]);
    }

    /// <summary>
    /// Who holds a permission on a resource, by name: people, and for owners service accounts too. Null when there is no such resource, or the
    /// caller may not know of it.
    /// </summary>
    /// <param name="permission">What is to be done.</param>
    /// <param name="resource">With what.</param>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    [Authorize(Policy.ManageAccess)]
    public PrincipalConnection? WhoCan(
        IResolveFieldContext context, [Parent] Organization organization, Permission permission, ResourceInput resource, int? first, string? after, int? last, string? before)
    {
        var snapshot = organization.Snapshot;
        var caller = context.Caller();
        var arguments = new PageArguments(first, after, last, before);
        arguments.Size();
        if (ResourceInputs.Read(snapshot, caller, resource) is not (var found, null))
        {
            return null;
        }

        var access = snapshot.Access;
        var page = Paging.Of(
            Name,
            snapshot.PrincipalsByName,
            PrincipalEntry.ByName,
            arguments,
            entry => access.Holds(entry.Principal, permission, found) && snapshot.CanSee(caller, entry.Principal));
        var isComplete = snapshot.ServiceAccounts.All.All(account =>
            snapshot.CanSee(caller, PrincipalRef.ServiceAccount(account.Id)) || !access.Holds(PrincipalRef.ServiceAccount(account.Id), permission, found));
        return new PrincipalConnection(page.Select(entry => snapshot.PrincipalFor(caller, entry.Principal)!), isComplete);
    }
}

/// <summary>The grants of a group.</summary>
public sealed class GroupGrantQueries
{
    /// <summary>The grants that the group holds itself, the oldest first; not those on projects that the caller may not read.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    [Authorize(Policy.ManageAccess)]
    public GrantConnection? Grants(IResolveFieldContext context, [Parent] PermissionGroup group, int? first, string? after, int? last, string? before) =>
        GrantQueries.HeldBy("PermissionGroup.grants", group.Organization, context.Caller(), group.Row.Id, new PageArguments(first, after, last, before));
}
