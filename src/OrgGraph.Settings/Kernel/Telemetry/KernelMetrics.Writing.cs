using System.Diagnostics.Metrics;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Telemetry;

/// <content>The writer, the snapshots, the events, the work, the audit log.</content>
public sealed partial class KernelMetrics
{
    private readonly Histogram<int> _batchSize;
    private readonly Histogram<double> _wait;
    private readonly Histogram<double> _commit;
    private readonly Counter<long> _retries;
    private readonly Histogram<double> _reads;
    private readonly Counter<long> _evictions;
    private readonly Histogram<double> _dispatch;
    private readonly Counter<long> _executions;
    private readonly Counter<long> _deliveries;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _dropped;

    /// <summary>It is a batch's turn.</summary>
    internal void Begun(List<AppendRequest> batch, TimeProvider clock)
    {
        _batchSize.Record(batch.Count);
        if (!_wait.Enabled)
        {
            return;
        }

        foreach (var request in batch)
        {
            _wait.Record(clock.GetElapsedTime(request.WaitingSince).TotalSeconds);
        }
    }

    internal void Committed(TimeSpan taken) => _commit.Record(taken.TotalSeconds);

    /// <summary>Decisions are made again.</summary>
    /// <param name="isOvertaken">Another process changed the organization first; else the database refused a claim or a limit was reached.</param>
    internal void Retried(int decisions, bool isOvertaken) =>
        _retries.Add(decisions, new KeyValuePair<string, object?>("orggraph.writer.retry.reason", isOvertaken ? "overtaken" : "claim_refused"));

    /// <param name="isWhole">Else what changed since.</param>
    internal void SnapshotRead(bool isWhole, TimeSpan taken) =>
        _reads.Record(taken.TotalSeconds, new KeyValuePair<string, object?>("orggraph.snapshot.read", isWhole ? "load" : "catch_up"));

    internal void SnapshotEvicted() => _evictions.Add(1);

    /// <summary>A change's events have reached all queues.</summary>
    internal void Dispatched(TimeSpan taken) => _dispatch.Record(taken.TotalSeconds);

    /// <summary>One result was made for so many subscribers.</summary>
    internal void Delivered(int subscribers)
    {
        _executions.Add(1);
        _deliveries.Add(subscribers);
    }

    internal void AuditDropped() => _dropped.Add(1);

    /// <param name="kind">A handler's own.</param>
    internal void Worked(string kind, string outcome) =>
        _attempts.Add(1, new KeyValuePair<string, object?>("orggraph.work.kind", kind), new("orggraph.work.outcome", outcome));
}
