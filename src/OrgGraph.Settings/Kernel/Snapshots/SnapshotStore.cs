using System.Collections.Concurrent;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Telemetry;

namespace OrgGraph.Settings.Kernel.Snapshots;

/// <summary>
/// The process's copies of organizations: loaded once, swapped by own commits, caught up with those of other processes. Bounded by the
/// number of rows they stand for.
/// </summary>
public sealed class SnapshotStore
{
    /// <summary>Rights on a copy that nobody could confirm for this long are too old to act on.</summary>
    public static readonly TimeSpan UnconfirmedLimit = TimeSpan.FromSeconds(5);

    private const int MaxRows = 2_000_000;

    private readonly ConcurrentDictionary<Guid, Entry> _entries = [];
    private readonly SnapshotLoader _loader;
    private readonly TimeProvider _clock;
    private readonly KernelMetrics _metrics;
    private long _confirmedAt;
    private long _rows;

    internal SnapshotStore(SnapshotLoader loader, TimeProvider clock, KernelMetrics metrics)
    {
        _loader = loader;
        _clock = clock;
        _metrics = metrics;
        metrics.Observe("orggraph.snapshot.organizations", "{organization}", "Organizations of which there is a copy in memory.", () => _entries.Count);
        metrics.Observe("orggraph.snapshot.rows", "{row}", "Rows that the copies stand for.", () => Interlocked.Read(ref _rows));
        metrics.Observe("orggraph.snapshot.age", "s", "How long ago the copies were last compared with the database; beyond 5 s requests are refused.", () => SinceConfirmed.TotalSeconds);
        _confirmedAt = clock.GetTimestamp();
    }

    /// <summary>Called with each newer snapshot after it was swapped in, and the events that led to it; null: they are in the log.</summary>
    internal event Action<Snapshot, IReadOnlyList<SettingsEvent>?>? Swapped;

    /// <summary>Called with each newer snapshot after it was swapped in.</summary>
    public event Action<Snapshot>? Changed;

    /// <summary>The organizations of which there is a copy, with its version.</summary>
    internal IEnumerable<Snapshot> Loaded => _entries.Values.Select(entry => entry.Snapshot).OfType<Snapshot>();

    /// <summary>The organization as this process knows it; null when there is none.</summary>
    /// <exception cref="RequestFault">UNAVAILABLE: the copies could not be confirmed for 5 seconds.</exception>
    public ValueTask<Snapshot?> GetAsync(Guid organizationId, CancellationToken cancellation)
    {
        if (_entries.TryGetValue(organizationId, out var entry) && entry.Snapshot is { } snapshot)
        {
            if (!IsConfirmed)
            {
                throw RequestFault.Unconfirmed();
            }

            entry.Touch(_clock.GetTimestamp());
            return new ValueTask<Snapshot?>(snapshot);
        }

        return new ValueTask<Snapshot?>(LoadAsync(organizationId, cancellation));
    }

    /// <summary>The copy in memory, if there is one; for those who must not wait.</summary>
    public Snapshot? Peek(Guid organizationId) => _entries.TryGetValue(organizationId, out var entry) ? entry.Snapshot : null;

    /// <summary>Reads what other processes have committed since.</summary>
    internal async Task<Snapshot?> CatchUpAsync(Guid organizationId, CancellationToken cancellation)
    {
        if (Peek(organizationId) is not { } known)
        {
            return await LoadAsync(organizationId, cancellation);
        }

        var began = _clock.GetTimestamp();
        if (await _loader.CatchUpAsync(known, cancellation) is { } newer)
        {
            _metrics.SnapshotRead(isWhole: false, _clock.GetElapsedTime(began));
            return Swap(newer);
        }

        Forget(organizationId);
        return await LoadAsync(organizationId, cancellation);
    }

    /// <summary>Swaps in a newer snapshot. An older one than the present changes nothing: what was shown once stays shown.</summary>
    internal Snapshot Swap(Snapshot newer, IReadOnlyList<SettingsEvent>? events = null)
    {
        var entry = _entries.GetOrAdd(newer.OrganizationId, _ => new Entry());
        bool isNewer;
        lock (entry)
        {
            isNewer = entry.Snapshot is null || (newer.Epoch, newer.Version).CompareTo((entry.Snapshot.Epoch, entry.Snapshot.Version)) > 0;
            if (isNewer)
            {
                Interlocked.Add(ref _rows, newer.Size - (entry.Snapshot?.Size ?? 0));
                entry.Snapshot = newer;
                entry.Touch(_clock.GetTimestamp());
            }

            newer = entry.Snapshot!;
        }

        if (isNewer)
        {
            Swapped?.Invoke(newer, events);
            Changed?.Invoke(newer);
        }

        return newer;
    }

    /// <summary>The versions of all copies were just compared with the database.</summary>
    internal void Confirm() => Volatile.Write(ref _confirmedAt, _clock.GetTimestamp());

    internal bool IsConfirmed => SinceConfirmed <= UnconfirmedLimit;

    private TimeSpan SinceConfirmed => _clock.GetElapsedTime(Volatile.Read(ref _confirmedAt));

    internal void Forget(Guid organizationId)
    {
        if (_entries.TryRemove(organizationId, out var entry))
        {
            Interlocked.Add(ref _rows, -(entry.Snapshot?.Size ?? 0));
        }
    }

    private async Task<Snapshot?> LoadAsync(Guid organizationId, CancellationToken cancellation)
    {
        // Unknown organizations get no entry: a stranger's guesses must not fill memory.
        var began = _clock.GetTimestamp();
        var loaded = await _loader.LoadAsync(organizationId, cancellation);
        if (loaded is null)
        {
            return null;
        }

        _metrics.SnapshotRead(isWhole: true, _clock.GetElapsedTime(began));
        MakeRoom(loaded.Size);
        return Swap(loaded);
    }

    private void MakeRoom(int rows)
    {
        while (Interlocked.Read(ref _rows) + rows > MaxRows && _entries.MinBy(entry => entry.Value.TouchedAt) is { Value: not null } oldest)
        {
            Forget(oldest.Key);
            _metrics.SnapshotEvicted();
        }
    }

    private sealed class Entry
    {
        private Snapshot? _snapshot;
        private long _touchedAt;

        public Snapshot? Snapshot
        {
            get => Volatile.Read(ref _snapshot);
            set => Volatile.Write(ref _snapshot, value);
        }

        public long TouchedAt => Volatile.Read(ref _touchedAt);

        public void Touch(long now) => Volatile.Write(ref _touchedAt, now);
    }
}
