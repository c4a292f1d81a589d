using System.Diagnostics;
using System.Globalization;
using OrgGraph.Server.Authentication;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Transport;

namespace OrgGraph.Server;

/// <summary>The transport's executor: ours.</summary>
internal sealed class GraphEngine(GraphExecutor executor, SnapshotCatchUp catchUp, ServerSetup setup) : IGraphQLEngine
{
    private const string MinVersionHeader = "OrgGraph-Min-Version";
    private const int RetrySeconds = 2;

    public async ValueTask<EngineAnswer> ExecuteAsync(GraphQLRequest request, ConnectionIdentity identity, HttpContext context, CancellationToken cancellation)
    {
        var caller = ((CallerIdentity)identity).Caller;
        if (context.Request.Headers.TryGetValue(MinVersionHeader, out var wanted) && !await CatchUpAsync(wanted.ToString(), caller, cancellation))
        {
            return new EngineAnswer.Whole(AnswerKind.Unavailable, ResultJson.Unavailable("This server has not caught up to that version yet. Try again."), RetrySeconds);
        }

        var answer = await executor.ExecuteAsync(
            new GraphRequest(
                request.Query, request.OperationName, request.Variables, caller, TraceIds.Current(context), request.AllowMutation, request.AllowSubscription, setup.MayIntrospect(!identity.IsAnonymous)),
            cancellation);
        if (answer.Stream is { } stream)
        {
            return new EngineAnswer.Stream(new EventSource(stream));
        }

        return answer.Outcome switch
        {
            GraphOutcome.Executed => new EngineAnswer.Whole(AnswerKind.Executed, answer.Json),
            GraphOutcome.MutationNotAllowed => new EngineAnswer.Whole(AnswerKind.MethodNotAllowed, answer.Json),
            GraphOutcome.Unavailable => new EngineAnswer.Whole(AnswerKind.Unavailable, answer.Json, RetrySeconds),
            _ => new EngineAnswer.Whole(AnswerKind.RequestError, answer.Json),
        };
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
