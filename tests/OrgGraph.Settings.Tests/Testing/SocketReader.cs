using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Events;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>A client of <c>graphql-transport-ws</c> that keeps what it is told.</summary>
public sealed class SocketReader : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(60));
    private readonly ClientWebSocket _socket = new();

    /// <summary>Connects, signs in and begins one subscription that is accepted.</summary>
    public static async Task<SocketReader> SubscribeAsync(Client client, string query, object? variables = null)
    {
        var dispatcher = client.App.Services.GetRequiredService<EventDispatcher>();
        var before = dispatcher.SubscriberCount;
        var reader = await ConnectAsync(client.App.Address, client.Credential!);
        await reader.SendAsync(new { id = "1", type = "subscribe", payload = new { query, variables } });

        await Eventually.TrueAsync(() => dispatcher.SubscriberCount > before);
        return reader;
    }

    /// <summary>Connects and signs in.</summary>
    public static async Task<SocketReader> ConnectAsync(Uri server, string credential)
    {
        var reader = new SocketReader();
        reader._socket.Options.AddSubProtocol("graphql-transport-ws");
        await reader._socket.ConnectAsync(new UriBuilder(server) { Scheme = "ws", Path = "/graphql" }.Uri, reader._patience.Token);
        await reader.SendAsync(new { type = "connection_init", payload = new { authorization = $"Bearer {credential}" } });
        Assert.Equal("connection_ack", (await reader.ReceiveAsync())!.Value.GetProperty("type").GetString());
        return reader;
    }

    /// <summary>The next message; null when the server has closed.</summary>
    public async Task<JsonElement?> ReceiveAsync()
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

    /// <summary>Reads to the end: the close code, and the types of the messages before it.</summary>
    public async Task<(int Code, string[] Types)> ClosedAsync()
    {
        var types = new List<string>();
        while (await ReceiveAsync() is { } message)
        {
            types.Add(message.GetProperty("type").GetString()!);
        }

        return ((int)_socket.CloseStatus!, [.. types]);
    }

    public void Dispose()
    {
        _socket.Dispose();
        _patience.Dispose();
    }

    private Task SendAsync(object message) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message)), WebSocketMessageType.Text, endOfMessage: true, _patience.Token);
}
