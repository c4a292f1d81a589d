namespace OrgGraph.Transport;

/// <summary>Names by which a host listens to the transport.</summary>
public static class TransportTelemetry
{
    /// <summary>The meter: connections and operations open, connections ended, requests refused. Durations in seconds, counts in what is counted.</summary>
    public const string MeterName = "OrgGraph.Transport";

    /// <summary>The log category with one line for each request that is refused before it reaches the engine; without anything that was sent.</summary>
    public const string LogCategory = "OrgGraph.Requests";
}
