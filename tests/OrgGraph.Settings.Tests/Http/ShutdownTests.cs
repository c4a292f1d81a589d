using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>SIGTERM, on a real process: what runs is finished, connections are closed over seconds, and the end comes in time.</summary>
[Trait("Category", "Sqlite")]
public sealed class ShutdownTests : IAsyncLifetime, IDisposable
{
    private const int Sockets = 12;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    private readonly ServerProcess _place = new();
    private RunningServer _server = null!;
    private string _token = null!;
    private string _acme = null!;

    public async Task InitializeAsync()
    {
        _server = await RunningServer.StartAsync(_place);
        _token = await _server.SignInAsync("olivia@acme.test");
        _acme = await _server.AcmeAsync(_token);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Running_mutations_are_answered_and_sockets_and_streams_end_over_seconds()
    {
        var sockets = new List<RawSocket>();
        for (var i = 0; i < Sockets; i++)
        {
            sockets.Add(await SubscribeAsync());
        }

        using var stream = await _server.Http.SendAsync(_server.Request(_token, Events, "text/event-stream"), HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await stream.Content.ReadAsStreamAsync());
        Assert.Equal(":", await lines.ReadLineAsync());

        // While another process writes, mutations wait for it.
        await using var other = new SqliteConnection($"Data Source={Path.Combine(_place.Data, "orggraph.db")};Pooling=False");
        await other.OpenAsync();
        var writing = other.BeginTransaction(deferred: false);
        var byHttp = _server.Http.SendAsync(_server.Request(_token, Create("By HTTP")));
        await sockets[0].SubscribeAsync(2, Create("By socket").Replace("\"", "\\\"", StringComparison.Ordinal));
        for (var i = 0; i < 10; i++)
        {
            await _server.SendAsync(_token, "{ viewer { principal { displayName } } }");
        }

        var watch = Stopwatch.StartNew();
        _server.Terminate();
        var closings = sockets.Skip(1).Select(async socket =>
        {
            var code = await socket.CloseCodeAsync();
            var at = watch.Elapsed;
            await socket.CloseAsync();
            return (Code: code, At: at);
        }).ToList();
        var withMutation = RestAsync(sockets[0]);
        await Task.WhenAny([withMutation, .. closings, lines.ReadToEndAsync()]);
        await writing.DisposeAsync();

        using var answer = await byHttp;
        Assert.Equal("By HTTP", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data").GetProperty("createProject").GetProperty("project").GetProperty("name").GetString());
        var (messages, lastCode) = await withMutation;
        Assert.Contains(messages, message => message.Contains("\"id\":\"2\"", StringComparison.Ordinal) && message.Contains("By socket", StringComparison.Ordinal));
        Assert.Contains("""{"id":"2","type":"complete"}""", messages);
        Assert.DoesNotContain("""{"id":"1","type":"complete"}""", messages);
        var closed = await Task.WhenAll(closings);
        Assert.All(closed.Select(one => one.Code).Append(lastCode), code => Assert.Equal(1012, code));
        var spread = closed.Max(one => one.At) - closed.Min(one => one.At);
        Assert.InRange(spread, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5));
        Assert.Equal(0, await _server.ExitAsync());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Longest);
        Assert.Equal(2, await CountAsync("SELECT COUNT(*) FROM Projects WHERE Name IN ('By HTTP', 'By socket')"));
        sockets.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Peers_that_do_not_let_go_are_left_behind()
    {
        using var silent = await SubscribeAsync();
        using var stopped = await RawSocket.OpenAsync(_server.GraphQL, "Bearer " + _token, receiveBuffer: 4096);
        var large = $"{{ {string.Join(' ', Enumerable.Range(0, 100).Select(i => $"a{i}: organization(name: \\\"Acme\\\") {{ permissionGroups {{ nodes {{ id name }} }} }}"))} }}";
        for (var i = 0; i < 100; i++)
        {
            await stopped.SubscribeAsync(i, large);
        }

        using var vanished = await SubscribeAsync();
        await vanished.SendAsync(RawSocket.Frame(0x81, 100_000));
        using var stream = await _server.Http.SendAsync(_server.Request(_token, Events, "text/event-stream"), HttpCompletionOption.ResponseHeadersRead);

        var watch = Stopwatch.StartNew();
        _server.Terminate();

        Assert.Equal(0, await _server.ExitAsync());
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, Longest);
    }

    private string Events => $"subscription {{ organizationEvents(organizationId: \"{_acme}\") {{ __typename }} }}";

    private string Create(string name) => $"mutation {{ createProject(input: {{organizationId: \"{_acme}\", name: \"{name}\"}}) {{ project {{ name }} }} }}";

    private async Task<RawSocket> SubscribeAsync()
    {
        var socket = await RawSocket.OpenAsync(_server.GraphQL, "Bearer " + _token);
        await socket.SubscribeAsync(1, Events.Replace("\"", "\\\"", StringComparison.Ordinal));
        return socket;
    }

    private static async Task<(List<string> Messages, int? Code)> RestAsync(RawSocket socket)
    {
        var messages = new List<string>();
        while (true)
        {
            var (text, code) = await socket.ReceiveAnyAsync();
            if (text is null)
            {
                return (messages, code);
            }

            messages.Add(text);
        }
    }

    private async Task<long> CountAsync(string sql)
    {
        await using var database = new SqliteConnection($"Data Source={Path.Combine(_place.Data, "orggraph.db")};Pooling=False");
        await database.OpenAsync();
        await using var command = database.CreateCommand();
        command.CommandText = sql;
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
