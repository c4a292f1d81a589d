using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Telemetry;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>What a feed is told.</summary>
internal abstract record FeedMessage
{
    /// <param name="Events">Null: they are in the log.</param>
    /// <param name="At">When the change was known, on the dispatcher's clock.</param>
    public sealed record Changed(Snapshot Snapshot, IReadOnlyList<SettingsEvent>? Events, long At) : FeedMessage;

    public sealed record Used(Guid Subject) : FeedMessage;

    public sealed record Joined(Subscriber Subscriber) : FeedMessage;

    public sealed record Parted(Subscriber Subscriber) : FeedMessage;
}

/// <summary>
/// Delivers one organization's events in order. Each event is executed once for all subscribers of one visibility class, and the bytes
/// are shared. Nobody who writes waits for it.
/// </summary>
internal sealed partial class OrganizationFeed
{
    private readonly Channel<FeedMessage> _messages = Channel.CreateUnbounded<FeedMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<string, List<Subscriber>> _classes = [];
    private readonly EventLog _log;
    private readonly IEventModel _model;
    private readonly TimeProvider _clock;
    private readonly KernelMetrics _metrics;
    private readonly ILogger _logger;
    private Snapshot _snapshot;
    private AccessIndex? _groupedBy;
    private EventCursor _position;
    private int _subscriberCount;

    public OrganizationFeed(Snapshot snapshot, EventLog log, IEventModel model, TimeProvider clock, KernelMetrics metrics, ILogger logger)
    {
        _snapshot = snapshot;
        _position = new EventCursor(snapshot.OrganizationId, snapshot.Epoch, snapshot.Version, EventCursor.WholeVersion);
        _log = log;
        _model = model;
        _clock = clock;
        _metrics = metrics;
        _logger = logger;
        _ = Task.Run(RunAsync);
    }

    public int SubscriberCount => Volatile.Read(ref _subscriberCount);

    public void Post(FeedMessage message) => _messages.Writer.TryWrite(message);

    public void Join(Subscriber subscriber)
    {
        Interlocked.Increment(ref _subscriberCount);
        Post(new FeedMessage.Joined(subscriber));
    }

    /// <summary>True when nobody is left.</summary>
    public bool Part(Subscriber subscriber)
    {
        Post(new FeedMessage.Parted(subscriber));
        return Interlocked.Decrement(ref _subscriberCount) == 0;
    }

    public void Close() => _messages.Writer.TryComplete();

    private async Task RunAsync()
    {
        await foreach (var message in _messages.Reader.ReadAllAsync())
        {
            try
            {
                await HandleAsync(message);
            }
            catch (Exception e)
            {
                _logger.LogError("Delivering events failed: {Type}: {Reason}", e.GetType().Name, e.Message);
            }
        }
    }

    private Task HandleAsync(FeedMessage message)
    {
        switch (message)
        {
            case FeedMessage.Changed changed:
                return ChangedAsync(changed);
            case FeedMessage.Used used when _model.Used(_snapshot, used.Subject) is { } happened:
                return UsedAsync(happened);
            case FeedMessage.Joined joined:
                return JoinedAsync(joined.Subscriber);
            case FeedMessage.Parted parted:
                foreach (var members in _classes.Values)
                {
                    members.Remove(parted.Subscriber);
                }

                return Task.CompletedTask;
            default:
                return Task.CompletedTask;
        }
    }

    private async Task ChangedAsync(FeedMessage.Changed changed)
    {
        var snapshot = changed.Snapshot;
        if ((snapshot.Epoch, snapshot.Version).CompareTo((_position.Epoch, _position.Version)) <= 0)
        {
            return;
        }

        if (snapshot.Epoch != _position.Epoch)
        {
            _snapshot = snapshot;
            Advance(snapshot);
            await ResetAllAsync("The organization was restored from a backup.");
            return;
        }

        _snapshot = snapshot;
        var isNext = changed.Events is { Count: > 0 } events && events[0].Envelope.Version == _position.Version + 1;
        if (isNext)
        {
            await DeliverAllAsync(changed.Events!);
        }
        else
        {
            await DeliverLoggedAsync(snapshot);
        }

        await RegroupAsync();
        Advance(snapshot);
        _metrics.Dispatched(_clock.GetElapsedTime(changed.At));
    }

    private void Advance(Snapshot snapshot) =>
        _position = new EventCursor(snapshot.OrganizationId, snapshot.Epoch, snapshot.Version, EventCursor.WholeVersion);

    private Task UsedAsync(SettingsEvent happened)
    {
        happened.Envelope = new EventEnvelope(
            _position.OrganizationId, _position.Epoch, _position.Version, _position.Index, _clock.GetUtcNow(), happened.Envelope.Actor, happened.Envelope.ActorName, happened.Envelope.SubjectName);
        return DeliverAsync(happened);
    }

    private async Task DeliverAsync(SettingsEvent happened)
    {
        await RegroupAsync();
        foreach (var members in _classes.Values.ToList())
        {
            // The first speaks for all of its class: it must not be one whose credential is over.
            members.RemoveAll(member => IsOver(member) && member.Drop());
            if (members is [var first, ..] && EventFor(first, happened) is { } wanted && wanted.CanBeSeenBy(first.Subscription.Caller, _snapshot))
            {
                var json = await first.Subscription.Execute(first.Subscription.Caller, wanted, _snapshot);
                _metrics.Delivered(members.Count);
                members.RemoveAll(member => !member.Offer(json));
            }
        }
    }

    private bool IsOver(Subscriber subscriber)
    {
        var now = _clock.GetUtcNow();
        var caller = subscriber.Subscription.Caller;
        return caller.ExpiresAt <= now || !_snapshot.IsCredentialGood(caller, now);
    }

    // A stream of one's own rights gets an event of its own making, and only when they are others than before.
    private SettingsEvent? EventFor(Subscriber subscriber, SettingsEvent happened)
    {
        if (!subscriber.Subscription.IsOwnAccess)
        {
            return subscriber.Subscription.Wants(happened) ? happened : null;
        }

        var signature = Policies.RightsOf(subscriber.Subscription.Caller, _snapshot).Signature;
        if (!happened.AffectsAccess() || signature == subscriber.RightsSignature)
        {
            return null;
        }

        subscriber.RightsSignature = signature;
        return _model.OwnAccessChanged(happened);
    }

    private async Task ResetAllAsync(string reason)
    {
        foreach (var member in _classes.Values.SelectMany(members => members).ToList())
        {
            member.Offer(await ExecuteResetAsync(member, reason));
        }
    }

    private Task<ReadOnlyMemory<byte>> ExecuteResetAsync(Subscriber subscriber, string reason)
    {
        var reset = _model.Reset(reason);
        reset.Envelope = new EventEnvelope(
            _position.OrganizationId, _position.Epoch, _position.Version, _position.Index, _clock.GetUtcNow(), null, Writing.ChangeSet.SystemName, "");
        return subscriber.Subscription.Execute(subscriber.Subscription.Caller, reset, _snapshot);
    }

    // Rights may have changed: whoever lost the right to subscribe gets a last word, the others are sorted into their classes anew.
    private Task RegroupAsync()
    {
        if (ReferenceEquals(_groupedBy, _snapshot.Access))
        {
            return Task.CompletedTask;
        }

        _groupedBy = _snapshot.Access;
        var all = _classes.Values.SelectMany(members => members).ToList();
        _classes.Clear();
        foreach (var subscriber in all)
        {
            Place(subscriber);
        }

        return Task.CompletedTask;
    }

    private bool Place(Subscriber subscriber)
    {
        var subscription = subscriber.Subscription;
        var verdict = Policies.Check(subscription.Policies, subscription.Caller, _snapshot, new Scope(_snapshot.OrganizationId), _clock.GetUtcNow());
        if (verdict != Verdict.Allowed)
        {
            // A credential that is over ends its connection as a whole, and the transport says so: a complete from here could come first.
            _ = verdict == Verdict.NotAuthenticated ? subscriber.Drop() : subscriber.Finish(subscription.Refuse(verdict));
            return false;
        }

        var key = subscriber.ClassKey(_snapshot);
        if (!_classes.TryGetValue(key, out var members))
        {
            _classes.Add(key, members = []);
        }

        members.Add(subscriber);
        return true;
    }

    private async Task JoinedAsync(Subscriber subscriber)
    {
        await RegroupAsync();
        subscriber.RightsSignature = Policies.RightsOf(subscriber.Subscription.Caller, _snapshot).Signature;
        var after = subscriber.Subscription.After;
        if (after is null)
        {
            Place(subscriber);
            return;
        }

        subscriber.Hold();
        if (Place(subscriber))
        {
            // As of now: what comes after is held back for it, and must not be replayed too.
            var (position, snapshot) = (_position, _snapshot);
            _ = Task.Run(() => ReplayAsync(subscriber, after, position, snapshot));
        }
    }

    private async Task ReplayAsync(Subscriber subscriber, string after, EventCursor position, Snapshot snapshot)
    {
        try
        {
            if (await ReasonToResetAsync(subscriber, after, position, snapshot) is { } reason)
            {
                await subscriber.ReplayAsync(await ExecuteResetAsync(subscriber, reason));
            }
            else if (EventCursor.TryParse(after, out var from) && from.CompareTo(position) < 0)
            {
                await ReplayFromAsync(subscriber, from, position, snapshot);
            }

            await subscriber.ReleaseAsync();
            if (subscriber.TakeOverflow())
            {
                subscriber.Offer(await ExecuteResetAsync(subscriber, "More happened during the replay than could be kept."));
            }
        }
        catch (OperationCanceledException)
        {
            // It left in the middle.
        }
        catch (Exception e)
        {
            _logger.LogError("Replaying events failed: {Type}: {Reason}", e.GetType().Name, e.Message);
            subscriber.Finish(null);
        }
    }

    private async Task ReplayFromAsync(Subscriber subscriber, EventCursor from, EventCursor position, Snapshot snapshot)
    {
        var subscription = subscriber.Subscription;
        await foreach (var happened in _log.ReadAsync(from, position.Version, subscriber.Left))
        {
            if (happened is null)
            {
                await subscriber.ReplayAsync(await ExecuteResetAsync(subscriber, "Something happened that this server's release does not know yet."));
                continue;
            }

            var wanted = subscription.IsOwnAccess ? (happened.AffectsAccess() ? _model.OwnAccessChanged(happened) : null) : subscription.Wants(happened) ? happened : null;
            if (wanted is not null && wanted.CanBeSeenBy(subscription.Caller, snapshot) && !await subscriber.ReplayAsync(await subscription.Execute(subscription.Caller, wanted, snapshot)))
            {
                return;
            }
        }
    }

    private async Task<string?> ReasonToResetAsync(Subscriber subscriber, string after, EventCursor position, Snapshot snapshot)
    {
        if (!EventCursor.TryParse(after, out var from) || from.OrganizationId != position.OrganizationId || from.Epoch != position.Epoch || from.Version > position.Version)
        {
            return "The cursor is not one of this organization's stream.";
        }

        if (subscriber.Subscription.Caller.Principal is not { } principal || snapshot.JoinedVersion(principal) is not { } joined || from.Version < joined)
        {
            return "The cursor is from before you joined.";
        }

        return from.Version < position.Version && !await _log.ReachesBackToAsync(position.OrganizationId, from.Version, subscriber.Left)
            ? "The cursor is older than the log reaches back."
            : null;
    }
}
