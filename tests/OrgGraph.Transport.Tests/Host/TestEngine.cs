using System.Collections.Concurrent;
using System.Text;
using GraphQL.SystemTextJson;
using Microsoft.AspNetCore.Http;

namespace OrgGraph.Transport.Tests.Host;

/// <summary>An engine that knows a handful of documents.</summary>
internal sealed class TestEngine : IGraphQLEngine
{
    public TestFeed Feed { get; } = new();

    public ConcurrentQueue<GraphQLRequest> Requests { get; } = new();

    /// <summary>Released, <c>{ hang }</c> is answered.</summary>
    public TaskCompletionSource Release { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The length of each answer to <c>{ big }</c>.</summary>
    public const int BigLength = 100_000;

    private int _cancelled;

    public int Cancelled => _cancelled;

    public async ValueTask<EngineAnswer> ExecuteAsync(
        GraphQLRequest request, ConnectionIdentity identity, HttpContext context, CancellationToken cancellation)
    {
        Requests.Enqueue(request);
        switch (request.Query)
        {
            case var text when text.StartsWith("mutation", StringComparison.Ordinal) && !request.AllowMutation:
                return Errors(AnswerKind.MethodNotAllowed, "Use POST", "BAD_USER_INPUT");
            case var text when text.StartsWith("subscription", StringComparison.Ordinal):
                return new EngineAnswer.Stream(Feed);
            case "{" or "{ unknown }" or "{ 8f31403dfe404bccbb0e835f2629c6a7 }":
            case var text when text.Contains("CoerceFailure", StringComparison.Ordinal):
                return Errors(AnswerKind.RequestError, "Invalid", "BAD_USER_INPUT");
            case "{ limited }":
                return Errors(AnswerKind.RateLimited, "Slow down", "RATE_LIMITED", 7);
            case "{ down }":
                return Errors(AnswerKind.Unavailable, "Down", "UNAVAILABLE", 3);
            case "{ throw }":
                throw new InvalidOperationException("planted");
            case "{ hang }":
                await HangAsync(cancellation);
                return Data("{\"hang\":true}");
            case "{ stubborn }":
                await Release.Task;
                return Data("{\"stubborn\":true}");
            case "{ big }":
                return Data($"\"{new string('b', BigLength)}\"");
            case "{ refused }":
                return new EngineAnswer.Whole(AnswerKind.Executed, "{\"data\":null,\"errors\":[{\"message\":\"no\"}]}"u8.ToArray());
            case "{ who }":
                return Data($"{{\"who\":\"{identity.PartitionKey}\"}}");
            case "{ echo }":
                return Data(new GraphQLSerializer().Serialize(request.Variables));
            default:
                return Data("{\"__typename\":\"Query\"}");
        }
    }

    private static EngineAnswer.Whole Data(string data) => new(AnswerKind.Executed, Encoding.UTF8.GetBytes($"{{\"data\":{data}}}"));

    private static EngineAnswer.Whole Errors(AnswerKind kind, string message, string code, int? retryAfter = null) => new(
        kind, Encoding.UTF8.GetBytes($"{{\"errors\":[{{\"message\":\"{message}\",\"extensions\":{{\"code\":\"{code}\"}}}}]}}"), retryAfter);

    private async Task HangAsync(CancellationToken cancellation)
    {
        try
        {
            await Release.Task.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _cancelled);
            throw;
        }
    }
}
