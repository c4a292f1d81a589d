using System.Buffers;
using System.Net.WebSockets;

namespace OrgGraph.Transport.WebSockets;

/// <summary>What was received.</summary>
internal enum ReceivedKind
{
    Text,
    Binary,
    TooBig,
    Close,
}

/// <summary>One whole message; its bytes go back to the pool by <see cref="Dispose"/>.</summary>
internal readonly struct ReceivedMessage(ReceivedKind kind, byte[]? buffer = null, int length = 0) : IDisposable
{
    public ReceivedKind Kind => kind;

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, length);

    public void Dispose()
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}

/// <summary>Reads whole messages, holding no buffer while the peer is quiet.</summary>
internal sealed class SocketReader(WebSocket socket, int maxBytes)
{
    private const int FirstBuffer = 4 * 1024;

    public async ValueTask<ReceivedMessage> ReadAsync()
    {
        // Of no bytes: returns when there is something to read, so that an idle socket holds no buffer.
        var waited = await socket.ReceiveAsync(Memory<byte>.Empty, CancellationToken.None);
        if (waited.MessageType == WebSocketMessageType.Close)
        {
            return new ReceivedMessage(ReceivedKind.Close);
        }

        return waited.EndOfMessage ? new ReceivedMessage(KindOf(waited)) : await ReadWholeAsync();
    }

    private static ReceivedKind KindOf(ValueWebSocketReceiveResult result) =>
        result.MessageType == WebSocketMessageType.Text ? ReceivedKind.Text : ReceivedKind.Binary;

    private async ValueTask<ReceivedMessage> ReadWholeAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        var length = 0;
        var isHandedOver = false;
        try
        {
            while (true)
            {
                // A receive ends when its buffer is full or the frame ends: one byte over the limit must be enough to tell.
                var part = await socket.ReceiveAsync(buffer.AsMemory(length, Math.Min(buffer.Length, maxBytes + 1) - length), CancellationToken.None);
                length += part.Count;
                if (part.MessageType == WebSocketMessageType.Close)
                {
                    return new ReceivedMessage(ReceivedKind.Close);
                }

                if (length > maxBytes)
                {
                    return new ReceivedMessage(ReceivedKind.TooBig);
                }

                if (part.EndOfMessage)
                {
                    isHandedOver = true;
                    return new ReceivedMessage(KindOf(part), buffer, length);
                }

                buffer = length == buffer.Length ? Grow(buffer) : buffer;
            }
        }
        finally
        {
            if (!isHandedOver)
            {
                ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }

    private byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Min(buffer.Length * 2, Math.Max(buffer.Length, maxBytes) + 1));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
