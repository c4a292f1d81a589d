using System.Diagnostics;
using System.Globalization;
using OrgGraph.Server.Authentication;
using OrgGraph.Server.RateLimiting;
using OrgGraph.Server.Telemetry;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Transport;

namespace OrgGraph.Server;

/// <summary>The transport's executor: ours.</summary>
internal sealed class GraphEngine(
    GraphExecutor executor, SnapshotCatchUp catchUp, ServerSetup setup, RateLimits limits, NodeLimit node, ServerMetrics metrics, RequestLog log, TimeProvider clock) : IGraphQLEngine
{
    private const string MinVersionHeader = "OrgGraph-Min-Version";
    private const int RetrySeconds = 2;

    private static readonly RequestFault TooManyInFlight =
        RequestFault.TooSoon($"{RateLimits.InFlight} requests with this credential are being answered already. Wait for one of them.", TimeSpan.FromSeconds(1));

    public async ValueTask<EngineAnswer> ExecuteAsync(GraphQLRequest request, ConnectionIdentity identity, HttpContext context, CancellationToken cancellation)
    {
        var began = clock.GetTimestamp();
        var caller = ((CallerIdentity)identity).Caller;
        using var span = ServerActivities.Operation();
        var rates = setup.Options.RateLimiting ? limits.Of(caller, context) : null;
        using var inFlight = rates?.Enter();
        if (inFlight is { IsAcquired: false })
        {
            Refused(RequestErrorCodes.RateLimited, RefusalReason.InFlight, caller, context);
            return new EngineAnswer.Whole(AnswerKind.RateLimited, ResultJson.Of(TooManyInFlight), TooManyInFlight.RetryAfterSeconds);
        }

        if (context.Request.Headers.TryGetValue(MinVersionHeader, out var wanted) && !await CatchUpAsync(wanted.ToString(), caller, cancellation))
        {
            Refused(RequestErrorCodes.Unavailable, RefusalReason.Behind, caller, context);
            return new EngineAnswer.Whole(AnswerKind.Unavailable, ResultJson.Unavailable("This server has not caught up to that version yet. Try again."), RetrySeconds);
        }

        using var turn = await node.EnterAsync(cancellation);
        if (!turn.IsAcquired)
        {
            Refused(RequestErrorCodes.Unavailable, RefusalReason.Busy, caller, context);
            return new EngineAnswer.Whole(AnswerKind.Unavailable, ResultJson.Unavailable("This server has too much to do now. Try again in a few seconds."), RetrySeconds);
        }

        var traceId = TraceIds.Current(context);
        var answer = await executor.ExecuteAsync(ToGraph(request, identity, traceId, rates), cancellation);
        span.Answered(answer);
        log.Answered(answer, caller, traceId, clock.GetElapsedTime(began));
        return ToTransport(answer);
    }

    private GraphRequest ToGraph(GraphQLRequest request, ConnectionIdentity identity, string traceId, IRequestRates? rates) => new(
        request.Query,
        request.OperationName,
        request.Variables,
        ((CallerIdentity)identity).Caller,
        traceId,
        request.AllowMutation,
        request.AllowSubscription,
        setup.MayIntrospect(!identity.IsAnonymous),
        setup.IsDevelopment,
        rates);

    private static EngineAnswer ToTransport(GraphAnswer answer) => answer switch
    {
        { Stream: { } stream } => new EngineAnswer.Stream(new EventSource(stream)),
        { Outcome: GraphOutcome.Executed } => new EngineAnswer.Whole(AnswerKind.Executed, answer.Json),
        { Outcome: GraphOutcome.MutationNotAllowed } => new EngineAnswer.Whole(AnswerKind.MethodNotAllowed, answer.Json),
        { Outcome: GraphOutcome.RateLimited } => new EngineAnswer.Whole(AnswerKind.RateLimited, answer.Json, answer.RetryAfterSeconds),
        { Outcome: GraphOutcome.Unavailable } => new EngineAnswer.Whole(AnswerKind.Unavailable, answer.Json, RetrySeconds),
        _ => new EngineAnswer.Whole(AnswerKind.RequestError, answer.Json),
    };

    private void Refused(string code, string reason, Caller caller, HttpContext context)
    {
        metrics.Refused(reason);
        log.Refused(code, reason, caller, TraceIds.Current(context));
    }

    // <organization id>=<version>. Looked at only for organizations that the caller belongs to: else its wait would tell which exist.
    private async Task<bool> CatchUpAsync(string header, Caller caller, CancellationToken cancellation)
    {
        var parts = header.Split('=', 2);
        if (parts.Length != 2 || !GlobalId.TryParse(parts[0].Trim(), out var id) || id.Type != NodeType.Organization || !int.TryParse(parts[1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return true;
        }

        return await catchUp.ReachAsync(id.Id, version, caller, cancellation);
    }

    private sealed class EventSource(Func<IEventSink, IDisposable> start) : IEventSource
    {
        public IDisposable Start(IEventSubscriber subscriber) => start(new Sink(subscriber));
    }

    private sealed class Sink(IEventSubscriber subscriber) : IEventSink
    {
        public bool Next(ReadOnlyMemory<byte> json) => subscriber.Next(json);

        public void Complete() => subscriber.Complete();

        public ValueTask ReadyAsync(CancellationToken cancellation) => subscriber.ReadyAsync(cancellation);
    }
}

internal static class TraceIds
{
    public const string Header = "OrgGraph-Trace-Id";

    public static string Current(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
}
