using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrgGraph.Transport.Connections;
using OrgGraph.Transport.Http;

namespace OrgGraph.Transport.ServerSentEvents;

/// <summary>GraphQL over SSE, distinct connections mode: one request, one stream.</summary>
internal sealed class EventStreamProtocol(
    ConnectionCounts counts, OpenConnections connections, TimeProvider time, IOptions<TransportOptions> options, TransportMetrics metrics, ILogger<EventStreamProtocol> logger)
{
    public async Task AnswerAsync(HttpContext context, ConnectionIdentity identity, EngineAnswer answer)
    {
        if (answer is EngineAnswer.Whole whole)
        {
            await AnswerAsync(context, whole);
            return;
        }

        if (connections.IsStopping)
        {
            await HttpAnswers.RefuseAsync(context, AnswerFormat.Json, Refusal.ShuttingDown);
            return;
        }

        using var slot = counts.TryOpen(context);
        if (slot is null || !slot.TryBecome(identity))
        {
            await HttpAnswers.RefuseAsync(context, AnswerFormat.Json, Refusal.TooManyConnections);
            return;
        }

        await using var stream = new EventStream(context, time, options.Value);
        using var entry = connections.Add(stream);
        await stream.RunAsync(((EngineAnswer.Stream)answer).Source, identity);
        metrics.EventStreamClosed(stream.EndReason);
        logger.LogDebug("An event stream ended: {Reason}", stream.EndReason);
    }

    // A native EventSource sees nothing of an error status, so refusals of a document travel as events (protocol, "Validation steps").
    private async Task AnswerAsync(HttpContext context, EngineAnswer.Whole whole)
    {
        if (whole.Kind is not (AnswerKind.Executed or AnswerKind.RequestError))
        {
            await GraphQLOverHttp.AnswerAsync(context, AnswerFormat.Json, whole);
            return;
        }

        await using var stream = new EventStream(context, time, options.Value);
        await stream.RunAsync(whole.Json);
    }
}
