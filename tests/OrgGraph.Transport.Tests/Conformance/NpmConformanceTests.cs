using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests.Conformance;

/// <summary>Other people's judges and clients, on the transport alone.</summary>
public sealed class NpmConformanceTests
{
    [SkippableFact]
    public async Task The_audit_of_graphql_http_passes_without_a_warning()
    {
        await using var host = await TransportHost.StartAsync();
        await NodeScript.RunAsync("http-audit.mjs", host.Address);
    }

    [SkippableFact]
    public async Task The_clients_graphql_ws_and_graphql_sse_work_unmodified()
    {
        await using var host = await TransportHost.StartAsync();
        host.Engine.Feed.OnStart = static subscriber =>
        {
            subscriber.Next("{\"data\":1}"u8.ToArray());
            subscriber.Next("{\"data\":2}"u8.ToArray());
            subscriber.Next("{\"data\":3}"u8.ToArray());
            subscriber.Complete();
        };
        await NodeScript.RunAsync("clients.mjs", host.Address);
    }
}
