using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using OrgGraph.Transport.Connections;
using OrgGraph.Transport.Http;

namespace OrgGraph.Transport.WebSockets;

/// <summary>What every socket needs of the host.</summary>
internal sealed record SocketServices(
    IGraphQLEngine Engine, IConnectionAuthenticator Authenticator, TimeProvider Time, IOptions<TransportOptions> Configured, RefusalLog Refusals, TransportMetrics Metrics, ILogger<SocketServices> Logger)
{
    public TransportOptions Options { get; } = Configured.Value;
}

/// <summary>Upgrades a request to a socket of <c>graphql-transport-ws</c>, or refuses to.</summary>
internal sealed class SocketProtocol(SocketServices services, ConnectionCounts counts, OpenConnections connections)
{
    private const string Subprotocol = "graphql-transport-ws";

    public async Task HandleAsync(HttpContext context)
    {
        if (BrowserRules.Check(context, services.Options) is { } foreign)
        {
            await HttpAnswers.RefuseAsync(context, AnswerFormat.Json, foreign);
            return;
        }

        if (connections.IsStopping)
        {
            await HttpAnswers.RefuseAsync(context, AnswerFormat.Json, Refusal.ShuttingDown);
            return;
        }

        using var slot = counts.TryOpen(context);
        if (slot is null)
        {
            await HttpAnswers.RefuseAsync(context, AnswerFormat.Json, Refusal.TooManyConnections);
            return;
        }

        var isSpoken = context.WebSockets.WebSocketRequestedProtocols.Contains(Subprotocol);
        using var socket = await context.WebSockets.AcceptWebSocketAsync(isSpoken ? Subprotocol : null);
        await RunAsync(socket, context, slot, isSpoken);
    }

    private async Task RunAsync(WebSocket socket, HttpContext context, ConnectionSlot slot, bool isSpoken)
    {
        await using var session = new SocketSession(socket, context, services, slot);
        if (!isSpoken)
        {
            // A browser shows a script the close code of an accepted socket, but no HTTP status: so it learns what is wrong.
            session.Closing.SubprotocolNotAcceptable();
        }

        using var entry = connections.Add(session);
        await session.RunAsync();
        services.Metrics.SocketClosed(session.Closing.Code);
        services.Logger.LogDebug("A socket closed: {Code} {Reason}", session.Closing.Code, session.Closing.Reason);
    }
}
