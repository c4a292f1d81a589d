namespace OrgGraph.Transport.WebSockets;

/// <summary>The operations that run on one socket.</summary>
internal sealed class SocketOperations
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, SocketOperation> _operations = [];
    private TaskCompletionSource? _answered;
    private int _answering;
    private bool _isEnded;

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _operations.Count;
            }
        }
    }

    public bool Contains(string id)
    {
        lock (_lock)
        {
            return _operations.ContainsKey(id);
        }
    }

    /// <summary>Enters an operation that is about to be executed; <see cref="Answered"/> follows once.</summary>
    /// <returns>False when the socket has ended.</returns>
    public bool TryAdd(SocketOperation operation)
    {
        lock (_lock)
        {
            if (_isEnded)
            {
                return false;
            }

            _operations.Add(operation.Id, operation);
            _answering++;
            return true;
        }
    }

    /// <summary>Forgets this very operation: its id may already belong to the client's next one.</summary>
    public void Remove(SocketOperation operation)
    {
        lock (_lock)
        {
            if (_operations.TryGetValue(operation.Id, out var current) && current == operation)
            {
                _operations.Remove(operation.Id);
            }
        }
    }

    /// <summary>The engine has answered: the answer is queued, or the subscription runs.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            if (--_answering == 0)
            {
                _answered?.TrySetResult();
                _answered = null;
            }
        }
    }

    /// <summary>Waits until the engine executes nothing for this socket.</summary>
    public Task WhenAnsweredAsync()
    {
        lock (_lock)
        {
            return _answering == 0
                ? Task.CompletedTask
                : (_answered ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>The client wants no more of it. An unknown id is one that crossed with our own complete.</summary>
    public void End(string id)
    {
        SocketOperation? operation;
        lock (_lock)
        {
            _operations.Remove(id, out operation);
        }

        operation?.End();
    }

    public void EndAll()
    {
        SocketOperation[] all;
        lock (_lock)
        {
            _isEnded = true;
            all = [.. _operations.Values];
            _operations.Clear();
        }

        foreach (var operation in all)
        {
            operation.End();
        }
    }
}
