using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Tests.Outbound;

namespace OrgGraph.Settings.Tests.DataPlane;

/// <summary>A data plane that does its part: keeps tokens by name, answers pings and WebSockets. What it does instead is told by <see cref="Instead"/>.</summary>
public sealed class PlayedDataPlane : IAsyncDisposable
{
    private readonly PlayingServer _server = PlayingServer.Start();
    private readonly List<(string Name, string Token)> _upserts = [];

    public PlayedDataPlane() => _server.Play = PlayAsync;

    public string Address => _server.Address;

    public string Realtime => "ws" + Address[4..];

    /// <summary>Plays something else; a null answer of it: as ever.</summary>
    public Func<HeardRequest, Func<Stream, HeardRequest, CancellationToken, Task>?> Instead { get; set; } = _ => null;

    public IReadOnlyCollection<HeardRequest> Heard => _server.Heard;

    public int Connections => _server.Connections;

    /// <summary>The tokens that it was given, oldest first.</summary>
    public IReadOnlyList<string> Tokens
    {
        get
        {
            lock (_upserts)
            {
                return [.. _upserts.Select(upsert => upsert.Token)];
            }
        }
    }

    /// <summary>What it keeps by name: the last of each.</summary>
    public IReadOnlyDictionary<string, string> Kept
    {
        get
        {
            lock (_upserts)
            {
                return _upserts.GroupBy(upsert => upsert.Name).ToDictionary(group => group.Key, group => group.Last().Token);
            }
        }
    }

    /// <summary>Shakes hands as RFC 6455 wants it.</summary>
    public static Task ShakeAsync(Stream stream, HeardRequest request, CancellationToken cancellation)
    {
        var accept = Convert.ToBase64String(Sha1(request.Header("Sec-WebSocket-Key") + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
        return SwitchAsync(stream, accept, cancellation);
    }

    public static async Task SwitchAsync(Stream stream, string accept, CancellationToken cancellation) => await stream.WriteAsync(
        Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {accept}\r\n\r\n"), cancellation);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task PlayAsync(Stream stream, HeardRequest request, CancellationToken cancellation)
    {
        if (Instead(request) is { } other)
        {
            return other(stream, request, cancellation);
        }

        var line = request.Line.Split(' ');
        if (request.Header("Upgrade") == "websocket")
        {
            return ShakeAsync(stream, request, cancellation);
        }

        if (line[0] == "POST" && line[1].EndsWith("/service-token/upsert", StringComparison.Ordinal))
        {
            var body = JsonDocument.Parse(request.Body).RootElement;
            lock (_upserts)
            {
                _upserts.Add((body.GetProperty("name").GetString()!, body.GetProperty("token").GetString()!));
            }
        }

        var name = line[1].Split('/')[^1];
        var status = line[0] == "HEAD" && !Kept.ContainsKey(name) ? 404 : 200;
        return PlayingServer.Answer(status, line[0] == "HEAD" ? "" : "{}")(stream, request, cancellation);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "The WebSocket handshake is defined by it.")]
    private static byte[] Sha1(string text) => SHA1.HashData(Encoding.ASCII.GetBytes(text));
}
