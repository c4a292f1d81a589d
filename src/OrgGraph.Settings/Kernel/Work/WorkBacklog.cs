using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Telemetry;

namespace OrgGraph.Settings.Kernel.Work;

/// <summary>How much work waits, as it was when last looked at: the whole queue is read for it, hence not at each tick.</summary>
internal sealed class WorkBacklog
{
    internal const string CountSql = $"""
        SELECT COUNT(CASE WHEN DueAt <= @now THEN 1 END), COUNT(CASE WHEN Attempts > 0 AND LeaseOwner IS NULL THEN 1 END), MIN(CASE WHEN DueAt <= @now THEN DueAt END)
        FROM WorkItems WHERE {WorkRunner.IsAwakeSql}
        """;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    private readonly Database _database;
    private readonly TimeProvider _clock;
    private volatile Seen _seen = new(0, 0, TimeSpan.Zero);
    private long? _lookedAt;

    public WorkBacklog(Database database, TimeProvider clock, KernelMetrics metrics)
    {
        (_database, _clock) = (database, clock);
        metrics.Observe("orggraph.work.due", "{item}", "Work that is due and waits, or is being done.", () => _seen.Due);
        metrics.Observe("orggraph.work.retrying", "{item}", "Work that failed at least once and is tried again later.", () => _seen.Retrying);
        metrics.Observe("orggraph.work.lag", "s", "How long the oldest due work has been due.", () => _seen.Lag.TotalSeconds);
    }

    /// <summary>Counts anew when that is due itself.</summary>
    public async Task LookAsync(CancellationToken cancellation)
    {
        if (_lookedAt is { } at && _clock.GetElapsedTime(at) < Every)
        {
            return;
        }

        _lookedAt = _clock.GetTimestamp();
        var now = _clock.GetUtcNow();
        var rows = await _database.QueryAsync(
            CountSql, reader => new Seen(reader.GetInt32(0), reader.GetInt32(1), reader.IsDBNull(2) ? TimeSpan.Zero : now - DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(2))), cancellation, ("now", now));
        _seen = rows[0];
    }

    private sealed record Seen(int Due, int Retrying, TimeSpan Lag);
}
