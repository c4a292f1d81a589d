using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>A secret by which a program acts as a service account, in this organization only. For owners.</summary>
[Name("ServiceToken"), Implements(typeof(INode))]
public sealed class ServiceToken : INode
{
    private readonly OrganizationSnapshot _organization;
    private readonly ServiceTokenSnapshot _row;

    internal ServiceToken(OrganizationSnapshot organization, ServiceTokenSnapshot row) => (_organization, _row) = (organization, row);

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.ServiceToken, _organization.OrganizationId, _row.Id).ToString();

    /// <summary>What it is called. Several tokens may have one name.</summary>
    public string Name => _row.Name;

    /// <summary>Enough to recognise it: the prefix and the last four characters. The token itself is shown once, when it is made.</summary>
    public string Preview => _row.Preview;

    /// <summary>As which account it acts.</summary>
    public ServiceAccount ServiceAccount => new(_organization, _organization.ServiceAccounts[_row.AccountId]!);

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => _row.CreatedAt;

    /// <summary>Who made it; null when it was made with the organization, or that principal has left.</summary>
    public IPrincipal? CreatedBy(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), _row.CreatedBy);

    /// <summary>When it stops working by itself; null: never.</summary>
    public DateTimeOffset? ExpiresAt => _row.ExpiresAt;

    /// <summary>When it was last used, to the minute; null: not yet.</summary>
    public DateTimeOffset? LastUsedAt([FromServices] UsageTracker usage) => usage.LastUsed(_row.Id);

    /// <summary>Whether it still works.</summary>
    public CredentialStatus Status(IResolveFieldContext context) => _row.Status(context.Request().Now);

    /// <summary>When somebody ended it; null when nobody did.</summary>
    public DateTimeOffset? RevokedAt => _row.IsRevoked ? _row.EndedAt : null;

    /// <summary>Who ended it; null when nobody did, or that principal has left.</summary>
    public IPrincipal? RevokedBy(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), _row.RevokedBy);

    /// <summary>The token that this one replaced by rotation; null when it replaced none, or that one ended more than a day ago.</summary>
    public ServiceToken? RotatedFrom => _row.RotatedFrom is { } id ? Find(_organization, id) : null;

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => _row.Version;

    internal static bool CanSee(Snapshot organization, Caller caller) => Policies.RightsOf(caller, organization).IsOwner;

    internal static ServiceToken? Find(OrganizationSnapshot organization, Guid id) =>
        organization.ServiceTokens.All[id] is { } row && organization.ServiceAccounts[row.AccountId] is not null ? new ServiceToken(organization, row) : null;
}

/// <summary>A page of service tokens.</summary>
[Name("ServiceTokenConnection")]
public sealed class ServiceTokenConnection(Page<ServiceToken> page) : Connection<ServiceToken, ServiceTokenEdge>(page);

/// <summary>A service token, and its place in the list.</summary>
[Name("ServiceTokenEdge")]
public sealed class ServiceTokenEdge : Edge<ServiceToken>;
