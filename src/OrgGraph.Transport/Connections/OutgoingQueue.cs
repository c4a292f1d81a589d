using System.Threading.Tasks.Sources;

namespace OrgGraph.Transport.Connections;

/// <summary>One message to be sent. The payload is shared by many connections and copied only while it is sent.</summary>
internal readonly record struct OutgoingMessage(ReadOnlyMemory<byte> Prefix, ReadOnlyMemory<byte> Payload = default, ReadOnlyMemory<byte> Suffix = default)
{
    public int Length => Prefix.Length + Payload.Length + Suffix.Length;

    public void CopyTo(Span<byte> target)
    {
        Prefix.Span.CopyTo(target);
        Payload.Span.CopyTo(target[Prefix.Length..]);
        Suffix.Span.CopyTo(target[(Prefix.Length + Payload.Length)..]);
    }
}

/// <summary>What became of a message.</summary>
internal enum Enqueued
{
    /// <summary>It will be sent.</summary>
    Accepted,

    /// <summary>The reader is too far behind.</summary>
    Full,

    /// <summary>The connection is closing.</summary>
    Closed,
}

/// <summary>The bounded queue before one connection: any number of writers, one reader that never runs on a writer's thread.</summary>
internal sealed class OutgoingQueue(int maxMessages, int maxBytes) : IValueTaskSource<bool>
{
    private readonly Lock _lock = new();
    private readonly Queue<OutgoingMessage> _messages = new();
    // Asynchronous continuations: a publisher must never send for its subscribers.
    private ManualResetValueTaskSourceCore<bool> _arrival = new() { RunContinuationsAsynchronously = true };
    private TaskCompletionSource? _room;
    private bool _isReaderWaiting;
    private bool _isClosed;
    private int _bytes;

    /// <summary>Nothing more is accepted.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock)
            {
                return _isClosed;
            }
        }
    }

    /// <summary>Never blocks.</summary>
    /// <param name="message">What to send.</param>
    /// <param name="isLast">Small and bounded in number by its kind (the end of an operation): accepted even when the queue is full.</param>
    public Enqueued TryEnqueue(OutgoingMessage message, bool isLast = false)
    {
        lock (_lock)
        {
            if (_isClosed)
            {
                return Enqueued.Closed;
            }

            if (!isLast && !HasRoom(message.Length))
            {
                return Enqueued.Full;
            }

            _messages.Enqueue(message);
            _bytes += message.Length;
            WakeReader(true);
            return Enqueued.Accepted;
        }
    }

    /// <summary>Waits until a message of this length may fit. For answers that the client asked for one by one, and so may wait for it.</summary>
    public Task WaitForRoomAsync(int length, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return _isClosed || HasRoom(length)
                ? Task.CompletedTask
                : (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Waits until at least half of the queue is free, or it is closed.</summary>
    public async ValueTask WaitForHalfAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task room;
            lock (_lock)
            {
                if (_isClosed || (_messages.Count <= maxMessages / 2 && _bytes <= maxBytes / 2))
                {
                    return;
                }

                room = (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
            }

            await room.WaitAsync(cancellation);
        }
    }

    /// <summary>Waits for a message.</summary>
    /// <returns>False when the queue is closed and nothing is left in it.</returns>
    public ValueTask<bool> WaitToReadAsync()
    {
        lock (_lock)
        {
            if (_messages.Count > 0 || _isClosed)
            {
                return new ValueTask<bool>(_messages.Count > 0);
            }

            _arrival.Reset();
            _isReaderWaiting = true;
            return new ValueTask<bool>(this, _arrival.Version);
        }
    }

    public bool TryDequeue(out OutgoingMessage message)
    {
        lock (_lock)
        {
            if (!_messages.TryDequeue(out message))
            {
                return false;
            }

            _bytes -= message.Length;
            WakeWriters();
            return true;
        }
    }

    /// <summary>Accepts nothing more.</summary>
    /// <param name="discard">Whether what waits is dropped.</param>
    public void Close(bool discard)
    {
        lock (_lock)
        {
            _isClosed = true;
            if (discard)
            {
                _messages.Clear();
                _bytes = 0;
            }

            WakeWriters();
            WakeReader(_messages.Count > 0);
        }
    }

    bool IValueTaskSource<bool>.GetResult(short token) => _arrival.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<bool>.GetStatus(short token) => _arrival.GetStatus(token);

    void IValueTaskSource<bool>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _arrival.OnCompleted(continuation, state, token, flags);

    private bool HasRoom(int length) => _messages.Count == 0 || (_messages.Count < maxMessages && _bytes + length <= maxBytes);

    private void WakeReader(bool hasMessages)
    {
        if (_isReaderWaiting)
        {
            _isReaderWaiting = false;
            _arrival.SetResult(hasMessages);
        }
    }

    private void WakeWriters()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
