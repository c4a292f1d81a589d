namespace OrgGraph.Transport.Connections;

/// <summary>Aborts a connection whose peer does not take what is sent. One timer a connection, armed only while something is under way.</summary>
internal sealed class SendClock : IAsyncDisposable
{
    private readonly ITimer _timer;

    /// <param name="time">The clock.</param>
    /// <param name="abort">Breaks the connection; must be harmless when it is broken already.</param>
    public SendClock(TimeProvider time, Action abort) =>
        _timer = time.CreateTimer(static state => ((Action)state!)(), abort, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Arm(TimeSpan limit) => _timer.Change(limit, Timeout.InfiniteTimeSpan);

    public void Disarm() => _timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public ValueTask DisposeAsync() => _timer.DisposeAsync();
}
