using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>A principal that belongs to no person: programs act as it by its tokens. For owners and for itself; to everybody else it does not exist.</summary>
[Name("ServiceAccount"), Implements(typeof(INode)), Implements(typeof(IPrincipal))]
public sealed class ServiceAccount : INode, IPrincipal, IScoped
{
    internal ServiceAccount(OrganizationSnapshot organization, ServiceAccountSnapshot row) => (Organization, Row) = (organization, row);

    [Ignore]
    internal OrganizationSnapshot Organization { get; }

    [Ignore]
    internal ServiceAccountSnapshot Row { get; }

    [Ignore]
    public Scope Scope => new(Organization.OrganizationId);

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.ServiceAccount, Organization.OrganizationId, Row.Id).ToString();

    /// <summary>How to call it on a page: its name.</summary>
    public string DisplayName => Row.Name;

    /// <summary>The name, unique among the organization's service accounts without regard to case.</summary>
    public string Name => Row.Name;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>Who made it; null when it was made with the organization, or that principal has left.</summary>
    public IPrincipal? CreatedBy(IResolveFieldContext context) => Organization.PrincipalFor(context.Caller(), Row.CreatedBy);

    /// <summary>Who manages it: the owners, or the server itself.</summary>
    public ManagedBy ManagedBy => Row.ManagedBy;

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => Row.Version;

    internal static bool CanSee(Snapshot organization, Caller caller, Guid account) =>
        Policies.RightsOf(caller, organization) is { IsMember: true } rights && (rights.IsOwner || caller.Principal == PrincipalRef.ServiceAccount(account));
}

/// <summary>A page of service accounts.</summary>
[Name("ServiceAccountConnection")]
public sealed class ServiceAccountConnection(Page<ServiceAccount> page) : Connection<ServiceAccount, ServiceAccountEdge>(page);

/// <summary>A service account, and its place in the list.</summary>
[Name("ServiceAccountEdge")]
public sealed class ServiceAccountEdge : Edge<ServiceAccount>;
