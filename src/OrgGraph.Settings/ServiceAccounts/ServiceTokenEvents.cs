using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>The part that events about a service token share.</summary>
/// <param name="tokenId">Which token.</param>
public abstract class ServiceTokenEvent(Guid tokenId) : OrganizationEvent
{
    [Ignore]
    public Guid TokenId { get; } = tokenId;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => ServiceAccounts.ServiceToken.CanSee(snapshot, caller);

    [Ignore]
    internal ServiceToken? Find(IResolveFieldContext context, Guid id)
    {
        var snapshot = SnapshotOf(context);
        return ServiceAccounts.ServiceToken.CanSee(snapshot, context.Caller()) ? ServiceAccounts.ServiceToken.Find(snapshot, id) : null;
    }
}

/// <summary>A service token was made.</summary>
[Name("ServiceTokenCreated"), Implements(typeof(IOrganizationEvent)), EventKind("serviceToken.created")]
public sealed class ServiceTokenCreated(Guid tokenId) : ServiceTokenEvent(tokenId)
{
    /// <summary>Which token.</summary>
    [Id]
    public string ServiceTokenId() => GlobalIdOf(NodeType.ServiceToken, TokenId);

    /// <summary>The token as it is now; null when gone.</summary>
    public ServiceToken? ServiceToken(IResolveFieldContext context) => Find(context, TokenId);

    /// <summary>The token with a cursor, for lists.</summary>
    public ServiceTokenEdge? ServiceTokenEdge(IResolveFieldContext context) => ServiceTokenQueries.EdgeOf(SnapshotOf(context), Find(context, TokenId), TokenId);
}

/// <summary>A service token's name or expiry changed.</summary>
[Name("ServiceTokenUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("serviceToken.updated")]
public sealed class ServiceTokenUpdated(Guid tokenId) : ServiceTokenEvent(tokenId)
{
    /// <summary>Which token.</summary>
    [Id]
    public string ServiceTokenId() => GlobalIdOf(NodeType.ServiceToken, TokenId);

    /// <summary>The token as it is now; null when gone.</summary>
    public ServiceToken? ServiceToken(IResolveFieldContext context) => Find(context, TokenId);
}

/// <summary>A service token was replaced by a new one; the old one works until the overlap ends.</summary>
[Name("ServiceTokenRotated"), Implements(typeof(IOrganizationEvent)), EventKind("serviceToken.rotated")]
public sealed class ServiceTokenRotated(Guid tokenId, Guid previousId) : ServiceTokenEvent(tokenId)
{
    [Ignore]
    public Guid PreviousId { get; } = previousId;

    /// <summary>The new token.</summary>
    [Id]
    public string ServiceTokenId() => GlobalIdOf(NodeType.ServiceToken, TokenId);

    /// <summary>The new token as it is now; null when gone.</summary>
    public ServiceToken? ServiceToken(IResolveFieldContext context) => Find(context, TokenId);

    /// <summary>The new token with a cursor, for lists.</summary>
    public ServiceTokenEdge? ServiceTokenEdge(IResolveFieldContext context) => ServiceTokenQueries.EdgeOf(SnapshotOf(context), Find(context, TokenId), TokenId);

    /// <summary>The token that was replaced.</summary>
    [Id]
    public string PreviousServiceTokenId() => GlobalIdOf(NodeType.ServiceToken, PreviousId);

    /// <summary>The replaced token as it is now; null when gone.</summary>
    public ServiceToken? Previous(IResolveFieldContext context) => Find(context, PreviousId);
}

/// <summary>Somebody ended a service token, or its account was deleted.</summary>
[Name("ServiceTokenRevoked"), Implements(typeof(IOrganizationEvent)), EventKind("serviceToken.revoked")]
public sealed class ServiceTokenRevoked(Guid tokenId) : ServiceTokenEvent(tokenId)
{
    /// <summary>Which token.</summary>
    [Id]
    public string ServiceTokenId() => GlobalIdOf(NodeType.ServiceToken, TokenId);

    /// <summary>The token as it is now; null when gone.</summary>
    public ServiceToken? ServiceToken(IResolveFieldContext context) => Find(context, TokenId);
}

/// <summary>A service token ended by itself.</summary>
[Name("ServiceTokenExpired"), Implements(typeof(IOrganizationEvent)), EventKind("serviceToken.expired")]
public sealed class ServiceTokenExpired(Guid tokenId) : ServiceTokenEvent(tokenId)
{
    /// <summary>Which token.</summary>
    [Id]
    public string ServiceTokenId() => GlobalIdOf(NodeType.ServiceToken, TokenId);

    /// <summary>The token as it is now; null when gone.</summary>
    public ServiceToken? ServiceToken(IResolveFieldContext context) => Find(context, TokenId);
}

/// <summary>A service token was used: told at most once a minute for each token, live only.</summary>
[Name("ServiceTokenUsed"), Implements(typeof(IOrganizationEvent))]
public sealed class ServiceTokenUsed(Guid tokenId) : ServiceTokenEvent(tokenId)
{
    [Ignore]
    public override bool IsLogged() => false;

    /// <summary>Which token.</summary>
    [Id]
    public string ServiceTokenId() => GlobalIdOf(NodeType.ServiceToken, TokenId);

    /// <summary>The token as it is now; null when gone.</summary>
    public ServiceToken? ServiceToken(IResolveFieldContext context) => Find(context, TokenId);
}
