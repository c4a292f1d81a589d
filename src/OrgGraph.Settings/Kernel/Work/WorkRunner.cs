using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Work;

/// <summary>
/// Leases due work by compare-and-swap and has it done, several at once, so that one poison item holds up nobody. What fails is put off,
/// each time for longer; after a day its handler is told that this was the last attempt.
/// </summary>
public sealed class WorkRunner
{
    private const int AtOnce = 8;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromHours(24);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);

    private readonly SnapshotStore _store;
    private readonly Database _database;
    private readonly Dictionary<string, IWorkHandler> _handlers;
    private readonly IdSource _ids;
    private readonly TimeProvider _clock;
    private readonly ILogger<WorkRunner> _log;
    private readonly Guid _owner;
    private readonly Channel<bool> _nudges = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    internal WorkRunner(SnapshotStore store, Database database, Writer writer, IEnumerable<IWorkHandler> handlers, IdSource ids, TimeProvider clock, ILogger<WorkRunner> log)
    {
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
                while (await RunDueAsync(stopping) > 0)
                {
                }

                using var timer = _clock.CreateTimer(_ => Nudge(), null, Every, Timeout.InfiniteTimeSpan);
                await _nudges.Reader.ReadAsync(stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                _log.LogWarning("Looking for due work failed: {Reason}", e.Message);
                await Task.Delay(Every, _clock, CancellationToken.None);
            }
        }
    }

    /// <summary>Does what is due; tells how many items there were.</summary>
    internal async Task<int> RunDueAsync(CancellationToken cancellation)
    {
        // On unconfirmed copies nothing can be decided: what is leased now would only be put off.
        if (!_store.IsConfirmed)
        {
            return 0;
        }

        var now = _clock.GetUtcNow();
        var due = await _database.QueryAsync(
            DueSql(_database.Dialect), WorkItemRow.Table.Read, cancellation, ("now", now), ("limit", AtOnce));
        var leased = new List<WorkItemRow>();
        foreach (var row in due)
        {
            if (await _database.ExecuteAsync(LeaseSql, cancellation, ("owner", _owner), ("until", now + Lease), ("id", row.Id), ("now", now)) == 1)
            {
                leased.Add(row);
            }
        }

        await Task.WhenAll(leased.Select(row => RunAsync(row, now, cancellation)));
        return leased.Count;
    }

    /// <summary>Items that somebody is doing at this moment.</summary>
    internal async Task<int> LeasedCountAsync() => (await _database.QueryAsync(
        "SELECT Id FROM WorkItems WHERE LeaseUntil >= @now", reader => reader.GetGuid(0), CancellationToken.None, ("now", _clock.GetUtcNow()))).Count;

    internal const string LeaseSql =
        "UPDATE WorkItems SET LeaseOwner = @owner, LeaseUntil = @until, Attempts = Attempts + 1 WHERE Id = @id AND (LeaseUntil IS NULL OR LeaseUntil < @now)";

    internal static string DueSql(ISqlDialect dialect) => dialect.Limited(
        $"SELECT {WorkItemRow.Table.SelectList} FROM WorkItems WHERE DueAt <= @now AND (LeaseUntil IS NULL OR LeaseUntil < @now)", "DueAt, Id");

    private async Task RunAsync(WorkItemRow row, DateTimeOffset now, CancellationToken cancellation)
    {
        var item = new WorkItem(
            row.Id, row.OrganizationId, row.Kind, row.SubjectId, row.Ordinal, row.CreatedAt, row.Attempts + 1, _owner, now - row.CreatedAt >= GivesUpAfter && row.Attempts > 0);
        try
        {
            if (_handlers.TryGetValue(row.Kind, out var handler))
            {
                await handler.HandleAsync(item, cancellation);
                return;
            }

            // A newer release wrote it: leave it to that release's nodes.
            await PutOffAsync(item, Longest);
        }
        catch (Exception e)
        {
            _log.LogWarning("Work {Kind} is put off after attempt {Attempt}: {Reason}", row.Kind, item.Attempts, e.Message);
            var wait = TimeSpan.FromSeconds(Math.Min(Math.Pow(2, Math.Min(item.Attempts, 10)), Longest.TotalSeconds));
            await PutOffAsync(item, wait * (0.5 + (_ids.Jitter() / 2)));
        }
    }

    private Task PutOffAsync(WorkItem item, TimeSpan wait) => _database.ExecuteAsync(
        "UPDATE WorkItems SET DueAt = @due, LeaseOwner = NULL, LeaseUntil = NULL WHERE Id = @id AND LeaseOwner = @owner",
        CancellationToken.None,
        ("due", _clock.GetUtcNow() + wait),
        ("id", item.Id),
        ("owner", item.LeaseOwner));
}
