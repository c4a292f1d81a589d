using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>The part that events about an API key share.</summary>
/// <param name="keyId">Which key.</param>
/// <param name="creatorId">Whose it is: decides who may know.</param>
public abstract class ApiKeyEvent(Guid keyId, Guid creatorId) : OrganizationEvent
{
    [Ignore]
    public Guid KeyId { get; } = keyId;

    [Ignore]
    public Guid CreatorId { get; } = creatorId;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => ApiKeys.ApiKey.CanSee((OrganizationSnapshot)snapshot, caller, CreatorId);

    [Ignore]
    internal ApiKey? Find(IResolveFieldContext context, Guid id)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.ApiKeys.All[id] is { } row && ApiKeys.ApiKey.CanSee(snapshot, context.Caller(), row.CreatorId) ? new ApiKey(snapshot, row) : null;
    }
}

/// <summary>An API key was made.</summary>
[Name("ApiKeyCreated"), Implements(typeof(IOrganizationEvent)), EventKind("apiKey.created")]
public sealed class ApiKeyCreated(Guid keyId, Guid creatorId) : ApiKeyEvent(keyId, creatorId)
{
    /// <summary>Which key.</summary>
    [Id]
    public string ApiKeyId() => GlobalIdOf(NodeType.ApiKey, KeyId);

    /// <summary>The key as it is now; null when gone or hidden.</summary>
    public ApiKey? ApiKey(IResolveFieldContext context) => Find(context, KeyId);

    /// <summary>The key with a cursor, for lists.</summary>
    public ApiKeyEdge? ApiKeyEdge(IResolveFieldContext context) => ApiKeyQueries.EdgeOf(SnapshotOf(context), Find(context, KeyId), KeyId);
}

/// <summary>An API key's name or expiry changed.</summary>
[Name("ApiKeyUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("apiKey.updated")]
public sealed class ApiKeyUpdated(Guid keyId, Guid creatorId) : ApiKeyEvent(keyId, creatorId)
{
    /// <summary>Which key.</summary>
    [Id]
    public string ApiKeyId() => GlobalIdOf(NodeType.ApiKey, KeyId);

    /// <summary>The key as it is now; null when gone or hidden.</summary>
    public ApiKey? ApiKey(IResolveFieldContext context) => Find(context, KeyId);
}

/// <summary>An API key was replaced by a new one; the old one works until the overlap ends.</summary>
[Name("ApiKeyRotated"), Implements(typeof(IOrganizationEvent)), EventKind("apiKey.rotated")]
public sealed class ApiKeyRotated(Guid keyId, Guid creatorId, Guid previousId) : ApiKeyEvent(keyId, creatorId)
{
    [Ignore]
    public Guid PreviousId { get; } = previousId;

    /// <summary>The new key.</summary>
    [Id]
    public string ApiKeyId() => GlobalIdOf(NodeType.ApiKey, KeyId);

    /// <summary>The new key as it is now; null when gone or hidden.</summary>
    public ApiKey? ApiKey(IResolveFieldContext context) => Find(context, KeyId);

    /// <summary>The new key with a cursor, for lists.</summary>
    public ApiKeyEdge? ApiKeyEdge(IResolveFieldContext context) => ApiKeyQueries.EdgeOf(SnapshotOf(context), Find(context, KeyId), KeyId);

    /// <summary>The key that was replaced.</summary>
    [Id]
    public string PreviousApiKeyId() => GlobalIdOf(NodeType.ApiKey, PreviousId);

    /// <summary>The replaced key as it is now; null when gone or hidden.</summary>
    public ApiKey? Previous(IResolveFieldContext context) => Find(context, PreviousId);
}

/// <summary>Somebody ended an API key.</summary>
[Name("ApiKeyRevoked"), Implements(typeof(IOrganizationEvent)), EventKind("apiKey.revoked")]
public sealed class ApiKeyRevoked(Guid keyId, Guid creatorId) : ApiKeyEvent(keyId, creatorId)
{
    /// <summary>Which key.</summary>
    [Id]
    public string ApiKeyId() => GlobalIdOf(NodeType.ApiKey, KeyId);

    /// <summary>The key as it is now; null when gone or hidden.</summary>
    public ApiKey? ApiKey(IResolveFieldContext context) => Find(context, KeyId);
}

/// <summary>An API key ended by itself.</summary>
[Name("ApiKeyExpired"), Implements(typeof(IOrganizationEvent)), EventKind("apiKey.expired")]
public sealed class ApiKeyExpired(Guid keyId, Guid creatorId) : ApiKeyEvent(keyId, creatorId)
{
    /// <summary>Which key.</summary>
    [Id]
    public string ApiKeyId() => GlobalIdOf(NodeType.ApiKey, KeyId);

    /// <summary>The key as it is now; null when gone or hidden.</summary>
    public ApiKey? ApiKey(IResolveFieldContext context) => Find(context, KeyId);
}

/// <summary>An API key was used: told at most once a minute for each key, live only.</summary>
[Name("ApiKeyUsed"), Implements(typeof(IOrganizationEvent))]
public sealed class ApiKeyUsed(Guid keyId, Guid creatorId) : ApiKeyEvent(keyId, creatorId)
{
    [Ignore]
    public override bool IsLogged() => false;

    /// <summary>Which key.</summary>
    [Id]
    public string ApiKeyId() => GlobalIdOf(NodeType.ApiKey, KeyId);

    /// <summary>The key as it is now; null when gone or hidden.</summary>
    public ApiKey? ApiKey(IResolveFieldContext context) => Find(context, KeyId);
}

/// <summary>The stream of API keys.</summary>
public sealed class ApiKeySubscriptions
{
    /// <summary>API keys are made, changed, rotated, used and ended. Owners hear of all, others of their own.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member), PerCaller(ExceptOwners = true)]
    [SubscriptionField(
        "ApiKeyEvent",
        "A change of an API key.",
        typeof(ApiKeyCreated),
        typeof(ApiKeyUpdated),
        typeof(ApiKeyRotated),
        typeof(ApiKeyRevoked),
        typeof(ApiKeyExpired),
        typeof(ApiKeyUsed),
        typeof(StreamReset))]
    public object ApiKeysChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
