using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>A subscription to an audit log.</summary>
/// <param name="After">Deliver what follows this sequence; null: what is new.</param>
/// <param name="Execute">Makes the result for one entry on one snapshot.</param>
/// <param name="Refuse">Makes the final result when the right has ended.</param>
internal sealed record AuditSubscription(
    Guid OrganizationId,
    Caller Caller,
    IReadOnlyList<Policy> Policies,
    long? After,
    Func<AuditRow, Snapshot, Task<ReadOnlyMemory<byte>>> Execute,
    Func<RequestFault, ReadOnlyMemory<byte>> Refuse);

/// <summary>
/// Delivers audit logs live. Each subscriber reads on from its own place in the log as fast as it takes the entries, so nothing is held
/// for a slow one; own commits wake it at once, those of other processes within half a second.
/// </summary>
internal sealed class AuditFeed
{
    private const int PageSize = 100;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<Reader, byte> _readers = [];
    private readonly AuditLog _audit;
    private readonly SnapshotStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<AuditFeed> _log;

    internal AuditFeed(AuditLog audit, SnapshotStore store, Writer writer, TimeProvider clock, ILogger<AuditFeed> log)
    {
        (_audit, _store, _clock, _log) = (audit, store, clock, log);
        writer.Audited += Wake;
        store.Changed += snapshot => Wake(snapshot.OrganizationId);
    }

    /// <summary>Begins delivery after the entries that are there now, or after the given one. Dispose the answer to end it.</summary>
    public async Task<Func<IEventSink, IDisposable>> SubscribeAsync(AuditSubscription subscription, CancellationToken cancellation)
    {
        var position = subscription.After ?? await _audit.LastAsync(subscription.OrganizationId, cancellation);
        return sink =>
        {
            var reader = new Reader(this, subscription, sink);
            _readers.TryAdd(reader, 0);
            _ = Task.Run(() => reader.RunAsync(position), CancellationToken.None);
            return reader;
        };
    }

    private void Wake(Guid organizationId)
    {
        foreach (var reader in _readers.Keys)
        {
            reader.Wake(organizationId);
        }
    }

    private sealed class Reader(AuditFeed feed, AuditSubscription subscription, IEventSink sink) : IDisposable
    {
        private readonly CancellationTokenSource _left = new();
        private readonly SemaphoreSlim _news = new(0, 1);

        public void Wake(Guid organizationId)
        {
            if (organizationId == subscription.OrganizationId && _news.CurrentCount == 0)
            {
                try
                {
                    _news.Release();
                }
                catch (SemaphoreFullException)
                {
                    // Another commit woke it in the same moment.
                }
            }
        }

        [System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A stream that cannot go on is ended, whatever the reason.")]
        public async Task RunAsync(long position)
        {
            await using var timer = feed._clock.CreateTimer(_ => Wake(subscription.OrganizationId), null, Poll, Poll);
            try
            {
                while (await DeliverAsync(position) is var (next, isAtEnd))
                {
                    position = next;
                    if (isAtEnd)
                    {
                        await _news.WaitAsync(_left.Token);
                    }
                }
            }
            catch (OperationCanceledException) when (_left.IsCancellationRequested)
            {
                // Nobody listens any more.
            }
            catch (Exception e)
            {
                feed._log.LogWarning("A stream of an audit log ended: {Reason}", e.Message);
                sink.Next(subscription.Refuse(RequestFault.Unavailable("The log cannot be read now. Subscribe again after the last entry's cursor.")));
                sink.Complete();
            }
        }

        // Where to go on; null when it is over.
        private async Task<(long Position, bool IsAtEnd)?> DeliverAsync(long position)
        {
            if (await AllowedAsync() is not { } snapshot)
            {
                return null;
            }

            var page = await feed._audit.ReadAsync(AuditAudience.Of(subscription.Caller, snapshot), position, long.MaxValue, newestFirst: false, PageSize, _left.Token);
            foreach (var row in page)
            {
                await sink.ReadyAsync(_left.Token);
                // Rights may have ended while the subscriber was slow to read; then what was read for them is read again.
                var current = await AllowedAsync();
                if (current is null || current.Version != snapshot.Version)
                {
                    return current is null ? null : (position, false);
                }

                if (!sink.Next(await subscription.Execute(row, snapshot)))
                {
                    return null;
                }

                position = row.Sequence;
            }

            return (position, page.Count < PageSize);
        }

        // The organization, while the caller may still read its log.
        private async Task<Snapshot?> AllowedAsync()
        {
            var snapshot = await feed._store.GetAsync(subscription.OrganizationId, _left.Token);
            var verdict = Policies.Check(subscription.Policies, subscription.Caller, snapshot, new Scope(subscription.OrganizationId), feed._clock.GetUtcNow());
            if (verdict == Verdict.Allowed)
            {
                return snapshot;
            }

            // When the credential itself has ended its connection says so: a client that saw an end would not come again.
            if (verdict != Verdict.NotAuthenticated)
            {
                sink.Next(subscription.Refuse(RequestFault.Refused(verdict)));
                sink.Complete();
            }

            return null;
        }

        public void Dispose()
        {
            if (feed._readers.TryRemove(this, out _))
            {
                _left.Cancel();
            }
        }
    }
}

/// <summary>What of a log somebody may read who may read it at all.</summary>
internal static class AuditAudience
{
    public static AuditWanted Of(Caller caller, Snapshot snapshot)
    {
        var rights = Policies.RightsOf(caller, snapshot);
        return new AuditWanted(
            snapshot.OrganizationId, rights.IsOwner, rights.IsOwner || rights.Can(Permission.Read, ResourceRef.AllProjects) ? null : [.. snapshot.ProjectIds.Where(id => rights.Can(Permission.Read, ResourceRef.Project(id)))]);
    }
}
