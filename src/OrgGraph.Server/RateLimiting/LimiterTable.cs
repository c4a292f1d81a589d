using System.Collections.Concurrent;
using System.Threading.RateLimiting;

namespace OrgGraph.Server.RateLimiting;

/// <summary>
/// Limiters by who is limited. Bounded: when it is full, the half that was not used lately is forgotten. Whoever has so many addresses
/// as to be forgotten gains nothing by it, as each new address begins with a full limiter anyway.
/// </summary>
internal sealed class LimiterTable<TKey>(int maxEntries, Func<RateLimiter> make)
    where TKey : notnull
{
    private readonly Lock _gate = new();
    private volatile ConcurrentDictionary<TKey, RateLimiter> _young = [];
    private volatile ConcurrentDictionary<TKey, RateLimiter> _old = [];
    private int _added;

    public int Count => _young.Count + _old.Count;

    /// <summary>Takes one permit, or learns how long to wait for one.</summary>
    /// <returns>A lease to dispose; of a token bucket that does nothing.</returns>
    public RateLimitLease Take(TKey key)
    {
        var limiter = Find(key);
        (limiter as ReplenishingRateLimiter)?.TryReplenish();
        return limiter.AttemptAcquire();
    }

    private RateLimiter Find(TKey key)
    {
        if (_young.TryGetValue(key, out var limiter))
        {
            return limiter;
        }

        lock (_gate)
        {
            if (_young.TryGetValue(key, out limiter))
            {
                return limiter;
            }

            if (_added >= maxEntries / 2)
            {
                (_old, _young, _added) = (_young, [], 0);
            }

            limiter = _old.TryRemove(key, out var known) ? known : make();
            _young[key] = limiter;
            _added++;
            return limiter;
        }
    }
}
