namespace OrgGraph.Transport.Connections;

/// <summary>Tells once when a connection's credential has expired or was revoked.</summary>
internal sealed class CredentialWatch : IAsyncDisposable
{
    // Looked at anew this often: a timer runs on monotonic time, an expiry is wall-clock time that may be set.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly DateTimeOffset? _expiresAt;
    private readonly TimeProvider _time;
    private readonly Action _ended;
    private readonly IDisposable? _revocation;
    private readonly ITimer? _timer;
    private int _hasEnded;

    public CredentialWatch(ConnectionIdentity identity, TimeProvider time, Action ended)
    {
        _expiresAt = identity.ExpiresAt;
        _time = time;
        _ended = ended;
        if (_expiresAt is not null)
        {
            _timer = time.CreateTimer(static state => ((CredentialWatch)state!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Look();
        }

        _revocation = identity.WhenEnded(End);
    }

    public async ValueTask DisposeAsync()
    {
        _revocation?.Dispose();
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }
    }

    private void Look()
    {
        var left = _expiresAt!.Value - _time.GetUtcNow();
        if (left <= TimeSpan.Zero)
        {
            End();
            return;
        }

        // Rounded up: timers count whole milliseconds, and one that came early would spin.
        var wait = left < LongestWait ? left + TimeSpan.FromMilliseconds(1) : LongestWait;
        _timer!.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            _ended();
        }
    }
}
