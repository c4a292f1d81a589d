using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace OrgGraph.Transport.Tests.Host;

/// <summary>A raw client of <c>graphql-transport-ws</c>.</summary>
internal sealed class SocketClient : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(20));

    public ClientWebSocket Socket { get; } = new();

    public static async Task<SocketClient> ConnectAsync(TransportHost host, Action<ClientWebSocketOptions>? configure = null, string protocol = "graphql-transport-ws")
    {
        var client = new SocketClient();
        client.Socket.Options.AddSubProtocol(protocol);
        client.Socket.Options.CollectHttpResponseDetails = true;
        client.Socket.Options.KeepAliveInterval = TimeSpan.Zero;
        configure?.Invoke(client.Socket.Options);
        await client.Socket.ConnectAsync(new UriBuilder(host.Address) { Scheme = "ws" }.Uri, client._patience.Token);
        return client;
    }

    /// <summary>Connected and acknowledged.</summary>
    public static async Task<SocketClient> OpenAsync(TransportHost host, string? name = "olivia")
    {
        var client = await ConnectAsync(host);
        await client.InitAsync(name is null ? null : "Bearer good-" + name);
        Assert.Equal("connection_ack", (await client.ReceiveAsync()).Type);
        return client;
    }

    public Task InitAsync(string? authorization) =>
        SendAsync(authorization is null ? """{"type":"connection_init"}""" : $$$"""{"type":"connection_init","payload":{"authorization":"{{{authorization}}}"}}""");

    public Task SubscribeAsync(string id, string query) => SendAsync($$$"""{"id":"{{{id}}}","type":"subscribe","payload":{"query":"{{{query}}}"}}""");

    public Task SendAsync(string message) => SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text);

    public Task SendAsync(byte[] message, WebSocketMessageType type) => Socket.SendAsync(message, type, true, _patience.Token);

    public async Task<Message> ReceiveAsync()
    {
        var text = await ReadAsync();
        Assert.True(text is not null, $"Closed with {Socket.CloseStatus} {Socket.CloseStatusDescription}");
        return new Message(text!);
    }

    /// <summary>The type of the next message, or "closed".</summary>
    public async Task<string> AckOrClosedAsync() => await ReadAsync() is { } text ? new Message(text).Type : "closed";

    /// <summary>Reads to the end.</summary>
    public async Task<int> CloseCodeAsync(List<Message>? before = null)
    {
        while (await ReadAsync() is { } text)
        {
            before?.Add(new Message(text));
        }

        var code = (int)Socket.CloseStatus!;
        await Socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _patience.Token);
        return code;
    }

    public void Dispose()
    {
        Socket.Dispose();
        _patience.Dispose();
    }

    private async Task<string?> ReadAsync()
    {
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await Socket.ReceiveAsync(buffer, _patience.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(text.ToArray());
            }
        }
    }

    internal sealed record Message(string Text)
    {
        private readonly JsonElement _json = JsonDocument.Parse(Text).RootElement;

        public string Type => _json.GetProperty("type").GetString()!;

        public string Id => _json.GetProperty("id").GetString()!;

        public JsonElement Payload => _json.GetProperty("payload");
    }
}
