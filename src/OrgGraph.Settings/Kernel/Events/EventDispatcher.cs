using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Telemetry;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>Hands each organization's events to those who subscribed: one feed for each organization that has subscribers.</summary>
public sealed class EventDispatcher
{
    private readonly ConcurrentDictionary<Guid, OrganizationFeed> _feeds = [];
    private readonly Lock _gate = new();
    private readonly SnapshotStore _store;
    private readonly EventLog _log;
    private readonly IEventModel _model;
    private readonly TimeProvider _clock;
    private readonly KernelMetrics _metrics;
    private readonly ILogger<EventDispatcher> _logger;

    internal EventDispatcher(SnapshotStore store, UsageTracker usage, EventLog log, IEventModel model, TimeProvider clock, KernelMetrics metrics, ILogger<EventDispatcher> logger)
    {
        _store = store;
        _log = log;
        _model = model;
        _clock = clock;
        _metrics = metrics;
        _logger = logger;
        store.Swapped += (snapshot, events) => Feed(snapshot.OrganizationId)?.Post(new FeedMessage.Changed(snapshot, events, clock.GetTimestamp()));
        metrics.Observe("orggraph.subscriptions", "{subscription}", "Subscriptions that run.", () => SubscriberCount);
        usage.Used += (organization, subject, _) => Feed(organization)?.Post(new FeedMessage.Used(subject));
    }

    /// <summary>Subscriptions running on this node.</summary>
    public int SubscriberCount => _feeds.Values.Sum(feed => feed.SubscriberCount);

    /// <summary>Begins delivery. Dispose the answer to end it.</summary>
    /// <param name="snapshot">The organization as it is now.</param>
    public IDisposable Subscribe(Subscription subscription, Snapshot snapshot, IEventSink sink)
    {
        lock (_gate)
        {
            var feed = _feeds.GetOrAdd(snapshot.OrganizationId, id => new OrganizationFeed(snapshot, _log, _model, _clock, _metrics, _logger));
            if (_store.Peek(snapshot.OrganizationId) is { } newest)
            {
                // A change between the look at the organization and this found no feed to tell: the feed reads it from the log.
                feed.Post(new FeedMessage.Changed(newest, null, _clock.GetTimestamp()));
            }

            var subscriber = new Subscriber(subscription, sink, Leave);
            feed.Join(subscriber);
            return subscriber;
        }
    }

    private OrganizationFeed? Feed(Guid organizationId) => _feeds.GetValueOrDefault(organizationId);

    private void Leave(Subscriber subscriber)
    {
        lock (_gate)
        {
            var id = subscriber.Subscription.OrganizationId;
            if (Feed(id) is { } feed && feed.Part(subscriber))
            {
                _feeds.TryRemove(id, out _);
                feed.Close();
            }
        }
    }
}
