using System.Diagnostics.Metrics;
using System.Globalization;

namespace OrgGraph.Transport.Connections;

/// <summary>What the transport counts. Labels are protocols, close codes and codes of refusals: nothing that a client chooses.</summary>
internal sealed class TransportMetrics
{
    public const string WebSocket = "websocket";
    public const string EventStream = "sse";
    private const string Protocol = "orggraph.transport.protocol";

    private readonly Counter<long> _refusals;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _slow;

    public TransportMetrics(IMeterFactory meters, OpenConnections connections)
    {
        var meter = meters.Create(TransportTelemetry.MeterName);
        _refusals = meter.CreateCounter<long>("orggraph.transport.refusals", "{request}", "Requests that were refused before they reached the executor.");
        _closed = meter.CreateCounter<long>("orggraph.transport.closed", "{connection}", "Sockets and event streams that ended, and why.");
        _slow = meter.CreateCounter<long>("orggraph.transport.slow_clients", "{connection}", "Connections that were cut off because their client reads too slowly.");
        meter.CreateObservableGauge("orggraph.transport.connections", () => Sum(connections, static _ => 1), "{connection}", "Sockets and event streams that are open.");
        meter.CreateObservableGauge("orggraph.transport.operations", () => Sum(connections, static one => one.OperationCount), "{operation}", "Operations that run on them.");
    }

    public void Refused(Refusal refusal) =>
        _refusals.Add(1, new KeyValuePair<string, object?>("http.response.status_code", refusal.Status), new("error.type", refusal.Code));

    /// <param name="code">Of the close frame; 0 when the connection was lost.</param>
    public void SocketClosed(int code) => Closed(WebSocket, code.ToString(CultureInfo.InvariantCulture), code == 4508);

    public void EventStreamClosed(string reason) => Closed(EventStream, reason, reason == ServerSentEvents.EventStream.TooSlowReason);

    private void Closed(string protocol, string reason, bool isSlow)
    {
        var label = new KeyValuePair<string, object?>(Protocol, protocol);
        _closed.Add(1, label, new("orggraph.transport.close.reason", reason));
        if (isSlow)
        {
            _slow.Add(1, label);
        }
    }

    private static Measurement<long>[] Sum(OpenConnections connections, Func<IOpenConnection, int> value)
    {
        var (sockets, streams) = (0L, 0L);
        foreach (var connection in connections.All)
        {
            var count = value(connection);
            (sockets, streams) = connection.Protocol == WebSocket ? (sockets + count, streams) : (sockets, streams + count);
        }

        return [new(sockets, new KeyValuePair<string, object?>(Protocol, WebSocket)), new(streams, new KeyValuePair<string, object?>(Protocol, EventStream))];
    }
}
