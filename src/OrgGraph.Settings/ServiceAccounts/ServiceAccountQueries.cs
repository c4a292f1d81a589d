using GraphQL;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Which service accounts.</summary>
public sealed class ServiceAccountFilter
{
    /// <summary>Part of the name, in any case.</summary>
    public string? Search { get; set; }
}

/// <summary>The service accounts of an organization.</summary>
public sealed class ServiceAccountQueries
{
    private const string Name = "Organization.serviceAccounts";

    /// <summary>The service accounts, by name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    [Authorize(Policy.Owner)]
    public ServiceAccountConnection? ServiceAccounts(
        IResolveFieldContext context, [Parent] Organization organization, int? first, string? after, int? last, string? before, ServiceAccountFilter? where)
    {
        var snapshot = organization.Snapshot;
        var page = Paging.Of(
            Name,
            snapshot.ServiceAccounts.All,
            ServiceAccountSnapshot.ByName,
            new PageArguments(first, after, last, before),
            account => where?.Search is not { Length: > 0 } search || account.Name.Contains(search, StringComparison.OrdinalIgnoreCase));
        return new ServiceAccountConnection(page.Select(row => new ServiceAccount(snapshot, row)));
    }

    internal static ServiceAccountEdge EdgeOf(ServiceAccount account) => new()
    {
        Node = account,
        Cursor = new PageCursor($"{Name}.{ServiceAccountSnapshot.ByName.Tag}+", ServiceAccountSnapshot.ByName.Key(account.Row), account.Row.Id).ToString(),
    };
}

/// <summary>The groups and grants of a service account.</summary>
public sealed class ServiceAccountAccess
{
    /// <summary>The groups that the account is directly in, by name.</summary>
    public IEnumerable<PermissionGroup> Groups([Parent] ServiceAccount account) => PermissionGroup.Of(account.Organization, account.Row.GroupIds);

    /// <summary>The grants that the account holds itself, the oldest first.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    [Authorize(Policy.ManageAccess)]
    public GrantConnection? Grants(IResolveFieldContext context, [Parent] ServiceAccount account, int? first, string? after, int? last, string? before) =>
        GrantQueries.HeldBy("ServiceAccount.grants", account.Organization, context.Caller(), account.Row.Id, new PageArguments(first, after, last, before));
}

/// <summary>How many service accounts a group has.</summary>
public sealed class GroupServiceAccounts
{
    /// <summary>How many service accounts are in the group, included groups counted in, each once.</summary>
    [Authorize(Policy.Owner)]
    public int? ServiceAccountCount(IResolveFieldContext context, [Parent] PermissionGroup group) =>
        group.Organization.Access.Count(group.Row.Id, PrincipalKind.ServiceAccount);
}

/// <summary>To whom a grant was given.</summary>
public sealed class Grantees
{
    /// <summary>To whom it was given.</summary>
    [Union("Grantee", "To whom rights can be given.", typeof(User), typeof(ServiceAccount), typeof(PermissionGroup))]
    public object Grantee([Parent] Grant grant)
    {
        var (organization, fact) = (grant.Organization, grant.Row.Fact);
        return fact.GranteeKind switch
        {
            GranteeKind.User => new User(organization.Members[fact.GranteeId]!),
            GranteeKind.ServiceAccount => new ServiceAccount(organization, organization.ServiceAccounts[fact.GranteeId]!),
            _ => new PermissionGroup(organization, organization.Groups[fact.GranteeId]!),
        };
    }
}
