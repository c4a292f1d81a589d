using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.WebSockets;

/// <summary>One running operation of a socket. Its token ends the work; it never reaches a send.</summary>
[SuppressMessage("Design", "CA1001", Justification = "Neither linked nor timed, so it holds nothing; disposing it would race with the client's complete.")]
internal sealed class SocketOperation(string id, SocketSession session) : IEventSubscriber
{
    private readonly Lock _lock = new();
    private readonly byte[] _nextPrefix = ServerMessage.NextPrefix(id);
    private readonly CancellationTokenSource _cancellation = new();
    private IDisposable? _subscription;
    private bool _isEnded;

    public string Id => id;

    /// <summary>Executes; never throws.</summary>
    public async Task RunAsync(GraphQLRequest request, ConnectionIdentity identity)
    {
        // The engine may work long before it first waits; the socket goes on reading meanwhile.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            using var turn = await session.Turns.TakeAsync(_cancellation.Token);
            if (turn is null)
            {
                return;
            }

            var answer = await session.Services.Engine.ExecuteAsync(request, identity, session.Context, _cancellation.Token);
            if (answer is EngineAnswer.Stream stream)
            {
                Start(stream.Source);
            }
            else
            {
                await AnswerAsync((EngineAnswer.Whole)answer);
            }
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            session.Services.Logger.LogError(e, "An operation on a socket failed unexpectedly; trace {TraceId}", RefusalLog.TraceIdOf(session.Context));
            Finish(ServerMessage.Error(id, Refusal.Internal.ToErrors()));
        }
        finally
        {
            session.Operations.Answered();
        }
    }

    /// <inheritdoc />
    public bool Next(ReadOnlyMemory<byte> json)
    {
        lock (_lock)
        {
            if (_isEnded)
            {
                return false;
            }

            var outcome = session.Queue.TryEnqueue(ServerMessage.Next(_nextPrefix, json));
            if (outcome == Enqueued.Full)
            {
                session.Closing.TooSlow();
            }

            return outcome == Enqueued.Accepted;
        }
    }

    /// <inheritdoc />
    public void Complete() => Finish(ServerMessage.Complete(id));

    /// <inheritdoc />
    public ValueTask ReadyAsync(CancellationToken cancellation) => session.Queue.WaitForHalfAsync(cancellation);

    /// <summary>Ends without a message: the client completed it, or the socket closes.</summary>
    public void End()
    {
        IDisposable? subscription;
        lock (_lock)
        {
            _isEnded = true;
            subscription = _subscription;
            _subscription = null;
        }

        _cancellation.Cancel();
        subscription?.Dispose();
    }

    private async Task AnswerAsync(EngineAnswer.Whole whole)
    {
        if (whole.Kind != AnswerKind.Executed)
        {
            // The protocol's error message is also the end: no complete follows.
            Finish(ServerMessage.Error(id, ServerMessage.ErrorsOf(whole.Json)));
            return;
        }

        var next = ServerMessage.Next(_nextPrefix, whole.Json);
        while (!TryNext(next))
        {
            await session.Queue.WaitForRoomAsync(next.Length, _cancellation.Token);
        }

        Complete();
    }

    // Under the lock, so that nothing of this operation follows the client's complete and meets the next one of the same id.
    private bool TryNext(OutgoingMessage next)
    {
        lock (_lock)
        {
            return _isEnded || session.Queue.TryEnqueue(next) != Enqueued.Full;
        }
    }

    private void Start(IEventSource source)
    {
        var subscription = source.Start(this);
        lock (_lock)
        {
            if (!_isEnded)
            {
                _subscription = subscription;
                return;
            }
        }

        // It ended while it began.
        subscription.Dispose();
    }

    private void Finish(OutgoingMessage last)
    {
        IDisposable? subscription;
        lock (_lock)
        {
            if (_isEnded)
            {
                return;
            }

            _isEnded = true;
            subscription = _subscription;
            _subscription = null;
            // Before the client can know: it may use the id again at once.
            session.Operations.Remove(this);
            session.Queue.TryEnqueue(last, isLast: true);
        }

        session.Clock.OperationEnded();
        subscription?.Dispose();
    }
}
