using System.Diagnostics;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests.Conformance;

/// <summary>Other people's judges and clients. Needs Node and a folder with <c>npm i graphql graphql-http graphql-ws graphql-sse ws</c>, named by ORGGRAPH_NPM.</summary>
public sealed class NpmConformanceTests
{
    [SkippableFact]
    public async Task The_audit_of_graphql_http_passes_without_a_warning()
    {
        await using var host = await TransportHost.StartAsync();
        await RunAsync("http-audit.mjs", host);
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
        await RunAsync("clients.mjs", host);
    }

    private static async Task RunAsync(string script, TransportHost host)
    {
        var packages = Environment.GetEnvironmentVariable("ORGGRAPH_NPM");
        Skip.If(packages is null, "ORGGRAPH_NPM names no folder with graphql-http, graphql-ws, graphql-sse and ws.");
        using var node = Process.Start(new ProcessStartInfo("node", [Path.Combine(AppContext.BaseDirectory, "Conformance", script), packages, host.Address.ToString()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = await node.StandardOutput.ReadToEndAsync() + await node.StandardError.ReadToEndAsync();
        await node.WaitForExitAsync();
        Assert.True(node.ExitCode == 0, output);
    }
}
