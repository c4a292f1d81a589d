using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>One running subscription. While it replays the log, live results wait here.</summary>
internal sealed class Subscriber(Subscription subscription, IEventSink sink, Action<Subscriber> leave) : IDisposable
{
    private const int MaxHeld = 1000;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _left = new();
    private Queue<ReadOnlyMemory<byte>>? _held;
    private bool _isOver;
    private int _isDisposed;

    public Subscription Subscription { get; } = subscription;

    /// <summary>Cancelled when nobody listens any more.</summary>
    public CancellationToken Left => _left.Token;

    /// <summary>Held back more than fits: the stream must be reset instead.</summary>
    public bool HasOverflown { get; private set; }

    /// <summary>The rights that its visibility class was worked out from.</summary>
    public string RightsSignature { get; set; } = "";

    /// <summary>What subscribers may share results: the same document and variables, seen with the same rights.</summary>
    public string ClassKey(Snapshot snapshot)
    {
        var caller = Subscription.Caller;
        var rights = Policies.RightsOf(caller, snapshot);
        var isPersonal = Subscription.DependsOnPerson || (Subscription.DependsUnlessOwner && !rights.IsOwner);
        return $"{Subscription.ShareKey}\n{caller.Credential}\n{rights.Signature}\n{(isPersonal ? $"{caller.Principal}/{caller.CredentialId}" : caller.Principal?.Kind)}";
    }

    public void Hold()
    {
        lock (_gate)
        {
            _held = new Queue<ReadOnlyMemory<byte>>();
        }
    }

    /// <summary>False when it is gone.</summary>
    public bool Offer(ReadOnlyMemory<byte> json)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return false;
            }

            if (_held is null)
            {
                return sink.Next(json);
            }

            if (_held.Count < MaxHeld)
            {
                _held.Enqueue(json);
            }
            else
            {
                HasOverflown = true;
            }

            return true;
        }
    }

    /// <summary>A result of the replay: past the line of those that wait.</summary>
    public async ValueTask<bool> ReplayAsync(ReadOnlyMemory<byte> json)
    {
        await sink.ReadyAsync(Left);
        lock (_gate)
        {
            return !_isOver && sink.Next(json);
        }
    }

    /// <summary>The replay is through: what waited follows, then everything goes straight.</summary>
    public async Task ReleaseAsync()
    {
        while (true)
        {
            await sink.ReadyAsync(Left);
            lock (_gate)
            {
                if (_isOver || _held is null)
                {
                    return;
                }

                if (!_held.TryDequeue(out var json))
                {
                    _held = null;
                    return;
                }

                sink.Next(json);
            }
        }
    }

    /// <summary>Nothing more is said to it; its connection ends by itself.</summary>
    public bool Drop()
    {
        lock (_gate)
        {
            return _isOver = true;
        }
    }

    public bool Finish(ReadOnlyMemory<byte>? last)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return true;
            }

            _isOver = true;
            if (last is { } json)
            {
                sink.Next(json);
            }

            sink.Complete();
            return true;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            lock (_gate)
            {
                _isOver = true;
            }

            _left.Cancel();
            leave(this);
        }
    }
}
