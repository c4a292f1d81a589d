using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.WebSockets;

/// <summary>The times of one socket: waiting for <c>connection_init</c>, pings, a silent peer, an idle anonymous one. One timer for all.</summary>
internal sealed class SocketClock : IAsyncDisposable
{
    private static readonly TimeSpan OneMillisecond = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _time;
    private readonly TransportOptions _options;
    private readonly OutgoingQueue _queue;
    private readonly SocketClosing _closing;
    private readonly SocketOperations _operations;
    private readonly ITimer _timer;
    private readonly long _openedAt;
    private long _receivedAt;
    private long _idleSince;
    private long _pingedAt;
    private volatile bool _isInitialised;
    private volatile bool _isAnonymous;
    private volatile bool _isAcknowledged;

    public SocketClock(TimeProvider time, TransportOptions options, OutgoingQueue queue, SocketClosing closing, SocketOperations operations)
    {
        _time = time;
        _options = options;
        _queue = queue;
        _closing = closing;
        _operations = operations;
        _openedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((SocketClock)state!).Tick(), this, options.ConnectionInitTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A whole message arrived; parts of one are no sign of life, else a message that trickles in holds its buffer for ever.</summary>
    public void Received() => _receivedAt = _time.GetTimestamp();

    /// <summary>A <c>connection_init</c> arrived; the credential may take its time.</summary>
    public void Initialised() => _isInitialised = true;

    public void OperationBegan() => _idleSince = _time.GetTimestamp();

    public void OperationEnded() => _idleSince = _time.GetTimestamp();

    public void Acknowledged(bool isAnonymous)
    {
        _isAnonymous = isAnonymous;
        _receivedAt = _idleSince = _pingedAt = _time.GetTimestamp();
        _isAcknowledged = true;
        Arm();
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private void Tick()
    {
        if (_closing.IsRequested)
        {
            return;
        }

        var left = Left(_openedAt, _options.ConnectionInitTimeout);
        if (!_isInitialised && left <= TimeSpan.Zero)
        {
            _closing.ConnectionInitialisationTimeout();
        }
        else if (_isAcknowledged)
        {
            TickAcknowledged();
        }
        else if (!_isInitialised)
        {
            // It came early, as timers of the system may: without another the socket would stay for ever.
            Arm(left);
        }
    }

    private void TickAcknowledged()
    {
        if (_operations.Count > 0)
        {
            OperationBegan();
        }

        if (Left(_receivedAt, _options.PeerTimeout) <= TimeSpan.Zero)
        {
            _closing.PeerSilent();
            return;
        }

        if (_isAnonymous && Left(_idleSince, _options.AnonymousIdleTimeout) <= TimeSpan.Zero)
        {
            _closing.AnonymousIdle();
            return;
        }

        if (Left(_pingedAt, _options.PingInterval) <= TimeSpan.Zero)
        {
            _pingedAt = _time.GetTimestamp();
            _queue.TryEnqueue(ServerMessage.Ping);
        }

        Arm();
    }

    private void Arm()
    {
        var next = Min(Left(_pingedAt, _options.PingInterval), Left(_receivedAt, _options.PeerTimeout));
        if (_isAnonymous)
        {
            next = Min(next, Left(_idleSince, _options.AnonymousIdleTimeout));
        }

        Arm(next);
    }

    // A whole millisecond at least: timers count in those, and one that comes early would spin.
    private void Arm(TimeSpan next) => _timer.Change(next < OneMillisecond ? OneMillisecond : next, Timeout.InfiniteTimeSpan);

    private TimeSpan Left(long since, TimeSpan limit) => limit - _time.GetElapsedTime(since);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
