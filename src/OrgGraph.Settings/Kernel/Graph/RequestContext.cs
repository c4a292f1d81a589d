using System.Collections.Concurrent;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// What one execution works with: the caller, and the snapshots it has seen, so that a whole answer shows one version. A mutation
/// replaces the snapshot by the one that it made.
/// </summary>
public sealed class RequestContext(Caller caller, SnapshotStore store, PeopleDirectory people, TimeProvider clock, ExecutionBounds bounds)
    : Dictionary<string, object?>
{
    private readonly ConcurrentDictionary<Guid, Snapshot> _others = [];
    private Snapshot? _first;

    public Caller Caller { get; } = caller;

    /// <summary>How long it may take and how much it may become.</summary>
    public ExecutionBounds Bounds { get; } = bounds;

    public CancellationToken Cancellation => Bounds.Work;

    public DateTimeOffset Now { get; } = clock.GetUtcNow();

    /// <summary>How often the caller may try; null for as often as they like.</summary>
    internal IRequestRates? Rates { get; init; }

    /// <summary>What is being delivered: an event, or an entry of the audit log.</summary>
    public object? Delivered { get; init; }

    /// <summary>Where attempts that were refused are told; null: nowhere.</summary>
    internal Auditing.AuditTrail? Trail { get; init; }

    /// <summary>The document's selection sets; null when they may differ from one execution to the next.</summary>
    internal SelectionPlans? Plans { get; init; }

    /// <summary>Set: a subscription is being accepted, not executed.</summary>
    internal SubscriptionStart? Start { get; set; }

    /// <summary>
    /// The organization as this execution sees it; null when there is none, or the caller cannot belong to it. Whether the caller does
    /// belong is the policy's to say.
    /// </summary>
    public ValueTask<Snapshot?> SnapshotAsync(Guid organizationId)
    {
        if (Pinned(organizationId) is { } pinned)
        {
            return new ValueTask<Snapshot?>(pinned);
        }

        if (Caller.Principal is null || !Caller.ActsIn(organizationId))
        {
            return default;
        }

        // Whether others have the organization in memory must not show: a stranger's question takes the same way for one that there is not.
        var isOwn = Caller.OrganizationId is not null || store.Peek(organizationId)?.Access.IsMember(Caller.Principal.Value) == true;
        return isOwn ? PinAsync(store.GetAsync(organizationId, Cancellation)) : LoadAsync(organizationId);
    }

    /// <summary>The organizations that this execution has looked into as one of theirs.</summary>
    internal IEnumerable<Snapshot> Seen => _first is null ? [] : _others.IsEmpty ? [_first] : [_first, .. _others.Values];

    /// <summary>The first of them.</summary>
    internal Guid? FirstSeen => _first?.OrganizationId;

    /// <summary>The organizations that the caller may belong to: a key's or token's own only.</summary>
    public async ValueTask<IReadOnlyCollection<Guid>> OrganizationsAsync() =>
        Caller.OrganizationId is { } bound ? [bound] : Caller.Principal is { } principal ? await people.OrganizationsOfAsync(principal.Id, Cancellation) : [];

    /// <summary>From now on the execution sees this one.</summary>
    public void Pin(Snapshot snapshot)
    {
        if (_first is null || _first.OrganizationId == snapshot.OrganizationId)
        {
            _first = snapshot;
        }
        else
        {
            _others[snapshot.OrganizationId] = snapshot;
        }
    }

    // A stranger's guess must not make the server load anything: membership is looked up first.
    private async ValueTask<Snapshot?> LoadAsync(Guid organizationId)
    {
        if (!await people.BelongsAsync(Caller.Principal!.Value.Id, organizationId, Cancellation))
        {
            return null;
        }

        return await PinAsync(store.GetAsync(organizationId, Cancellation));
    }

    private ValueTask<Snapshot?> PinAsync(ValueTask<Snapshot?> loading)
    {
        if (!loading.IsCompletedSuccessfully)
        {
            return AwaitAsync(loading);
        }

        var snapshot = loading.Result;
        if (snapshot is not null)
        {
            Pin(snapshot);
        }

        return new ValueTask<Snapshot?>(snapshot);
    }

    private async ValueTask<Snapshot?> AwaitAsync(ValueTask<Snapshot?> loading)
    {
        var snapshot = await loading;
        if (snapshot is not null)
        {
            Pin(snapshot);
        }

        return snapshot;
    }

    private Snapshot? Pinned(Guid organizationId) =>
        _first is { } first && first.OrganizationId == organizationId ? first : _others.GetValueOrDefault(organizationId);
}

public static class RequestContexts
{
    public static RequestContext Request(this IResolveFieldContext context) => (RequestContext)context.UserContext;

    public static Caller Caller(this IResolveFieldContext context) => context.Request().Caller;

    /// <summary>Counts an invitation token that leads nowhere.</summary>
    /// <exception cref="RequestFault">RATE_LIMITED: too many came from this address.</exception>
    internal static void CountUnknownToken(this IResolveFieldContext context)
    {
        if (context.Request().Rates?.UnknownToken() is { } tooSoon)
        {
            throw tooSoon;
        }
    }

    /// <summary>Whether the field may be used here; refused by the field's own directive otherwise.</summary>
    internal static void Require(this Verdict verdict)
    {
        if (verdict != Verdict.Allowed)
        {
            throw RequestFault.Refused(verdict);
        }
    }
}
