using System.Net.WebSockets;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests.WebSockets;

public sealed class SocketLifetimeTests
{
    [Fact]
    public async Task Expiry_closes_with_4403_and_no_complete()
    {
        await using var host = await TransportHost.StartAsync();
        host.Authenticator.Identity("olivia").Expiry = host.Time.GetUtcNow() + TimeSpan.FromSeconds(12);
        using var client = await SubscribedAsync(host);
        host.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.True(host.Engine.Feed.Publish("{\"data\":1}"));
        Assert.Equal("next", (await client.ReceiveAsync()).Type);
        host.Time.Advance(TimeSpan.FromSeconds(2));
        await AssertForbidden(host, client);
    }

    [Fact]
    public async Task Expiry_far_ahead_is_waited_for()
    {
        await using var host = await TransportHost.StartAsync(static options => options.PeerTimeout = TimeSpan.FromDays(10_000));
        host.Authenticator.Identity("olivia").Expiry = host.Time.GetUtcNow() + TimeSpan.FromDays(3_650);
        using var client = await SubscribedAsync(host);
        host.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.True(host.Engine.Feed.Publish("{\"data\":1}"));
    }

    [Fact]
    public async Task Revocation_closes_with_4403_and_no_complete()
    {
        await using var host = await TransportHost.StartAsync();
        IEventSubscriber? subscriber = null;
        host.Engine.Feed.OnStart = started => subscriber = started;
        using var client = await SubscribedAsync(host);
        host.Authenticator.Identity("olivia").Revoke();
        Assert.False(subscriber!.Next("{\"data\":1}"u8.ToArray()));
        await AssertForbidden(host, client);
    }

    [Fact]
    public async Task Pings_keep_a_peer_that_answers()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SubscribedAsync(host);
        for (var i = 0; i < 6; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(15));
            Assert.Equal("ping", (await client.ReceiveAsync()).Type);
            await client.SendAsync("""{"type":"pong"}""");
            await client.SendAsync("""{"type":"ping"}""");
            Assert.Equal("pong", (await client.ReceiveAsync()).Type);
        }
    }

    [Fact]
    public async Task A_silent_peer_is_closed_after_30_seconds()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SubscribedAsync(host);
        host.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal("ping", (await client.ReceiveAsync()).Type);
        Assert.Equal(1, host.Engine.Feed.Count);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(4499, await client.CloseCodeAsync());
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
    }

    [Fact]
    public async Task A_silent_peer_that_does_not_answer_the_close_is_aborted()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SubscribedAsync(host);
        host.Time.Advance(TimeSpan.FromSeconds(30));
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
        host.Time.Advance(TimeSpan.FromSeconds(5));
        await host.StopAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task An_anonymous_socket_is_closed_after_60_seconds_without_an_operation()
    {
        await using var host = await TransportHost.StartAsync(static options => options.PeerTimeout = TimeSpan.FromHours(1));
        using var client = await SocketClient.OpenAsync(host, name: null);
        host.Time.Advance(TimeSpan.FromSeconds(50));
        await client.SubscribeAsync("1", "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
        host.Time.Advance(TimeSpan.FromSeconds(200));
        Assert.True(host.Engine.Feed.Publish("{\"data\":1}"));
        await client.SendAsync("""{"id":"1","type":"complete"}""");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
        host.Time.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(1000, await client.CloseCodeAsync());
    }

    [Fact]
    public async Task A_client_that_falls_behind_is_4508()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SubscribedAsync(host);
        PublishUntilRefused(host);
        Assert.Equal(4508, await client.CloseCodeAsync());
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
    }

    [Fact]
    public async Task A_client_that_takes_nothing_for_10_seconds_is_aborted()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SubscribedAsync(host);
        PublishUntilRefused(host);
        // Kestrel waits for its connections: it stops only when this one was aborted.
        var stopping = host.StopAsync();
        await TransportHost.Eventually(() =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(11));
            return stopping.IsCompleted;
        });
        await Assert.ThrowsAnyAsync<WebSocketException>(() => client.CloseCodeAsync());
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_burst_of_queries_is_answered_whole()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxQueuedMessages = 2);
        using var client = await SocketClient.OpenAsync(host);
        for (var i = 0; i < 90; i++)
        {
            await client.SubscribeAsync(i.ToString(System.Globalization.CultureInfo.InvariantCulture), "{ hang }");
        }

        await TransportHost.Eventually(() => host.Engine.Requests.Count == 8);
        host.Engine.Release.SetResult();
        var completed = 0;
        while (completed < 90)
        {
            completed += (await client.ReceiveAsync()).Type == "complete" ? 1 : 0;
        }
    }

    [Fact]
    public async Task A_restart_answers_what_runs_then_closes_with_1012()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SubscribedAsync(host);
        await client.SubscribeAsync("2", "{ hang }");
        await TransportHost.Eventually(() => host.Engine.Requests.Count == 2);
        var stopping = host.StopAsync();
        host.Engine.Release.SetResult();
        List<SocketClient.Message> before = [];
        Assert.Equal(1012, await client.CloseCodeAsync(before));
        Assert.Equal(["next", "complete"], before.Select(message => message.Type));
        Assert.All(before, message => Assert.Equal("2", message.Id));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_restart_closes_over_the_configured_time()
    {
        await using var host = await TransportHost.StartAsync(static options =>
        {
            options.ShutdownSpread = TimeSpan.FromSeconds(10);
            options.ShutdownCloseTimeout = TimeSpan.FromHours(1);
        });
        using var first = await SubscribedAsync(host);
        using var second = await SocketClient.OpenAsync(host, "vera");
        await second.SubscribeAsync("1", "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 2);
        var closed = Task.WhenAll(first.CloseCodeAsync(), second.CloseCodeAsync());
        var stopping = host.StopAsync();
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
        host.Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal(1, host.Engine.Feed.Count);
        await TransportHost.Eventually(() =>
        {
            host.Time.Advance(TimeSpan.FromMilliseconds(100));
            return host.Engine.Feed.Count == 0;
        });
        Assert.All(await closed, code => Assert.Equal(1012, code));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    private static async Task<SocketClient> SubscribedAsync(TransportHost host)
    {
        var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("1", "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
        return client;
    }

    private static async Task AssertForbidden(TransportHost host, SocketClient client)
    {
        List<SocketClient.Message> before = [];
        Assert.Equal(4403, await client.CloseCodeAsync(before));
        Assert.DoesNotContain(before, message => message.Type == "complete");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
    }

    // The kernel takes some megabytes before anything waits.
    private static void PublishUntilRefused(TransportHost host)
    {
        var payload = new byte[200_000];
        "\""u8.CopyTo(payload);
        payload.AsSpan(1).Fill((byte)'x');
        payload[^1] = (byte)'"';
        var published = 0;
        while (host.Engine.Feed.Publish(payload))
        {
            Assert.True(++published < 1_000);
        }
    }
}
