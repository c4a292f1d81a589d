using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>A socket that presents a token, good or bad, and answers pings while it is read.</summary>
internal sealed class TokenSocket : IAsyncDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));
    private readonly ClientWebSocket _socket = new();

    public static async Task<TokenSocket> OpenAsync(OrgGraphApp app, string token)
    {
        var opened = new TokenSocket();
        opened._socket.Options.AddSubProtocol("graphql-transport-ws");
        await opened._socket.ConnectAsync(new UriBuilder(app.Address) { Scheme = "ws", Path = "/graphql" }.Uri, opened._patience.Token);
        await opened.SendAsync(new { type = "connection_init", payload = new { authorization = "Bearer " + token } });
        return opened;
    }

    public Task SubscribeAsync(string query, object variables) => SendAsync(new { id = "1", type = "subscribe", payload = new { query, variables } });

    /// <summary>The next message that is no ping; null when the server has closed.</summary>
    public async Task<JsonElement?> ReceiveAsync()
    {
        while (await ReceiveAnyAsync() is { } message)
        {
            if (message.GetProperty("type").GetString() != "ping")
            {
                return message;
            }

            await SendAsync(new { type = "pong" });
        }

        return null;
    }

    /// <summary>Reads to the end: the close code.</summary>
    public async Task<int> ClosedAsync()
    {
        while (await ReceiveAsync() is not null)
        {
        }

        return (int)_socket.CloseStatus!;
    }

    public ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _patience.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<JsonElement?> ReceiveAnyAsync()
    {
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, _patience.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonDocument.Parse(text.ToArray()).RootElement;
            }
        }
    }

    private Task SendAsync(object message) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message)), WebSocketMessageType.Text, endOfMessage: true, _patience.Token);
}
