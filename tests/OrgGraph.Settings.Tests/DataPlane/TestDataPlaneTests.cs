using System.Text.Json;
using OrgGraph.Settings.Tests.Outbound;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.DataPlane;

/// <summary>Trying the data plane's addresses. The clock is moved, so there is a server of its own.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class TestDataPlaneTests : OrgGraphTest
{
    private readonly PlayedDataPlane _plane = new();
    private Team _team = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _team = await Team.FoundAsync(App);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task Every_address_is_tried_without_a_credential_and_how_it_ended_is_written_down()
    {
        await _team.DeliveredAsync(_plane);
        await _team.SaveAsync(new { proxyUrl = _plane.Address + "/proxy/", realtimeUrl = _plane.Realtime + "/live" });
        var before = _plane.Heard.Count;
        await using var heard = await _team.WatchAsync(_team.Owner.Client, "dataPlaneChanged", "... on DataPlaneTested { tests { endpoint outcome } dataPlane { lastTests { endpoint } } }");

        var tested = await TestAsync();

        Assert.Empty(tested.Errors);
        Assert.Equal("API OK 200, PROXY OK 200, REALTIME OK 101", Outcomes(tested["tests"]));
        Assert.Equal("API OK 200, PROXY OK 200, REALTIME OK 101", Outcomes(tested["organization", "dataPlane", "lastTests"]));
        var told = await heard.NextEventAsync("DataPlaneTested");
        Assert.Equal((tested.Version, 3, 3), (told.GetProperty("version").GetInt32(), told.GetProperty("tests").GetArrayLength(), told.GetProperty("dataPlane").GetProperty("lastTests").GetArrayLength()));
        var requests = _plane.Heard.Skip(before).ToList();
        Assert.Equal(["GET /live HTTP/1.1", "GET /ping HTTP/1.1", "GET /proxy/ping HTTP/1.1"], requests.Select(request => request.Line).Order(StringComparer.Ordinal));
        Assert.All(requests, request => Assert.Equal("", request.Header("Authorization")));
    }

    [Fact]
    public async Task Only_the_named_one_is_tried_and_its_test_is_forgotten_with_its_address()
    {
        await _team.SaveAsync(new { proxyUrl = _plane.Address, realtimeUrl = _plane.Realtime });
        await TestAsync();

        var one = await TestAsync("REALTIME");
        var moved = await _team.SaveAsync(new { proxyUrl = "https://elsewhere.example" });

        Assert.Equal("REALTIME OK 101", Outcomes(one["tests"]));
        Assert.Equal("REALTIME OK 101", Outcomes(moved["organization", "dataPlane", "lastTests"]));
    }

    [Fact]
    public async Task Refused_when_nothing_is_named_or_it_is_named_twice_or_not_set()
    {
        var nothing = await TestAsync();
        await _team.SaveAsync(new { proxyUrl = _plane.Address });

        Assert.Equal(["ValidationError input.endpoints"], nothing.Errors);
        Assert.Equal(["ValidationError input.endpoints"], (await TestAsync([])).Errors);
        Assert.Equal(["ValidationError input.endpoints"], (await TestAsync("PROXY", "PROXY")).Errors);
        Assert.Equal(["ValidationError input.endpoints"], (await TestAsync("PROXY", "API")).Errors);
        Assert.Equal(0, _plane.Connections);
    }

    [Theory]
    [InlineData("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "REJECTED", 401)]
    [InlineData("HTTP/1.1 302 There\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n", "REJECTED", 302)]
    [InlineData("HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", "UNREACHABLE", 503)]
    [InlineData("I speak no HTTP\r\n\r\n", "UNREACHABLE", null)]
    public async Task Outcome_is_what_the_answer_says_of_http_and_websocket(string answer, string outcome, int? status)
    {
        await _team.SaveAsync(new { proxyUrl = _plane.Address, realtimeUrl = _plane.Realtime });
        _plane.Instead = _ => (stream, _, cancellation) => stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(answer), cancellation).AsTask();

        var tested = await TestAsync();

        Assert.Equal($"PROXY {outcome} {status}, REALTIME {outcome} {status}", Outcomes(tested["tests"]));
    }

    [Fact]
    public async Task Rejected_when_what_answers_the_websocket_speaks_http_and_unreachable_when_it_shakes_hands_wrongly()
    {
        await _team.SaveAsync(new { realtimeUrl = _plane.Realtime });
        _plane.Instead = _ => PlayingServer.Answer(200, "Hello");
        var plain = await TestAsync();
        _plane.Instead = _ => (stream, _, cancellation) => PlayedDataPlane.SwitchAsync(stream, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", cancellation);
        var wrong = await TestAsync();

        Assert.Equal(("REALTIME REJECTED 200", "REALTIME UNREACHABLE "), (Outcomes(plain["tests"]), Outcomes(wrong["tests"])));
        Assert.DoesNotContain("Hello", plain.Json.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Timeout_when_nobody_says_anything()
    {
        await _team.SaveAsync(new { proxyUrl = _plane.Address, realtimeUrl = _plane.Realtime });
        _plane.Instead = _ => PlayingServer.HangAsync;

        var testing = TestAsync();
        await Eventually.TrueAsync(() => _plane.Heard.Count == 2);
        App.Clock.Advance(TimeSpan.FromSeconds(8));
        await App.ConfirmedAsync();

        Assert.Equal("PROXY TIMEOUT , REALTIME TIMEOUT ", Outcomes((await testing)["tests"]));
    }

    [Fact]
    public async Task Not_drained_when_the_other_side_floods()
    {
        await _team.SaveAsync(new { proxyUrl = _plane.Address });
        _plane.Instead = _ => PlayingServer.FloodAsync;

        Assert.Equal("PROXY OK 200", Outcomes((await TestAsync())["tests"]));
    }

    [Fact]
    public async Task Blocked_when_the_address_is_private_and_unreachable_when_nobody_listens()
    {
        await _team.SaveAsync(new { proxyUrl = "https://10.0.0.1", realtimeUrl = "wss://169.254.169.254/" });
        var inside = await TestAsync();
        await _team.SaveAsync(new { proxyUrl = "http://127.0.0.1:1", realtimeUrl = "ws://127.0.0.1:1" });
        var nobody = await TestAsync();

        Assert.Equal("PROXY BLOCKED , REALTIME BLOCKED ", Outcomes(inside["tests"]));
        Assert.Equal("PROXY UNREACHABLE , REALTIME UNREACHABLE ", Outcomes(nobody["tests"]));
        Assert.Contains("from this server", nobody["tests"][0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Commands_can_be_copied_and_hold_no_secret_and_nothing_that_a_shell_reads()
    {
        await _team.DeliveredAsync(_plane);
        await _team.SaveAsync(new { proxyUrl = "https://dp.example/$(id)/'`id`", realtimeUrl = "wss://dp.example/live" });

        var commands = (await _team.QueryAsync("dataPlane { testCommands { endpoint command } }")).GetProperty("dataPlane").GetProperty("testCommands").EnumerateArray()
            .ToDictionary(one => one.GetProperty("endpoint").GetString()!, one => one.GetProperty("command").GetString()!);

        Assert.Equal(["API", "PROXY", "REALTIME"], commands.Keys);
        Assert.Equal($"curl --include --max-time 10 -H \"Authorization: Bearer $ORGGRAPH_TOKEN\" '{_plane.Address}/ping'", commands["API"]);
        Assert.EndsWith(" 'https://dp.example/$(id)/%27%60id%60/ping'", commands["PROXY"], StringComparison.Ordinal);
        Assert.EndsWith(" 'https://dp.example/live'", commands["REALTIME"], StringComparison.Ordinal);
        Assert.All(commands.Values, command => Assert.DoesNotContain("bt-st-", command, StringComparison.Ordinal));
    }

    private static string Outcomes(JsonElement tests) => string.Join(", ", tests.EnumerateArray().Select(test => $"{test.GetProperty("endpoint").GetString()} {test.GetProperty("outcome").GetString()} {test.GetProperty("httpStatus")}"));

    private Task<Payload> TestAsync(params string[]? endpoints) => _team.Owner.Client.MutateAsync(
        "testDataPlane",
        endpoints is null ? new { organizationId = _team.Id } : (object)new { organizationId = _team.Id, endpoints },
        "tests { endpoint outcome httpStatus latencyMs message testedAt } organization { dataPlane { lastTests { endpoint outcome httpStatus } } }");

    private Task<Payload> TestAsync() => TestAsync(null);
}
