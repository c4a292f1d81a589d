using System.Globalization;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.DataPlane;

/// <summary>How an address of the data plane is tried: by this server, and by a person who copies a command. Neither holds a secret.</summary>
internal static class EndpointProbes
{
    /// <summary>Less than a mutation may take, so that there is time to write down that it took too long.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);

    // Any 16 bytes: a client is to send some.
    private const string SocketKey = "AAAAAAAAAAAAAAAAAAAAAA==";

    public static Uri UrlOf(DataPlaneEndpoint endpoint, string url) => endpoint == DataPlaneEndpoint.Realtime ? new Uri(url) : DataPlaneUrls.Under(url, "/ping");

    public static string Command(DataPlaneEndpoint endpoint, string url)
    {
        // Within single quotes nothing but a single quote means anything to a shell.
        var quoted = $"'{UrlOf(endpoint, url).AbsoluteUri.Replace("'", "%27", StringComparison.Ordinal)}'";
        return endpoint == DataPlaneEndpoint.Realtime
            ? $"curl --include --no-buffer --http1.1 --max-time 5 -H 'Connection: Upgrade' -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13' -H 'Sec-WebSocket-Key: {SocketKey}' 'http{quoted[3..]}"
            : $"curl --include --max-time 10 -H \"Authorization: Bearer $ORGGRAPH_TOKEN\" {quoted}";
    }

    public static async Task<EndpointTestResult> RunAsync(IOutboundHttp outbound, TimeProvider clock, DataPlaneEndpoint endpoint, string url, CancellationToken cancellation)
    {
        var tried = UrlOf(endpoint, url);
        var answer = endpoint == DataPlaneEndpoint.Realtime
            ? await outbound.ShakeHandsAsync(tried, Patience, cancellation)
            : await outbound.SendAsync(new OutboundCall(HttpMethod.Get, tried) { Patience = Patience }, cancellation);
        var outcome = (endpoint == DataPlaneEndpoint.Realtime, answer) switch
        {
            (true, OutboundAnswer.Answered { Status: 101 }) => ConnectivityOutcome.Ok,
            (true, OutboundAnswer.Answered { Status: < 500 }) => ConnectivityOutcome.Rejected,
            _ => answer.Outcome(),
        };
        var what = endpoint == DataPlaneEndpoint.Realtime ? "WebSocket" : "GET";
        return new EndpointTestResult(
            endpoint,
            DateTimeOffset.FromUnixTimeMilliseconds(clock.GetUtcNow().ToUnixTimeMilliseconds()),
            outcome,
            answer.HttpStatus(),
            (int)answer.Elapsed.TotalMilliseconds,
            Tell($"{what} {tried.AbsoluteUri}", answer, outcome));
    }

    /// <summary>What happened, for people: the way that was tried, and never a word of what came back.</summary>
    public static string Tell(string tried, OutboundAnswer answer, ConnectivityOutcome outcome) => answer switch
    {
        OutboundAnswer.Failed failed => $"{tried}, from this server: {failed.Reason}",
        OutboundAnswer.Answered { Status: var status } => string.Create(CultureInfo.InvariantCulture, $"{tried} answered {status}: {Meaning(status, outcome)}"),
        _ => tried,
    };

    private static string Meaning(int status, ConnectivityOutcome outcome) => (status, outcome) switch
    {
        (_, ConnectivityOutcome.Ok) => "it is there.",
        ( >= 200 and < 300, _) => "it is there, but speaks no WebSocket.",
        ( >= 300 and < 400, _) => "it sends requests elsewhere, and they do not follow. Enter the address that it means.",
        (401 or 403, _) => "it is there, and lets nobody in without a credential of its own.",
        (404 or 405, _) => "somebody is there, but no data plane. Check the address.",
        ( >= 500, _) => "it has a problem of its own.",
        _ => "it did not accept the request.",
    };
}
