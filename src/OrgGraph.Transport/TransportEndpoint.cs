using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrgGraph.Transport.Connections;
using OrgGraph.Transport.Http;
using OrgGraph.Transport.ServerSentEvents;
using OrgGraph.Transport.WebSockets;

namespace OrgGraph.Transport;

/// <summary>Sends each request to the protocol that it speaks.</summary>
internal sealed class TransportEndpoint(
    RequestDoor door, IGraphQLEngine engine, GraphQLOverHttp http, EventStreamProtocol eventStreams, SocketProtocol sockets, OpenConnections connections,
    ILogger<TransportEndpoint> logger)
{
    public Task HandleAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-store";
        return context.WebSockets.IsWebSocketRequest ? sockets.HandleAsync(context) : AnswerAsync(context);
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var format = Negotiation.Choose(context.Request.Headers.Accept);
        try
        {
            var admission = await door.AdmitAsync(context, format);
            if ((admission.Refusal ?? WhenStopping()) is { } refusal)
            {
                await HttpAnswers.RefuseAsync(context, format, refusal);
                return;
            }

            var answer = await engine.ExecuteAsync(admission.Request!, admission.Identity!, context, context.RequestAborted);
            await (format == AnswerFormat.EventStream
                ? eventStreams.AnswerAsync(context, admission.Identity!, answer)
                : http.AnswerAsync(context, format, answer));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            logger.LogDebug("The client left before its answer was written");
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            logger.LogError(e, "A GraphQL request failed unexpectedly; trace {TraceId}", RefusalLog.TraceIdOf(context));
            await HttpAnswers.RefuseAsync(context, format, Refusal.Internal);
        }
    }

    // What runs is finished; what arrives whole only now is another server's.
    private Refusal? WhenStopping() => connections.IsStopping ? Refusal.ShuttingDown : null;
}
