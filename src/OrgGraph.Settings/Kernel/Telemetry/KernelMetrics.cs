using System.Diagnostics.Metrics;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Kernel.Telemetry;

/// <summary>
/// What the kernel counts and measures. Labels come from the schema and from this code, never from a request: so their number is bounded, and
/// they tell nothing of anybody. Nobody listening, a measurement costs a comparison.
/// </summary>
public sealed partial class KernelMetrics
{
    public const string MeterName = "OrgGraph.Settings";

    private const string OperationType = "graphql.operation.type";
    private const string ErrorType = "error.type";

    // From what an answer out of memory takes to the longest that a mutation may take.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    };

    private static readonly InstrumentAdvice<int> Sizes = new() { HistogramBucketBoundaries = [1, 2, 4, 8, 16, 32, 64, 128] };

    private readonly Meter _meter;
    private readonly Histogram<double> _requests;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _mutations;

    public KernelMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _requests = Duration("orggraph.graphql.request.duration", "How long requests take that reach the executor. A subscription's is its acceptance.");
        _refusals = _meter.CreateCounter<long>("orggraph.graphql.refusals", "{request}", "Requests that were refused before they were executed.");
        _mutations = _meter.CreateCounter<long>("orggraph.mutations", "{mutation}", "Mutations by name and how they ended.");
        _batchSize = _meter.CreateHistogram("orggraph.writer.batch.size", "{decision}", "Decisions that share a transaction.", advice: Sizes);
        _wait = Duration("orggraph.writer.wait.duration", "How long decisions wait for their turn.");
        _commit = Duration("orggraph.writer.commit.duration", "How long transactions take, from their begin until they are durable.");
        _retries = _meter.CreateCounter<long>("orggraph.writer.retries", "{decision}", "Decisions that had to be made again.");
        _reads = Duration("orggraph.snapshot.read.duration", "How long it takes to read organizations from the database.");
        _evictions = _meter.CreateCounter<long>("orggraph.snapshot.evictions", "{organization}", "Copies of organizations that made room for others.");
        _dispatch = Duration("orggraph.event.dispatch.duration", "From the change to the last subscriber's queue.");
        _executions = _meter.CreateCounter<long>("orggraph.event.executions", "{result}", "Results that were made for subscribers.");
        _deliveries = _meter.CreateCounter<long>("orggraph.event.deliveries", "{result}", "Results that were handed to subscribers; many share one.");
        _dropped = _meter.CreateCounter<long>("orggraph.audit.dropped", "{entry}", "Refused attempts that are in no audit log, as too many came at once.");
        _attempts = _meter.CreateCounter<long>("orggraph.work.attempts", "{item}", "Work that was tried, by its kind and how that ended.");
    }

    /// <summary>A value that is read when somebody asks for it.</summary>
    internal void Observe(string name, string unit, string description, Func<double> value) => _meter.CreateObservableGauge(name, value, unit, description);

    /// <summary>A request was answered, or a subscription accepted.</summary>
    internal void Answered(GraphAnswer answer, TimeSpan taken)
    {
        var type = new KeyValuePair<string, object?>(OperationType, answer.OperationType);
        if (answer.Code is { } code)
        {
            _requests.Record(taken.TotalSeconds, type, new(ErrorType, code));
        }
        else
        {
            _requests.Record(taken.TotalSeconds, type);
        }

        if (answer.RefusedBy is { } reason)
        {
            _refusals.Add(1, new KeyValuePair<string, object?>("orggraph.refusal.reason", reason));
        }
    }

    /// <summary>One mutation field has ended.</summary>
    /// <param name="name">As the schema calls it.</param>
    /// <param name="error">Why not; null when it was accepted.</param>
    internal void Mutated(string name, MutationOutcome outcome, string? error)
    {
        var mutation = new KeyValuePair<string, object?>("orggraph.mutation.name", name);
        var ended = new KeyValuePair<string, object?>("orggraph.mutation.outcome", MutationOutcomes.TextOf(outcome));
        if (error is null)
        {
            _mutations.Add(1, mutation, ended);
        }
        else
        {
            _mutations.Add(1, mutation, ended, new(ErrorType, error));
        }
    }

    private Histogram<double> Duration(string name, string description) => _meter.CreateHistogram(name, "s", description, advice: Durations);
}
