namespace OrgGraph.Transport.Connections;

/// <summary>Aborts a connection whose peer does not take what is sent. One timer a connection, armed only while something is under way.</summary>
internal sealed class SendClock : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Action _abort;
    private readonly ITimer _timer;
    private TimeSpan _longest = TimeSpan.MaxValue;
    private bool _isArmed;
    private bool _isOver;

    /// <param name="time">The clock.</param>
    /// <param name="abort">Breaks the connection; must be harmless when it is broken already. Not called once disposal has begun: the request may be over.</param>
    public SendClock(TimeProvider time, Action abort)
    {
        _abort = abort;
        _timer = time.CreateTimer(static state => ((SendClock)state!).Ring(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Arm(TimeSpan limit)
    {
        lock (_lock)
        {
            _isArmed = true;
            _timer.Change(limit < _longest ? limit : _longest, Timeout.InfiniteTimeSpan);
        }
    }

    public void Disarm()
    {
        lock (_lock)
        {
            _isArmed = false;
            _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>From now on nothing may take longer than this, neither what is under way nor what follows.</summary>
    public void Hasten(TimeSpan longest)
    {
        lock (_lock)
        {
            _longest = longest;
            if (_isArmed)
            {
                _timer.Change(longest, Timeout.InfiniteTimeSpan);
            }
        }
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _isOver = true;
        }

        return _timer.DisposeAsync();
    }

    private void Ring()
    {
        lock (_lock)
        {
            if (!_isOver)
            {
                _abort();
            }
        }
    }
}
