using System.Net;
using System.Net.WebSockets;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests.WebSockets;

public sealed class SocketHandshakeTests
{
    [Theory]
    [InlineData("""{"type":"connection_init","payload":{"authorization":"Bearer good-a"}}""", null, "a")]
    [InlineData("""{"payload":{"Authorization":"Bearer good-a"},"type":"connection_init"}""", null, "a")]
    [InlineData("""{"type":"connection_init","payload":{"headers":{"authorization":"Bearer good-a"}}}""", null, "a")]
    [InlineData("""{"type":"connection_init","payload":{"headers":{"Authorization":"Bearer good-a"},"authorization":"Bearer good-a"}}""", "Bearer good-a", "a")]
    [InlineData("""{"type":"connection_init"}""", "Bearer good-h", "h")]
    [InlineData("""{"type":"connection_init","payload":{}}""", "Bearer good-h", "h")]
    [InlineData("""{"type":"connection_init","payload":{"authorization":null}}""", null, "anonymous")]
    [InlineData("""{"type":"connection_init","payload":null}""", null, "anonymous")]
    public async Task Credential_is_taken_from_the_payload_else_the_header(string init, string? header, string name)
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.ConnectAsync(host, options => Present(options, header));
        Assert.Equal("graphql-transport-ws", client.Socket.SubProtocol);
        await client.SendAsync(init);
        Assert.Equal("connection_ack", (await client.ReceiveAsync()).Type);
        await client.SubscribeAsync("1", "{ who }");
        Assert.Equal(name, (await client.ReceiveAsync()).Payload.GetProperty("data").GetProperty("who").GetString());
    }

    [Theory]
    [InlineData("""{"type":"connection_init","payload":{"authorization":"Bearer bad"}}""", null, 4403)]
    [InlineData("""{"type":"connection_init","payload":{"authorization":""}}""", null, 4403)]
    [InlineData("""{"type":"connection_init","payload":{"authorization":5}}""", null, 4403)]
    [InlineData("""{"type":"connection_init","payload":{"authorization":"Bearer good-a","Authorization":"Bearer good-b"}}""", null, 4403)]
    [InlineData("""{"type":"connection_init","payload":{"authorization":"Bearer good-a"}}""", "Bearer good-h", 4403)]
    [InlineData("""{"type":"connection_init","payload":{"authorization":"Bearer busy"}}""", null, 4429)]
    [InlineData("""{"type":"connection_init","payload":{"authorization":"Bearer down"}}""", null, 1013)]
    [InlineData("""{"type":"connection_init","payload":"text"}""", null, 4400)]
    [InlineData("""{"type":"connection_init","payload":[]}""", null, 4400)]
    public async Task A_refused_credential_closes(string init, string? header, int code)
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.ConnectAsync(host, options => Present(options, header));
        await client.SendAsync(init);
        Assert.Equal(code, await client.CloseCodeAsync());
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task The_legacy_subprotocol_is_closed_with_4406()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.ConnectAsync(host, protocol: "graphql-ws");
        Assert.Equal(4406, await client.CloseCodeAsync());
    }

    [Fact]
    public async Task Without_init_it_is_closed_quietly_with_4408()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.ConnectAsync(host);
        await client.SendAsync("""{"type":"ping"}""");
        Assert.Equal("pong", (await client.ReceiveAsync()).Type);
        host.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(4408, await client.CloseCodeAsync());
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_second_init_is_4429()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.OpenAsync(host);
        await client.InitAsync("Bearer good-olivia");
        Assert.Equal(4429, await client.CloseCodeAsync());
    }

    [Fact]
    public async Task Subscribe_before_acknowledgement_is_4401()
    {
        await using var host = await TransportHost.StartAsync();
        using var client = await SocketClient.ConnectAsync(host);
        await client.SubscribeAsync("1", "{ a }");
        Assert.Equal(4401, await client.CloseCodeAsync());
    }

    [Theory]
    [InlineData("https://evil.test")]
    [InlineData("null")]
    public async Task A_foreign_origin_is_403(string origin)
    {
        await using var host = await TransportHost.StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, await RefusedUpgrade(host, options => options.SetRequestHeader("Origin", origin)));
    }

    [Fact]
    public async Task Sockets_in_all_are_limited()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxConnections = 1);
        using (await SocketClient.OpenAsync(host))
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, await RefusedUpgrade(host));
        }
    }

    [Fact]
    public async Task Anonymous_sockets_of_an_address_are_limited_and_a_credential_frees_the_place()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxAnonymousConnectionsPerAddress = 1);
        using var signedIn = await SocketClient.OpenAsync(host);
        using var anonymous = await SocketClient.OpenAsync(host, name: null);
        Assert.Equal(HttpStatusCode.TooManyRequests, await RefusedUpgrade(host));
    }

    [Fact]
    public async Task Sockets_of_a_principal_are_limited_and_closing_one_frees_its_place()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxConnectionsPerPrincipal = 1);
        using var first = await SocketClient.OpenAsync(host);
        using var other = await SocketClient.OpenAsync(host, "vera");
        using var second = await SocketClient.ConnectAsync(host);
        await second.InitAsync("Bearer good-olivia");
        Assert.Equal(4429, await second.CloseCodeAsync());
        await first.Socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, default);
        string outcome;
        do
        {
            using var again = await SocketClient.ConnectAsync(host);
            await again.InitAsync("Bearer good-olivia");
            outcome = await again.AckOrClosedAsync();
        }
        while (outcome != "connection_ack");
    }

    private static void Present(ClientWebSocketOptions options, string? header)
    {
        if (header is not null)
        {
            options.SetRequestHeader("Authorization", header);
        }
    }

    private static async Task<HttpStatusCode> RefusedUpgrade(TransportHost host, Action<ClientWebSocketOptions>? configure = null)
    {
        using var client = new ClientWebSocket();
        client.Options.AddSubProtocol("graphql-transport-ws");
        client.Options.CollectHttpResponseDetails = true;
        configure?.Invoke(client.Options);
        await Assert.ThrowsAsync<WebSocketException>(() => client.ConnectAsync(new UriBuilder(host.Address) { Scheme = "ws" }.Uri, default));
        return client.HttpStatusCode;
    }
}
