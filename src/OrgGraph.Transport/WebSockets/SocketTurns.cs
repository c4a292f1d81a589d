using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.WebSockets;

/// <summary>Lets a few operations of a socket be executed at a time, and none while its client is behind with reading: answers are not made ahead of it.</summary>
internal sealed class SocketTurns(OutgoingQueue queue, int atATime) : IDisposable
{
    private readonly SemaphoreSlim _free = new(atATime);

    /// <summary>Waits for a turn. Dispose it when the operation's answer is queued, or its subscription runs.</summary>
    /// <param name="cancellation">The operation's.</param>
    /// <returns>Null when the socket closes meanwhile: what has not begun then must not, for nobody would hear of it.</returns>
    public async ValueTask<Turn?> TakeAsync(CancellationToken cancellation)
    {
        await _free.WaitAsync(cancellation);
        var turn = new Turn(_free);
        try
        {
            await queue.WaitForHalfAsync(cancellation);
            if (!queue.IsClosed)
            {
                return turn;
            }
        }
        catch (OperationCanceledException)
        {
            turn.Dispose();
            throw;
        }

        turn.Dispose();
        return null;
    }

    public void Dispose() => _free.Dispose();

    /// <summary>One operation's turn.</summary>
    internal sealed class Turn(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => free.Release();
    }
}
