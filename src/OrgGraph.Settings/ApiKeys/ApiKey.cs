using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>A key with which programs act as the person who made it, with that person's rights at the time of use, in this organization only.</summary>
[Name("ApiKey"), Implements(typeof(INode))]
public sealed class ApiKey : INode
{
    private readonly OrganizationSnapshot _organization;
    private readonly ApiKeySnapshot _row;

    internal ApiKey(OrganizationSnapshot organization, ApiKeySnapshot row) => (_organization, _row) = (organization, row);

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.ApiKey, _organization.OrganizationId, _row.Id).ToString();

    /// <summary>What it is called. Several keys may have one name.</summary>
    public string Name => _row.Name;

    /// <summary>Enough to recognise it: the prefix and the last four characters. The key itself is shown once, when it is made.</summary>
    public string Preview => _row.Preview;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => _row.CreatedAt;

    /// <summary>Whose it is; null when that person has left.</summary>
    public User? Creator => _organization.Members[_row.CreatorId] is { } member ? new User(member) : null;

    /// <summary>When it stops working by itself; null: never.</summary>
    public DateTimeOffset? ExpiresAt => _row.ExpiresAt;

    /// <summary>When it was last used, to the minute; null: not yet.</summary>
    public DateTimeOffset? LastUsedAt([FromServices] UsageTracker usage) => usage.LastUsed(_row.Id);

    /// <summary>Whether it still works.</summary>
    public CredentialStatus Status(IResolveFieldContext context) => _row.Status(context.Request().Now);

    /// <summary>When somebody ended it; null when nobody did.</summary>
    public DateTimeOffset? RevokedAt => _row.IsRevoked ? _row.EndedAt : null;

    /// <summary>Who ended it; null when nobody did, or that person has left.</summary>
    public IPrincipal? RevokedBy(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), _row.RevokedBy);

    /// <summary>The key that this one replaced by rotation; null when it replaced none, or that one ended more than a day ago.</summary>
    public ApiKey? RotatedFrom => _row.RotatedFrom is { } id && _organization.ApiKeys.All[id] is { } key ? new ApiKey(_organization, key) : null;

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => _row.Version;

    /// <summary>Owners see all keys, others their own.</summary>
    internal static bool CanSee(OrganizationSnapshot organization, Caller caller, Guid creator) =>
        Policies.RightsOf(caller, organization).IsOwner || caller.Principal == PrincipalRef.User(creator);
}

/// <summary>A page of API keys.</summary>
[Name("ApiKeyConnection")]
public sealed class ApiKeyConnection(Page<ApiKey> page) : Connection<ApiKey, ApiKeyEdge>(page);

/// <summary>An API key, and its place in the list.</summary>
[Name("ApiKeyEdge")]
public sealed class ApiKeyEdge : Edge<ApiKey>;
