using System.Globalization;
using OrgGraph.Transport.Tests.Host;
using Xunit.Abstractions;

namespace OrgGraph.Transport.Tests.WebSockets;

/// <summary>Many sockets at once, and what they cost. Clients and server share this process, so the figures hold both ends.</summary>
[Trait("Category", "Long")]
public sealed class SocketCrowdTests(ITestOutputHelper output)
{
    private const int Crowd = 2_000;

    [Fact]
    public async Task Of_2000_connects_at_once_an_address_gets_its_50_and_the_others_are_told_when_to_come_again()
    {
        await using var host = await TransportHost.StartAsync();
        using var good = await SocketClient.OpenAsync(host);
        var sockets = await ConnectAsync(host);
        Assert.Equal(50, sockets.Count(socket => socket.Status == 101));
        Assert.All(sockets.Where(socket => socket.Status != 101), socket =>
        {
            Assert.Equal(429, socket.Status);
            Assert.Contains("Retry-After: 5", socket.Head, StringComparison.Ordinal);
        });
        await good.SubscribeAsync("1", "{ who }");
        Assert.Equal("next", (await good.ReceiveAsync()).Type);
        DisposeAll(sockets);
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task Sockets_of_2000_subscribers_cost_little_and_all_hear_an_event_and_the_restart()
    {
        await using var host = await TransportHost.StartAsync(static options =>
        {
            options.MaxAnonymousConnectionsPerAddress = null;
            options.ShutdownSpread = TimeSpan.FromSeconds(3);
        });
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sockets = await ConnectAsync(host);
        await Task.WhenAll(sockets.Select(async (socket, i) =>
        {
            await socket.SendTextAsync($$$"""{"type":"connection_init","payload":{"authorization":"Bearer good-{{{i / 50}}}"}}""");
            Assert.Equal("""{"type":"connection_ack"}""", await socket.ReceiveTextAsync());
            await socket.SubscribeAsync(1, "subscription { changed }");
        }));
        await TransportHost.Eventually(() => host.Engine.Feed.Count == Crowd);
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Crowd;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{each} bytes a subscribed socket, both ends"));
        Assert.InRange(each, 0, 64 * 1024);

        Assert.True(host.Engine.Feed.Publish("""{"data":1}"""));
        foreach (var socket in sockets)
        {
            Assert.Equal("""{"id":"1","type":"next","payload":{"data":1}}""", await socket.ReceiveTextAsync());
        }

        var stopping = host.StopAsync();
        await Task.WhenAll(sockets.Select(async socket =>
        {
            Assert.Equal(1012, await socket.CloseCodeAsync());
            await socket.CloseAsync();
        }).Append(PassAsync(host, stopping)));
        DisposeAll(sockets);
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task Readers_that_stopped_cost_less_than_2_megabytes_each()
    {
        const int Stopped = 100;
        await using var host = await TransportHost.StartAsync(static options => options.MaxConnectionsPerPrincipal = null);
        using var good = await SocketClient.OpenAsync(host, "vera");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var sockets = new List<RawSocket>();
        for (var i = 0; i < Stopped; i++)
        {
            var socket = await RawSocket.OpenAsync(host.Address, "Bearer good-olivia", receiveBuffer: 4096);
            sockets.Add(socket);
            for (var id = 0; id < 100; id++)
            {
                await socket.SubscribeAsync(id, "{ big }");
            }
        }

        var (made, last) = (0, -1);
        while (made != last)
        {
            last = made;
            for (var i = 0; i < 200; i++)
            {
                await good.SubscribeAsync("1", "{ who }");
                Assert.Equal("next", (await good.ReceiveAsync()).Type);
                Assert.Equal("complete", (await good.ReceiveAsync()).Type);
            }

            made = host.Engine.Requests.Count(request => request.Query == "{ big }");
        }

        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / Stopped;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{each} bytes a stopped reader; {made} of {Stopped * 100} answers made"));
        Assert.True(made > Stopped * 8, "They were not stopped with full queues.");
        Assert.InRange(each, 0, 2_000_000);

        // The one that is under way takes 10 s at most, whatever else happens.
        host.Time.Advance(TimeSpan.FromSeconds(11));
        foreach (var socket in sockets)
        {
            while (await socket.ReceiveTextAsync() is not null)
            {
            }

            socket.Dispose();
        }

        Assert.Empty(host.Errors);
    }

    private static async Task<RawSocket[]> ConnectAsync(TransportHost host) =>
        await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => RawSocket.ConnectAsync(host.Address)));

    private static Task PassAsync(TransportHost host, Task stopping) => TransportHost.Eventually(() =>
    {
        host.Time.Advance(TimeSpan.FromMilliseconds(10));
        return stopping.IsCompleted;
    });

    private static void DisposeAll(RawSocket[] sockets)
    {
        foreach (var socket in sockets)
        {
            socket.Dispose();
        }
    }
}
