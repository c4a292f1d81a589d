using System.Net;
using Microsoft.Extensions.Time.Testing;
using OrgGraph.Server.Outbound;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Tests.DataPlane;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Outbound;

/// <summary>WebSockets go through the same door as HTTP.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class GuardedSocketsTests : IAsyncLifetime
{
    private readonly PlayingServer _server = PlayingServer.Start();
    private readonly FakeTimeProvider _clock = new();
    private readonly ChangingName _name = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Answered_with_101_when_somebody_shakes_hands_and_left_at_once()
    {
        var left = new TaskCompletionSource();
        _server.Play = async (stream, request, cancellation) =>
        {
            await PlayedDataPlane.ShakeAsync(stream, request, cancellation);
            await stream.CopyToAsync(Stream.Null, cancellation);
            left.SetResult();
        };
        using var http = Open("127.0.0.0/8", allowsHttp: true);

        var answer = Assert.IsType<OutboundAnswer.Answered>(await ShakeAsync(http, $"ws://127.0.0.1:{_server.Port}/live"));

        Assert.Equal(101, answer.Status);
        await left.Task.WaitAsync(TimeSpan.FromSeconds(20));
        var heard = Assert.Single(_server.Heard);
        Assert.Equal(("GET /live HTTP/1.1", "13", "", ""), (heard.Line, heard.Header("Sec-WebSocket-Version"), heard.Header("Cookie"), heard.Header("traceparent")));
    }

    [Fact]
    public async Task Blocked_in_clear_outside_development_but_towards_listed_networks()
    {
        _server.Play = PlayedDataPlane.ShakeAsync;
        _name.Answers = [IPAddress.Parse("93.184.216.34")];
        using var production = Open("", allowsHttp: false);
        using var listed = Open("127.0.0.0/8", allowsHttp: false);

        Assert.Equal(OutboundFailure.Blocked, await FailAsync(production, $"ws://127.0.0.1:{_server.Port}/"));
        Assert.Equal(OutboundFailure.Blocked, await FailAsync(listed, "ws://public.example/"));
        Assert.Equal(0, _server.Connections);
        Assert.IsType<OutboundAnswer.Answered>(await ShakeAsync(listed, $"ws://127.0.0.1:{_server.Port}/"));
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("127.0.0.1")]
    [InlineData("169.254.169.254")]
    [InlineData("fd00::1")]
    public async Task Blocked_when_one_of_the_names_addresses_is_private(string address)
    {
        _name.Answers = [IPAddress.Parse("93.184.216.34"), IPAddress.Parse(address)];
        using var http = Open("", allowsHttp: true);

        Assert.Equal(OutboundFailure.Blocked, await FailAsync(http, $"wss://live.example:{_server.Port}/"));
        Assert.Equal(OutboundFailure.Blocked, await FailAsync(http, $"ws://live.example:{_server.Port}/"));
        Assert.Equal(0, _server.Connections);
    }

    [Theory]
    [InlineData("https://live.example/")]
    [InlineData("ws://user@live.example/")]
    [InlineData("ws://live.example/#part")]
    public async Task Blocked_when_it_is_no_address_of_a_websocket(string url)
    {
        using var http = Open("127.0.0.0/8", allowsHttp: true);

        Assert.Equal(OutboundFailure.Blocked, await FailAsync(http, url));
    }

    [Fact]
    public async Task Cancelled_when_nobody_waits_any_more()
    {
        _server.Play = PlayingServer.HangAsync;
        using var http = Open("127.0.0.0/8", allowsHttp: true);
        using var waiting = new CancellationTokenSource();

        var shaking = http.ShakeHandsAsync(new Uri($"ws://127.0.0.1:{_server.Port}/"), TimeSpan.FromSeconds(8), waiting.Token);
        await Eventually.TrueAsync(() => _server.Heard.Count == 1);
        await waiting.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => shaking);
    }

    private static Task<OutboundAnswer> ShakeAsync(GuardedHttp http, string url) => http.ShakeHandsAsync(new Uri(url), TimeSpan.FromSeconds(8), CancellationToken.None);

    private static async Task<OutboundFailure> FailAsync(GuardedHttp http, string url) => Assert.IsType<OutboundAnswer.Failed>(await ShakeAsync(http, url)).Kind;

    private GuardedHttp Open(string allowed, bool allowsHttp) => new(AddressRules.Parse(allowed), allowsHttp, _name, _clock);

    private sealed class ChangingName : INameResolver
    {
        public IPAddress[] Answers { get; set; } = [];

        public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) => Task.FromResult(Answers);
    }
}
