using System.Diagnostics.Metrics;
using OrgGraph.Server.BackPlane;
using OrgGraph.Server.RateLimiting;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Server.Telemetry;

/// <summary>What the host turns away, and how busy it is.</summary>
internal sealed class ServerMetrics
{
    public const string MeterName = "OrgGraph.Server";

    private readonly Counter<long> _refusals;

    public ServerMetrics(IMeterFactory meters, NodeLimit node, IBackPlane backPlane)
    {
        var meter = meters.Create(MeterName);
        _refusals = meter.CreateCounter<long>("orggraph.server.refusals", "{request}", "Requests that were turned away by the host.");
        meter.CreateObservableGauge("orggraph.server.executing", () => node.ExecutingNow, "{request}", $"Requests that are executed; at most {NodeLimit.Executing}.");
        meter.CreateObservableGauge("orggraph.server.waiting", () => node.WaitingNow, "{request}", $"Requests that wait for their turn; at most {NodeLimit.Waiting}.");
        if (backPlane is RedisBackPlane redis)
        {
            meter.CreateObservableGauge("orggraph.server.back_plane.up", () => redis.IsReached ? 1 : 0, "{connection}", "1 while Redis is reached; 0 while nodes poll instead.");
        }
    }

    public void Refused(string reason) => _refusals.Add(1, new KeyValuePair<string, object?>("orggraph.refusal.reason", reason));
}

/// <summary>Why the host turned a request away, as metrics call it.</summary>
internal static class RefusalReason
{
    /// <summary>Malformed, unknown, expired or revoked.</summary>
    public const string Credential = "credential";

    /// <summary>Too many of those came from the address.</summary>
    public const string CredentialRate = "credential_rate";

    /// <summary>The credential has too many requests in flight.</summary>
    public const string InFlight = "in_flight";

    /// <summary>The node has too much to do.</summary>
    public const string Busy = "busy";

    /// <summary>The version that the client has seen was not reached in time.</summary>
    public const string Behind = "behind";

    /// <summary>A name that is not the server's.</summary>
    public const string Host = "host";
}
