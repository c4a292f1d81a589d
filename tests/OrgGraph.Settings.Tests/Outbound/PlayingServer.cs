using System.Collections.Concurrent;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrgGraph.Settings.Tests.Outbound;

/// <summary>A request as a server got it.</summary>
public sealed record HeardRequest(string Line, IReadOnlyList<string> Headers, string Body)
{
    public string Header(string name) => Headers.FirstOrDefault(header => header.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase))?[(name.Length + 1)..].Trim() ?? "";
}

/// <summary>
/// An HTTP server on loopback that plays what vendors and attackers do. It is spoken to over a real socket, and keeps what it hears.
/// </summary>
public sealed class PlayingServer : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<HeardRequest> _heard = new();
    private readonly Task _running;
    private int _connections;

    private PlayingServer()
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
        _running = Task.Run(RunAsync);
    }

    /// <summary>Listens on a free port.</summary>
    public static PlayingServer Start() => new();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"http://127.0.0.1:{Port}";

    /// <summary>What it does with each request: writes what it wants, however it wants.</summary>
    public Func<Stream, HeardRequest, CancellationToken, Task> Play { get; set; } = Answer(200, "{}");

    public IReadOnlyCollection<HeardRequest> Heard => _heard;

    /// <summary>Connections so far, with or without a request on them.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static Func<Stream, HeardRequest, CancellationToken, Task> Answer(int status, string body, params string[] headers) => (stream, _, cancellation) =>
        WriteAsync(stream, $"HTTP/1.1 {status} Played\r\n{string.Concat(headers.Select(header => header + "\r\n"))}Content-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}", cancellation);

    /// <summary>Says nothing.</summary>
    public static Task HangAsync(Stream stream, HeardRequest request, CancellationToken cancellation) => Task.Delay(Timeout.Infinite, cancellation);

    /// <summary>Never stops.</summary>
    public static async Task FloodAsync(Stream stream, HeardRequest request, CancellationToken cancellation)
    {
        await WriteAsync(stream, "HTTP/1.1 200 OK\r\n\r\n", cancellation);
        var block = new byte[64 * 1024];
        while (true)
        {
            await stream.WriteAsync(block, cancellation);
        }
    }

    /// <summary>Begins an answer and goes on drop by drop, as often as it is asked.</summary>
    public static Func<Stream, HeardRequest, CancellationToken, Task> Drip(string begin, SemaphoreSlim drops) => async (stream, _, cancellation) =>
    {
        await WriteAsync(stream, begin, cancellation);
        while (true)
        {
            await drops.WaitAsync(cancellation);
            await WriteAsync(stream, "x", cancellation);
        }
    };

    /// <summary>Little on the way that unfolds into much.</summary>
    public static Func<Stream, HeardRequest, CancellationToken, Task> Bomb(long size) => async (stream, _, cancellation) =>
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            var block = new byte[1024 * 1024];
            for (var left = size; left > 0; left -= block.Length)
            {
                await gzip.WriteAsync(block, cancellation);
            }
        }

        await WriteAsync(stream, $"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n", cancellation);
        await stream.WriteAsync(packed.ToArray(), cancellation);
    };

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _running;
        _stopping.Dispose();
    }

    private static async Task WriteAsync(Stream stream, string text, CancellationToken cancellation) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellation);

    private async Task RunAsync()
    {
        var talks = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                talks.Add(TalkAsync(client));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            // Stopped, perhaps before it listened.
        }

        await Task.WhenAll(talks);
    }

    private async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                if (await ReadAsync(stream) is { } request)
                {
                    _heard.Enqueue(request);
                    await Play(stream, request, _stopping.Token);
                    client.Client.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
            {
                // The other side left, or the test is over.
            }
        }
    }

    private async Task<HeardRequest?> ReadAsync(Stream stream)
    {
        var head = new StringBuilder();
        var buffer = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (await stream.ReadAsync(buffer, _stopping.Token) == 0)
            {
                return null;
            }

            head.Append((char)buffer[0]);
        }

        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var request = new HeardRequest(lines[0], lines[1..], "");
        if (!int.TryParse(request.Header("Content-Length"), out var length))
        {
            return request;
        }

        var body = new byte[length];
        await stream.ReadExactlyAsync(body, _stopping.Token);
        return request with { Body = Encoding.UTF8.GetString(body) };
    }
}
