using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Telemetry;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Work;

/// <summary>
/// Leases due work by compare-and-swap and has it done, several at once and none waiting for another, so that one poison item holds up
/// nobody. What fails is put off, each time for longer; after a day its handler is told that this was the last attempt.
/// </summary>
public sealed class WorkRunner
{
    private const int AtOnce = 16;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromHours(24);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly SnapshotStore _store;
    private readonly Database _database;
    private readonly Dictionary<string, IWorkHandler> _handlers;
    private readonly WorkBacklog _backlog;
    private readonly KernelMetrics _metrics;
    private readonly IdSource _ids;
    private readonly TimeProvider _clock;
    private readonly ILogger<WorkRunner> _log;
    private readonly Guid _owner;
    private readonly List<Task> _underWay = [];
    private readonly Channel<bool> _nudges = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal WorkRunner(
        SnapshotStore store, Database database, Writer writer, IEnumerable<IWorkHandler> handlers, WorkBacklog backlog, KernelMetrics metrics, IdSource ids, TimeProvider clock, ILogger<WorkRunner> log)
    {
        _backlog = backlog;
        _metrics = metrics;
        _store = store;
        _database = database;
        _handlers = handlers.ToDictionary(handler => handler.Kind);
        _ids = ids;
        _clock = clock;
        _log = log;
        _owner = ids.Next();
        writer.WorkScheduled += Nudge;
    }

    /// <summary>Looks for due work now rather than at the next tick.</summary>
    public void Nudge() => _nudges.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (await BeginDueAsync(stopping) > 0)
                {
                }

                await _backlog.LookAsync(stopping);
                using var timer = _clock.CreateTimer(_ => Nudge(), null, Every, Timeout.InfiniteTimeSpan);
                await _nudges.Reader.ReadAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                _log.LogWarning("Looking for due work failed: {Reason}", e.Message);
                await Task.Delay(Every, _clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await Task.WhenAll(_underWay);
    }

    /// <summary>Does what is due; tells how many items there were.</summary>
    internal async Task<int> RunDueAsync(CancellationToken cancellation)
    {
        var now = _clock.GetUtcNow();
        var leased = await LeaseDueAsync(AtOnce, now, cancellation);
        await Task.WhenAll(leased.Select(row => RunAsync(row, now, cancellation)));
        return leased.Count;
    }

    // What hangs keeps its own place and no other.
    private async Task<int> BeginDueAsync(CancellationToken cancellation)
    {
        _underWay.RemoveAll(work => work.IsCompleted);
        var now = _clock.GetUtcNow();
        var leased = _underWay.Count < AtOnce ? await LeaseDueAsync(AtOnce - _underWay.Count, now, cancellation) : [];
        _underWay.AddRange(leased.Select(row => DoAsync(row)));
        return leased.Count;

        async Task DoAsync(WorkItemRow row)
        {
            try
            {
                await RunAsync(row, now, cancellation);
            }
            catch (Exception e)
            {
                // Its lease ends by itself.
                _log.LogWarning("Putting off work {Kind} failed: {Reason}", row.Kind, e.Message);
            }

            Nudge();
        }
    }

    private async Task<List<WorkItemRow>> LeaseDueAsync(int limit, DateTimeOffset now, CancellationToken cancellation)
    {
        // On unconfirmed copies nothing can be decided: what is leased now would only be put off.
        if (!_store.IsConfirmed)
        {
            return [];
        }

        var due = await _database.QueryAsync(
            DueSql(_database.Dialect), WorkItemRow.Table.Read, cancellation, ("now", now), ("longestLease", now + Lease), ("longestWait", now + Longest), ("limit", limit));
        var leased = new List<WorkItemRow>();
        foreach (var row in due)
        {
            if (await LeaseAsync(row, now, cancellation))
            {
                leased.Add(row);
            }
        }

        return leased;
    }

    /// <summary>Takes an item that was due at that time. False when somebody else has it, or had it and put it off since it was looked at.</summary>
    internal async Task<bool> LeaseAsync(WorkItemRow row, DateTimeOffset now, CancellationToken cancellation) => await _database.ExecuteAsync(
        LeaseSql,
        cancellation,
        ("owner", _owner),
        ("until", now + Lease),
        ("id", row.Id),
        ("now", now),
        ("longestLease", now + Lease),
        ("longestWait", now + Longest)) == 1;

    /// <summary>Items that are due or that somebody is doing: one look, as what is done may leave what is to be done next.</summary>
    internal async Task<int> UnfinishedCountAsync()
    {
        var now = _clock.GetUtcNow();
        return (await _database.QueryAsync(
            $"SELECT Id FROM WorkItems WHERE (LeaseUntil >= @now OR {IsDueSql}) AND {IsAwakeSql}", reader => reader.GetGuid(0), CancellationToken.None, ("now", now), ("longestWait", now + Longest))).Count;
    }

    // A lease that ends later than one given now would is of a clock that was set back since: else it would last as long as that jump.
    private const string IsFreeSql = "(LeaseUntil IS NULL OR LeaseUntil < @now OR LeaseUntil > @longestLease)";

    // So are the time at which what was due at once was made, and a time to try again that is further off than any.
    private const string IsDueSql = "(DueAt <= @now OR (Attempts = 0 AND DueAt <= CreatedAt) OR (Attempts > 0 AND DueAt > @longestWait))";

    // The work of an archived organization rests, and goes on when that is restored.
    internal const string IsAwakeSql = "NOT EXISTS (SELECT 1 FROM Organizations WHERE Organizations.Id = WorkItems.OrganizationId AND Organizations.ArchivedAt IS NOT NULL)";

    internal const string LeaseSql =
        "UPDATE WorkItems SET LeaseOwner = @owner, LeaseUntil = @until, Attempts = Attempts + 1 WHERE Id = @id AND " + IsDueSql + " AND " + IsFreeSql + " AND " + IsAwakeSql;

    internal static string DueSql(ISqlDialect dialect) =>
        dialect.Limited($"SELECT {WorkItemRow.Table.SelectList} FROM WorkItems WHERE {IsDueSql} AND {IsFreeSql} AND {IsAwakeSql}", "DueAt, Id");

    private async Task RunAsync(WorkItemRow row, DateTimeOffset now, CancellationToken cancellation)
    {
        var item = new WorkItem(
            row.Id, row.OrganizationId, row.Kind, row.SubjectId, row.Ordinal, row.CreatedAt, row.Attempts + 1, _owner, now - row.CreatedAt >= GivesUpAfter && row.Attempts > 0);
        try
        {
            if (_handlers.TryGetValue(row.Kind, out var handler))
            {
                using var span = KernelActivities.Work(row.Kind, item.Attempts);
                // What was committed with the item may be newer than this copy: without it the item would be taken for one that was overtaken.
                await _store.CatchUpAsync(row.OrganizationId, cancellation);
                await handler.HandleAsync(item, cancellation);
                _metrics.Worked(row.Kind, item.IsGivenUp ? "given_up" : "done");
                return;
            }

            // A newer release wrote it: leave it to that release's nodes.
            _metrics.Worked("unknown", "put_off");
            await PutOffAsync(item, Longest);
        }
        catch (Exception e)
        {
            _metrics.Worked(row.Kind, "put_off");
            _log.LogWarning("Work {Kind} is put off after attempt {Attempt}: {Reason}", row.Kind, item.Attempts, e.Message);
            var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(item.Attempts, 10)), Longest.TotalSeconds));
            // Nothing is taken while the copies are unconfirmed, so what met that is tried as soon as they are again.
            wait *= e is RequestFault { IsUnconfirmed: true } ? 0 : 0.5 + (_ids.Jitter() / 2);

            // What lies further ahead than the longest wait would be taken for an item of a clock that was set back.
            var asked = (e as WorkPutOffException)?.NotBefore ?? TimeSpan.Zero;
            await PutOffAsync(item, asked > wait ? (asked < Longest ? asked : Longest) : wait);
        }
    }

    private Task PutOffAsync(WorkItem item, TimeSpan wait) => _database.ExecuteAsync(
        "UPDATE WorkItems SET DueAt = @due, LeaseOwner = NULL, LeaseUntil = NULL WHERE Id = @id AND LeaseOwner = @owner",
        CancellationToken.None,
        ("due", _clock.GetUtcNow() + wait),
        ("id", item.Id),
        ("owner", item.LeaseOwner));
}
