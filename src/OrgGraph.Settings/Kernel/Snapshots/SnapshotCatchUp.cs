using OrgGraph.Settings.Kernel.Access;

namespace OrgGraph.Settings.Kernel.Snapshots;

/// <summary>Makes this node catch up to a version that a client has seen elsewhere, before it answers.</summary>
public sealed class SnapshotCatchUp(SnapshotStore store, TimeProvider clock)
{
    private const int MaxWaiting = 32;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private int _waiting;

    /// <summary>False when the version was not reached within 2 seconds, or too many wait already.</summary>
    public async Task<bool> ReachAsync(Guid organizationId, int version, Caller caller, CancellationToken cancellation)
    {
        if (store.Peek(organizationId) is { } known && (known.Version >= version || !Policies.RightsOf(caller, known).IsMember))
        {
            return true;
        }

        if (caller.Principal is null || !caller.ActsIn(organizationId) || store.Peek(organizationId) is null)
        {
            // A copy that is loaded only now is as new as can be.
            return true;
        }

        if (Interlocked.Increment(ref _waiting) > MaxWaiting)
        {
            Interlocked.Decrement(ref _waiting);
            return false;
        }

        try
        {
            var began = clock.GetTimestamp();
            do
            {
                var current = await store.CatchUpAsync(organizationId, cancellation);
                if (current is null || current.Version >= version || !Policies.RightsOf(caller, current).IsMember)
                {
                    return true;
                }

                await Task.Delay(Pause, clock, cancellation);
            }
            while (clock.GetElapsedTime(began) < Longest);

            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }
}
