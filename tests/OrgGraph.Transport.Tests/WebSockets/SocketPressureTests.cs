using System.Text;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests.WebSockets;

/// <summary>Clients that stop reading, flood, stall or vanish. The clock stands still unless a test moves it: whoever waited for one of them would wait for ever.</summary>
public sealed class SocketPressureTests
{
    private const int SmallBuffer = 4 * 1024;

    [Fact]
    public async Task A_reader_that_stopped_delays_nobody()
    {
        await using var host = await TransportHost.StartAsync();
        using var stopped = await RawSocket.OpenAsync(host.Address, "Bearer good-olivia", SmallBuffer);
        await stopped.SubscribeAsync(1, "subscription { changed }");
        using var good = await SocketClient.OpenAsync(host, "vera");
        await good.SubscribeAsync("1", "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 2);
        var padding = new string('p', 100_000);
        for (var i = 0; i < 200; i++)
        {
            host.Engine.Feed.Publish($$"""{"data":{{i}},"padding":"{{padding}}"}""");
            Assert.Equal(i, (await good.ReceiveAsync()).Payload.GetProperty("data").GetInt32());
        }

        Assert.Equal(1, host.Engine.Feed.Count);
        Assert.Equal(4508, await stopped.CloseCodeAsync());
    }

    [Fact]
    public async Task Answers_are_not_made_ahead_of_a_reader_that_stopped()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxConnectionsPerPrincipal = 1);
        using var stopped = await RawSocket.OpenAsync(host.Address, "Bearer good-olivia", SmallBuffer);
        using var good = await SocketClient.OpenAsync(host, "vera");
        for (var i = 0; i < 100; i++)
        {
            await stopped.SubscribeAsync(i, "{ big }");
        }

        // What goes on is another client's work: when much of it passes and no answer is made, none will be.
        var (made, before) = (0, -1);
        while (made != before)
        {
            before = made;
            for (var i = 0; i < 100; i++)
            {
                await good.SubscribeAsync("1", "{ who }");
                Assert.Equal("next", (await good.ReceiveAsync()).Type);
                Assert.Equal("complete", (await good.ReceiveAsync()).Type);
            }

            made = host.Engine.Requests.Count(request => request.Query == "{ big }");
        }

        // Besides what waits here, the kernel holds some megabytes.
        Assert.InRange(made, 8, 80);
        stopped.Vanish();
        await PlaceIsFree(host, "Bearer good-olivia");
        Assert.NotEqual(100, host.Engine.Requests.Count(request => request.Query == "{ big }"));
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task All_answers_arrive_when_the_reader_goes_on()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await RawSocket.OpenAsync(host.Address, "Bearer good-olivia", SmallBuffer);
        for (var i = 0; i < 100; i++)
        {
            await client.SubscribeAsync(i, "{ big }");
        }

        await TransportHost.Eventually(() => host.Engine.Requests.Count >= 8);
        var (next, complete) = (0, 0);
        while (complete < 100)
        {
            var text = (await client.ReceiveTextAsync())!;
            next += text.Contains("\"next\"", StringComparison.Ordinal) && text.Length > TestEngine.BigLength ? 1 : 0;
            complete += text.Contains("\"complete\"", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.Equal(100, next);
    }

    [Fact]
    public async Task A_flood_that_is_completed_at_once_does_not_pile_up()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        // One is running for certain; the others may be over before they begin.
        await client.SubscribeAsync("0", "{ stubborn }");
        await TransportHost.Eventually(() => !host.Engine.Requests.IsEmpty);
        for (var i = 0; i < 500; i++)
        {
            await client.SubscribeAsync("1", "{ stubborn }");
            await client.SendAsync("""{"id":"1","type":"complete"}""");
        }

        await client.SendAsync("""{"id":"0","type":"complete"}""");
        await client.SendAsync("""{"type":"ping"}""");
        Assert.Equal("pong", (await client.ReceiveAsync()).Type);
        Assert.InRange(host.Engine.Requests.Count, 1, 8);
        host.Engine.Release.SetResult();
        await client.SubscribeAsync("1", "{ who }");
        Assert.Equal("olivia", (await client.ReceiveAsync()).Payload.GetProperty("data").GetProperty("who").GetString());
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task Refusals_that_nobody_reads_are_4508()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxOperationsPerSocket = 0);
        using var client = await RawSocket.OpenAsync(host.Address, "Bearer good-olivia", SmallBuffer);
        using var good = await SocketClient.OpenAsync(host, "vera");
        var id = new string('i', 250);
        var flooding = Task.Run(async () =>
        {
            for (var i = 0; i < 100_000; i++)
            {
                await client.SendTextAsync($$$"""{"id":"{{{id}}}{{{i}}}","type":"subscribe","payload":{"query":"{ a }"}}""");
            }
        });
        // The server closes as soon as its queue is full; the flood may still be running into the closed socket.
        await Task.WhenAny(flooding, TransportHost.Eventually(() => flooding.IsCompleted));
        Assert.Equal(4508, await client.CloseCodeAsync());
        await good.SendAsync("""{"type":"ping"}""");
        Assert.Equal("pong", (await good.ReceiveAsync()).Type);
    }

    [Fact]
    public async Task Sockets_that_never_initialise_are_closed_and_their_places_freed()
    {
        await using var host = await TransportHost.StartAsync();
        var idle = new List<RawSocket>();
        for (var i = 0; i < 50; i++)
        {
            idle.Add(await RawSocket.ConnectAsync(host.Address));
        }

        Assert.All(idle, socket => Assert.Equal(101, socket.Status));
        using (var refused = await RawSocket.ConnectAsync(host.Address))
        {
            Assert.Equal(429, refused.Status);
            Assert.Contains("Retry-After: 5", refused.Head, StringComparison.Ordinal);
        }

        host.Time.Advance(TimeSpan.FromSeconds(10));
        foreach (var socket in idle)
        {
            Assert.Equal(4408, await socket.CloseCodeAsync());
        }

        // None of them answers the close frame: they are aborted.
        host.Time.Advance(TimeSpan.FromSeconds(5));
        foreach (var socket in idle)
        {
            Assert.Null(await socket.CloseCodeAsync());
            socket.Dispose();
        }

        using var next = await SocketClient.OpenAsync(host);
        Assert.Empty(host.Errors);
    }

    [Theory]
    [InlineData("vanishes", true)]
    [InlineData("vanishes", false)]
    [InlineData("finishes", true)]
    [InlineData("falls silent", true)]
    [InlineData("falls silent", false)]
    public async Task A_client_that_is_lost_in_mid_frame_leaves_nothing_behind(string what, bool isInitialised)
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxConnectionsPerPrincipal = options.MaxAnonymousConnectionsPerAddress = 1);
        using var client = isInitialised ? await RawSocket.OpenAsync(host.Address, "Bearer good-olivia") : await RawSocket.ConnectAsync(host.Address);
        if (isInitialised)
        {
            await client.SubscribeAsync(1, "subscription { changed }");
            await client.SubscribeAsync(2, "{ hang }");
            await TransportHost.Eventually(() => host.Engine.Feed.Count == 1 && host.Engine.Requests.Count == 2);
        }

        await client.SendAsync([.. RawSocket.Frame(0x81, 200_000), .. Encoding.ASCII.GetBytes("""{"type":"subscribe",""")]);
        switch (what)
        {
            case "vanishes":
                client.Vanish();
                break;
            case "finishes":
                client.Finish();
                break;
            default:
                host.Time.Advance(isInitialised ? TimeSpan.FromSeconds(30) : TimeSpan.FromSeconds(10));
                Assert.Equal(isInitialised ? 4499 : 4408, await client.CloseCodeAsync());
                host.Time.Advance(TimeSpan.FromSeconds(5));
                break;
        }

        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0 && host.Engine.Cancelled == (isInitialised ? 1 : 0));
        await PlaceIsFree(host, "Bearer good-olivia");
        Assert.Empty(host.Errors);
    }

    [Theory]
    [InlineData("not masked", new byte[] { 0x81, 0x06, 0x7B, 0x20, 0x20, 0x20, 0x20, 0x7D })]
    [InlineData("reserved bits", new byte[] { 0xF1, 0x80, 0, 0, 0, 0 })]
    [InlineData("unknown opcode", new byte[] { 0x83, 0x80, 0, 0, 0, 0 })]
    [InlineData("fragmented ping", new byte[] { 0x09, 0x80, 0, 0, 0, 0 })]
    [InlineData("continuation of nothing", new byte[] { 0x80, 0x80, 0, 0, 0, 0 })]
    [InlineData("negative length", new byte[] { 0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0 })]
    [InlineData("close of one byte", new byte[] { 0x88, 0x81, 0, 0, 0, 0, 3 })]
    public async Task A_frame_against_the_protocol_ends_the_socket(string what, byte[] frame)
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxConnectionsPerPrincipal = 1);
        using var client = await RawSocket.OpenAsync(host.Address, "Bearer good-olivia");
        await client.SubscribeAsync(1, "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
        await client.SendAsync(frame);
        Assert.True(await client.CloseCodeAsync() is null or 1002, what);
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
        await PlaceIsFree(host, "Bearer good-olivia");
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_message_that_announces_a_gigabyte_is_1009_one_byte_over_the_limit()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await RawSocket.OpenAsync(host.Address, "Bearer good-olivia");
        await client.SendAsync(RawSocket.Frame(0x81, 1 << 30));
        await client.SendAsync(new byte[(256 * 1024) + 1]);
        Assert.Equal(1009, await client.CloseCodeAsync());
        host.Time.Advance(TimeSpan.FromSeconds(5));
        Assert.Null(await client.CloseCodeAsync());
        Assert.Empty(host.Errors);
    }

    // The place is given back when everything of the old socket is over.
    private static async Task PlaceIsFree(TransportHost host, string authorization)
    {
        while (true)
        {
            using var socket = await RawSocket.ConnectAsync(host.Address);
            if (socket.Status == 101)
            {
                await socket.SendTextAsync($$$"""{"type":"connection_init","payload":{"authorization":"{{{authorization}}}"}}""");
                if (await socket.ReceiveTextAsync() is { } text)
                {
                    Assert.Equal("""{"type":"connection_ack"}""", text);
                    return;
                }
            }
        }
    }
}
