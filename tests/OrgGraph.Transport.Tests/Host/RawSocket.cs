using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace OrgGraph.Transport.Tests.Host;

/// <summary>A socket client that writes its frames by hand (RFC 6455 5.2): for what no library would do, and cheap enough to have thousands of.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(3));
    private readonly TcpClient _tcp = new(AddressFamily.InterNetwork);
    private Stream _stream = Stream.Null;
    private Stream _incoming = Stream.Null;

    private RawSocket()
    {
    }

    /// <summary>The answer to the upgrade request: status line, headers, and what came with them.</summary>
    public string Head { get; private set; } = "";

    public int Status => int.Parse(Head.AsSpan(9, 3), System.Globalization.CultureInfo.InvariantCulture);

    /// <param name="address">Of the endpoint.</param>
    /// <param name="receiveBuffer">Small for a client that is to be behind soon.</param>
    /// <param name="headers">More lines of the upgrade request.</param>
    public static async Task<RawSocket> ConnectAsync(Uri address, int? receiveBuffer = null, params string[] headers)
    {
        var client = new RawSocket();
        if (receiveBuffer is { } bytes)
        {
            client._tcp.ReceiveBufferSize = bytes;
        }

        client._tcp.NoDelay = true;
        await client._tcp.ConnectAsync(IPAddress.Parse(address.Host), address.Port, client._patience.Token);
        client._stream = client._tcp.GetStream();
        client._incoming = new BufferedStream(client._stream, 2048);
        string[] lines =
        [
            $"GET {address.AbsolutePath} HTTP/1.1", $"Host: {address.Authority}", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol: graphql-transport-ws", .. headers, "", "",
        ];
        await client.SendAsync(Encoding.ASCII.GetBytes(string.Join("\r\n", lines)));
        // No byte further: who is late finds a close frame right behind the head.
        var one = new byte[1];
        while (!client.Head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.NotEqual(0, await client._incoming.ReadAsync(one, client._patience.Token));
            client.Head += (char)one[0];
        }

        return client;
    }

    /// <summary>Connected and acknowledged.</summary>
    public static async Task<RawSocket> OpenAsync(Uri address, string? authorization, int? receiveBuffer = null)
    {
        var client = await ConnectAsync(address, receiveBuffer);
        Assert.Equal(101, client.Status);
        await client.SendTextAsync(authorization is null ? """{"type":"connection_init"}""" : $$$"""{"type":"connection_init","payload":{"authorization":"{{{authorization}}}"}}""");
        Assert.Equal("""{"type":"connection_ack"}""", await client.ReceiveTextAsync());
        return client;
    }

    public Task SubscribeAsync(int id, string query) => SendTextAsync($$$"""{"id":"{{{id}}}","type":"subscribe","payload":{"query":"{{{query}}}"}}""");

    public Task SendTextAsync(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        return SendAsync([.. Frame(0x81, payload.Length), .. payload]);
    }

    /// <summary>The head of a frame of a client; its payload is for the caller to send. The mask is zeros, so payloads go as they are.</summary>
    public static byte[] Frame(byte first, long length)
    {
        var head = new byte[14];
        head[0] = first;
        var size = 2;
        if (length < 126)
        {
            head[1] = (byte)(0x80 | length);
        }
        else if (length <= ushort.MaxValue)
        {
            head[1] = 0x80 | 126;
            BinaryPrimitives.WriteUInt16BigEndian(head.AsSpan(2), (ushort)length);
            size = 4;
        }
        else
        {
            head[1] = 0x80 | 127;
            BinaryPrimitives.WriteInt64BigEndian(head.AsSpan(2), length);
            size = 10;
        }

        return head[..(size + 4)];
    }

    public Task SendAsync(byte[] bytes) => _stream.WriteAsync(bytes, _patience.Token).AsTask();

    /// <summary>The next message; null when the connection closed, or was lost.</summary>
    public async Task<string?> ReceiveTextAsync() => (await ReceiveAnyAsync()).Text;

    /// <summary>Reads to the close frame: its code; null when the connection was lost without one.</summary>
    public async Task<int?> CloseCodeAsync()
    {
        while (true)
        {
            var (text, code) = await ReceiveAnyAsync();
            if (text is null)
            {
                return code;
            }
        }
    }

    /// <summary>The next message, or the close code; neither when the connection was lost.</summary>
    public async Task<(string? Text, int? Code)> ReceiveAnyAsync() => await ReceiveAsync() switch
    {
        null => (null, null),
        (8, { Length: >= 2 } payload) => (null, BinaryPrimitives.ReadUInt16BigEndian(payload)),
        (8, _) => (null, 1005),
        var (_, payload) => (Encoding.UTF8.GetString(payload), null),
    };

    /// <summary>Answers the server's close frame.</summary>
    public Task CloseAsync() => SendAsync([.. Frame(0x88, 2), 0x03, 0xE8]);

    /// <summary>Says nothing more, but stays.</summary>
    public void Finish() => _tcp.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Is gone from one moment to the next.</summary>
    public void Vanish()
    {
        _tcp.LingerState = new LingerOption(true, 0);
        _tcp.Close();
    }

    public void Dispose()
    {
        _tcp.Dispose();
        _patience.Dispose();
    }

    // Servers send small frames and large ones, all of them whole.
    private async Task<(int Kind, byte[] Payload)?> ReceiveAsync()
    {
        try
        {
            var head = await ReadAsync(2);
            var length = (long)head[1];
            if (length == 126)
            {
                length = BinaryPrimitives.ReadUInt16BigEndian(await ReadAsync(2));
            }
            else if (length == 127)
            {
                length = BinaryPrimitives.ReadInt64BigEndian(await ReadAsync(8));
            }

            return (head[0] & 0x0F, await ReadAsync((int)length));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            return null;
        }
    }

    private async Task<byte[]> ReadAsync(int length)
    {
        var bytes = new byte[length];
        await _incoming.ReadExactlyAsync(bytes, _patience.Token);
        return bytes;
    }
}
