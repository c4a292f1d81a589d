using OrgGraph.Settings.Tests.Http;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Settings.Tests.Conformance;

/// <summary>Other people's judges and clients against the whole server, on a clock that runs.</summary>
public sealed class NpmClientsTests : IAsyncLifetime, IDisposable
{
    // The rows of requests count an address: an audit is a burst from one.
    private static readonly (string, string) Unlimited = ("OrgGraph__RateLimiting", "false");

    private readonly ServerProcess _place = new();
    private RunningServer? _server;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }

    public void Dispose() => _place.Dispose();

    [SkippableFact]
    public async Task The_audit_of_graphql_http_passes_without_a_warning() => await RunAsync("http-audit.mjs");

    [SkippableFact]
    public async Task The_clients_graphql_ws_and_graphql_sse_work_unmodified_and_come_back() => await RunAsync("clients.mjs");

    [SkippableFact]
    public async Task The_ordinary_requests_of_Apollo_and_urql_work() => await RunAsync("apollo-urql.mjs");

    [SkippableFact]
    public async Task Clients_come_back_by_themselves_when_the_server_restarts()
    {
        NodeScript.SkipWithoutPackages();
        _server = await RunningServer.StartAsync(_place, 0, Unlimited);
        using var script = NodeScript.Start("restart.mjs", _server.GraphQL, await AcmeAsync());
        await script.SaysAsync("subscribed");

        _server.Terminate();
        Assert.Equal(0, await _server.ExitAsync());
        var port = _server.GraphQL.Port;
        await _server.DisposeAsync();
        _server = await RunningServer.StartAsync(_place, port, Unlimited);

        await script.SucceedsAsync();
    }

    private async Task RunAsync(string script)
    {
        NodeScript.SkipWithoutPackages();
        _server = await RunningServer.StartAsync(_place, 0, Unlimited);
        await NodeScript.RunAsync(script, _server.GraphQL, await AcmeAsync());
    }

    private async Task<string> AcmeAsync() => await _server!.AcmeAsync(await _server.SignInAsync("olivia@acme.test"));
}
