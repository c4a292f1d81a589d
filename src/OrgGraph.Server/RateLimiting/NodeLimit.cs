using System.Threading.RateLimiting;

namespace OrgGraph.Server.RateLimiting;

/// <summary>How many requests this process executes at once. Others wait their turn; those beyond are better told than left waiting. Always on.</summary>
internal sealed class NodeLimit : IDisposable
{
    public const int Executing = 64;
    public const int Waiting = 256;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = Executing,
        QueueLimit = Waiting,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>How many are executed now.</summary>
    public long ExecutingNow => Executing - _limiter.GetStatistics()!.CurrentAvailablePermits;

    /// <summary>How many wait now.</summary>
    public long WaitingNow => _limiter.GetStatistics()!.CurrentQueuedCount;

    /// <summary>Waits for a turn.</summary>
    /// <returns>A lease to dispose when the request is answered; not acquired when too many wait already.</returns>
    public ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellation) => _limiter.AcquireAsync(1, cancellation);

    public void Dispose() => _limiter.Dispose();
}
