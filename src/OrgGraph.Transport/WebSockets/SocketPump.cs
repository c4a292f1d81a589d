using System.Buffers;
using System.Net.WebSockets;
using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.WebSockets;

/// <summary>The only sender of a socket: empties its queue, then sends the close frame.</summary>
/// <remarks>No send takes a token: a cancelled one would break the whole socket. What takes too long is aborted by <see cref="SendClock"/>.</remarks>
internal sealed class SocketPump(WebSocket socket, OutgoingQueue queue, SocketClosing closing, SendClock clock, TransportOptions options)
{
    public async Task RunAsync(Action abort)
    {
        try
        {
            while (await queue.WaitToReadAsync())
            {
                while (queue.TryDequeue(out var message))
                {
                    await SendAsync(message);
                }
            }

            await CloseAsync(abort);
        }
        catch (Exception e) when (SocketFailures.IsLostConnection(e))
        {
            closing.ConnectionLost();
            abort();
        }
    }

    private async ValueTask SendAsync(OutgoingMessage message)
    {
        // Rented for the time of one send: a queue holds only references to shared payloads.
        var buffer = ArrayPool<byte>.Shared.Rent(message.Length);
        try
        {
            message.CopyTo(buffer);
            await TimedAsync(socket.SendAsync(buffer.AsMemory(0, message.Length), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask TimedAsync(ValueTask send)
    {
        if (send.IsCompletedSuccessfully)
        {
            return;
        }

        clock.Arm(options.SendTimeout);
        await send;
        clock.Disarm();
    }

    private async Task CloseAsync(Action abort)
    {
        if (closing.Code == 0 || socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            abort();
            return;
        }

        // Covers the frame and, unless the peer closed first, the wait for its answer by the receiver.
        clock.Arm(options.CloseTimeout);
        await socket.CloseOutputAsync((WebSocketCloseStatus)closing.Code, closing.Reason, CancellationToken.None);
    }
}

/// <summary>Tells a broken connection from a bug.</summary>
internal static class SocketFailures
{
    public static bool IsLostConnection(Exception e) =>
        e is WebSocketException or OperationCanceledException or IOException or ObjectDisposedException;
}
