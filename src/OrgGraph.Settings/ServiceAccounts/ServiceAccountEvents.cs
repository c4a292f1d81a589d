using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>The part that events about a service account share.</summary>
/// <param name="accountId">Which account.</param>
public abstract class ServiceAccountEvent(Guid accountId) : OrganizationEvent
{
    [Ignore]
    public Guid AccountId { get; } = accountId;

    [Ignore]
    public override bool AffectsAccess() => true;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => ServiceAccounts.ServiceAccount.CanSee(snapshot, caller, AccountId);

    [Ignore]
    internal ServiceAccount? Find(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.ServiceAccounts[AccountId] is { } row && ServiceAccounts.ServiceAccount.CanSee(snapshot, context.Caller(), AccountId) ? new ServiceAccount(snapshot, row) : null;
    }
}

/// <summary>A service account was made.</summary>
[Name("ServiceAccountCreated"), Implements(typeof(IOrganizationEvent)), EventKind("serviceAccount.created")]
public sealed class ServiceAccountCreated(Guid accountId) : ServiceAccountEvent(accountId)
{
    /// <summary>Which account.</summary>
    [Id]
    public string ServiceAccountId() => GlobalIdOf(NodeType.ServiceAccount, AccountId);

    /// <summary>The account as it is now; null when gone.</summary>
    public ServiceAccount? ServiceAccount(IResolveFieldContext context) => Find(context);

    /// <summary>The account with a cursor, for lists.</summary>
    public ServiceAccountEdge? ServiceAccountEdge(IResolveFieldContext context) => Find(context) is { } account ? ServiceAccountQueries.EdgeOf(account) : null;
}

/// <summary>A service account was renamed, or put into other groups.</summary>
[Name("ServiceAccountUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("serviceAccount.updated")]
public sealed class ServiceAccountUpdated(Guid accountId) : ServiceAccountEvent(accountId)
{
    /// <summary>Which account.</summary>
    [Id]
    public string ServiceAccountId() => GlobalIdOf(NodeType.ServiceAccount, AccountId);

    /// <summary>The account as it is now; null when gone.</summary>
    public ServiceAccount? ServiceAccount(IResolveFieldContext context) => Find(context);
}

/// <summary>A service account was deleted, its tokens and grants with it.</summary>
[Name("ServiceAccountDeleted"), Implements(typeof(IOrganizationEvent)), EventKind("serviceAccount.deleted")]
public sealed class ServiceAccountDeleted(Guid accountId) : ServiceAccountEvent(accountId)
{
    /// <summary>Which account.</summary>
    [Id]
    public string ServiceAccountId() => GlobalIdOf(NodeType.ServiceAccount, AccountId);
}

/// <summary>The stream of service accounts and their tokens.</summary>
public sealed class ServiceAccountSubscriptions
{
    /// <summary>Service accounts and their tokens are made, changed, rotated, used and ended.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member), Authorize(Policy.Owner)]
    [SubscriptionField(
        "ServiceAccountEvent",
        "A change of a service account or of one of its tokens.",
        typeof(ServiceAccountCreated),
        typeof(ServiceAccountUpdated),
        typeof(ServiceAccountDeleted),
        typeof(ServiceTokenCreated),
        typeof(ServiceTokenUpdated),
        typeof(ServiceTokenRotated),
        typeof(ServiceTokenRevoked),
        typeof(ServiceTokenExpired),
        typeof(ServiceTokenUsed),
        typeof(StreamReset))]
    public object ServiceAccountsChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
