using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>One running subscription. While it replays the log, live results wait here.</summary>
internal sealed class Subscriber(Subscription subscription, IEventSink sink, Action<Subscriber> leave) : IDisposable
{
    private const int MaxHeld = 1000;

    /// <summary>So many results at once always find room in a connection's queue.</summary>
    public const int FewEnough = 16;

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _left = new();
    private Queue<ReadOnlyMemory<byte>>? _held;
    private bool _isOver;
    private bool _hasOverflown;
    private int _isDisposed;

    public Subscription Subscription { get; } = subscription;

    /// <summary>Cancelled when nobody listens any more.</summary>
    public CancellationToken Left => _left.Token;

    /// <summary>Held back more than fits: the stream must be reset instead. Told once.</summary>
    public bool TakeOverflow()
    {
        lock (_gate)
        {
            var has = _hasOverflown;
            _hasOverflown = false;
            return has;
        }
    }

    /// <summary>The rights that its visibility class was worked out from.</summary>
    public string RightsSignature { get; set; } = "";

    /// <summary>What subscribers may share results: the same document and variables, seen with the same rights.</summary>
    public string ClassKey(Snapshot snapshot)
    {
        var caller = Subscription.Caller;
        var rights = Policies.RightsOf(caller, snapshot);

        // An account sees itself, and to others like it does not exist: it shares with nobody. Owners see all accounts.
        var isPersonal = Subscription.DependsOnPerson || (!rights.IsOwner && (Subscription.DependsUnlessOwner || caller.Principal is { Kind: PrincipalKind.ServiceAccount }));
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

            Keep(_held, json);
            return true;
        }
    }

    /// <summary>Results of one change that may be more than fit into the connection's queue: the rest follows as it takes them.</summary>
    /// <param name="follow">Releases what waits; called when nobody does so yet.</param>
    /// <returns>False when it is gone.</returns>
    public bool OfferMany(IReadOnlyList<ReadOnlyMemory<byte>> results, Action<Subscriber> follow)
    {
        lock (_gate)
        {
            if (_isOver)
            {
                return false;
            }

            if (_held is null && results.Count <= FewEnough)
            {
                return results.All(sink.Next);
            }

            var isFollowed = _held is not null;
            _held ??= new Queue<ReadOnlyMemory<byte>>();
            foreach (var json in results)
            {
                Keep(_held, json);
            }

            if (isFollowed)
            {
                return true;
            }
        }

        follow(this);
        return true;
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

    private void Keep(Queue<ReadOnlyMemory<byte>> held, ReadOnlyMemory<byte> json)
    {
        if (held.Count < MaxHeld)
        {
            held.Enqueue(json);
        }
        else
        {
            _hasOverflown = true;
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
