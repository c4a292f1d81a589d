using System.Net.WebSockets;
using System.Text;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests.WebSockets;

public sealed class SocketOperationTests
{
    [Theory]
    [InlineData("{ __typename }", """{"data":{"__typename":"Query"}}""")]
    [InlineData("mutation { a }", """{"data":{"__typename":"Query"}}""")]
    [InlineData("{ refused }", """{"data":null,"errors":[{"message":"no"}]}""")]
    public async Task Queries_and_mutations_answer_next_and_complete(string query, string payload)
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("ä\\\"1", query);
        var next = await client.ReceiveAsync();
        Assert.Equal(("next", "ä\"1", payload), (next.Type, next.Id, next.Payload.GetRawText()));
        var complete = await client.ReceiveAsync();
        Assert.Equal(("complete", "ä\"1"), (complete.Type, complete.Id));
        var request = host.Engine.Requests.Single();
        Assert.True(request.AllowMutation && request.AllowSubscription);
    }

    [Theory]
    [InlineData("{ unknown }", "BAD_USER_INPUT")]
    [InlineData("{ limited }", "RATE_LIMITED")]
    [InlineData("{ throw }", "INTERNAL")]
    public async Task Request_errors_answer_error_and_nothing_more(string query, string code)
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("1", query);
        var error = await client.ReceiveAsync();
        Assert.Equal(("error", "1", code), (error.Type, error.Id, error.Payload[0].GetProperty("extensions").GetProperty("code").GetString()));
        await AssertQuiet(client);
    }

    [Fact]
    public async Task Events_arrive_in_order_until_the_source_completes()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("1", "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
        for (var i = 0; i < 20; i++)
        {
            Assert.True(host.Engine.Feed.Publish($"{{\"data\":{i}}}"));
        }

        host.Engine.Feed.Complete();
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(i, (await client.ReceiveAsync()).Payload.GetProperty("data").GetInt32());
        }

        Assert.Equal("complete", (await client.ReceiveAsync()).Type);
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
    }

    [Fact]
    public async Task Events_and_the_end_may_come_before_start_returns()
    {
        await using var host = await TransportHost.StartAsync();
        host.Engine.Feed.OnStart = static subscriber =>
        {
            subscriber.Next("{\"data\":1}"u8.ToArray());
            subscriber.Complete();
        };
        using var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("1", "subscription { changed }");
        Assert.Equal("next", (await client.ReceiveAsync()).Type);
        Assert.Equal("complete", (await client.ReceiveAsync()).Type);
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
    }

    [Fact]
    public async Task An_id_can_be_used_again_after_complete()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        for (var round = 0; round < 50; round++)
        {
            await client.SubscribeAsync("1", "{ hang }");
            await client.SendAsync("""{"id":"1","type":"complete"}""");
            await client.SubscribeAsync("1", "{ __typename }");
            Assert.Equal("Query", (await client.ReceiveAsync()).Payload.GetProperty("data").GetProperty("__typename").GetString());
            Assert.Equal("complete", (await client.ReceiveAsync()).Type);
        }

        await TransportHost.Eventually(() => host.Engine.Cancelled == host.Engine.Requests.Count(r => r.Query == "{ hang }"));
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task Complete_ends_a_subscription_without_a_message()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("1", "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
        await client.SendAsync("""{"id":"1","type":"complete"}""");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
        await AssertQuiet(client);
    }

    [Fact]
    public async Task A_duplicate_id_is_4409()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("1", "{ hang }");
        await client.SubscribeAsync("1", "{ hang }");
        Assert.Equal(4409, await client.CloseCodeAsync());
        await TransportHost.Eventually(() => host.Engine.Cancelled == host.Engine.Requests.Count);
    }

    [Fact]
    public async Task One_operation_too_many_is_refused_alone()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxOperationsPerSocket = 2);
        using var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("1", "{ hang }");
        await client.SubscribeAsync("2", "{ hang }");
        await client.SubscribeAsync("3", "{ __typename }");
        var error = await client.ReceiveAsync();
        Assert.Equal(("error", "3", "RATE_LIMITED"), (error.Type, error.Id, error.Payload[0].GetProperty("extensions").GetProperty("code").GetString()));
        host.Engine.Release.SetResult();
        Assert.Equal("next", (await client.ReceiveAsync()).Type);
    }

    [Fact]
    public async Task Too_many_variables_are_refused_without_closing()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxVariableListItems = 1);
        using var client = await SocketClient.OpenAsync(host);
        await client.SendAsync("""{"id":"1","type":"subscribe","payload":{"query":"{ a }","variables":{"a":[1,2]}}}""");
        Assert.Equal("error", (await client.ReceiveAsync()).Type);
        await AssertQuiet(client);
    }

    [Theory]
    [InlineData("")]
    [InlineData("text")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"type":1}""")]
    [InlineData("""{"type":"next","id":"1","payload":{}}""")]
    [InlineData("""{"type":"ping","payload":1}""")]
    [InlineData("""{"type":"complete"}""")]
    [InlineData("""{"type":"subscribe","payload":{"query":"{ a }"}}""")]
    [InlineData("""{"type":"subscribe","id":"","payload":{"query":"{ a }"}}""")]
    [InlineData("""{"type":"subscribe","id":"1"}""")]
    [InlineData("""{"type":"subscribe","id":"1","payload":"{ a }"}""")]
    [InlineData("""{"type":"subscribe","id":"1","payload":{"query":1}}""")]
    [InlineData("""{"type":"subscribe","id":"1","payload":{}}""")]
    [InlineData("""{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":[]}}""")]
    [InlineData("""{"type":"ping"}{"type":"ping"}""")]
    [InlineData("""{"type":"\ud800"}""")]
    public async Task An_invalid_message_is_4400(string message)
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.SendAsync(message);
        Assert.Equal(4400, await client.CloseCodeAsync());
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_binary_message_is_4400()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.SendAsync(Encoding.UTF8.GetBytes("""{"type":"ping"}"""), WebSocketMessageType.Binary);
        Assert.Equal(4400, await client.CloseCodeAsync());
    }

    [Fact]
    public async Task A_message_over_the_limit_is_1009_and_one_at_it_passes()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.SendAsync("""{"type":"ping"}""".PadRight(256 * 1024));
        Assert.Equal("pong", (await client.ReceiveAsync()).Type);
        await client.SendAsync("""{"type":"ping"}""".PadRight((256 * 1024) + 1));
        Assert.Equal(1009, await client.CloseCodeAsync());
    }

    [Fact]
    public async Task A_fragmented_message_is_one()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        foreach (var (part, isEnd) in new[] { ("", false), ("{\"type\":", false), ("\"ping\"", false), ("}", true) })
        {
            await client.Socket.SendAsync(Encoding.UTF8.GetBytes(part), WebSocketMessageType.Text, isEnd, default);
        }

        Assert.Equal("pong", (await client.ReceiveAsync()).Type);
    }

    [Fact]
    public async Task A_client_that_vanishes_leaves_nothing_behind()
    {
        await using var host = await TransportHost.StartAsync();
        var client = await SocketClient.OpenAsync(host);
        await client.SubscribeAsync("1", "subscription { changed }");
        await client.SubscribeAsync("2", "{ hang }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1 && host.Engine.Requests.Count == 2);
        client.Socket.Abort();
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0 && host.Engine.Cancelled == 1);
        Assert.Empty(host.Errors);
        client.Dispose();
    }

    private static async Task AssertQuiet(SocketClient client)
    {
        await client.SendAsync("""{"type":"ping"}""");
        Assert.Equal("pong", (await client.ReceiveAsync()).Type);
    }
}
