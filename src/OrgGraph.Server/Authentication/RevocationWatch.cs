using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Server.Authentication;

/// <summary>Tells connections that their key or token has ended, as soon as this node knows. Holds an entry for each open connection and nothing else.</summary>
internal sealed class RevocationWatch
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, HashSet<Watched>> _watched = [];
    private readonly SnapshotStore _store;
    private readonly TimeProvider _clock;

    public RevocationWatch(SnapshotStore store, TimeProvider clock)
    {
        (_store, _clock) = (store, clock);
        store.Changed += Check;
    }

    /// <summary>Connections that are watched.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _watched.Values.Sum(all => all.Count);
            }
        }
    }

    /// <summary>Calls back once when the credential is no longer good.</summary>
    /// <returns>Dispose it to be forgotten; null for a credential that ends by itself alone.</returns>
    public IDisposable? Watch(Caller caller, Action ended)
    {
        if (caller is not { CredentialId: not null, OrganizationId: { } organization })
        {
            return null;
        }

        var watched = new Watched(this, organization, caller, ended);
        lock (_gate)
        {
            if (!_watched.TryGetValue(organization, out var all))
            {
                _watched.Add(organization, all = []);
            }

            all.Add(watched);
        }

        // It may have ended after it was looked at and before anybody watched.
        if (_store.Peek(organization) is { } snapshot && !IsGood(watched, snapshot))
        {
            End(watched);
        }

        return watched;
    }

    private void Check(Snapshot snapshot)
    {
        Watched[] over;
        lock (_gate)
        {
            over = _watched.TryGetValue(snapshot.OrganizationId, out var all) ? [.. all.Where(watched => !IsGood(watched, snapshot))] : [];
        }

        foreach (var watched in over)
        {
            End(watched);
        }
    }

    private bool IsGood(Watched watched, Snapshot snapshot) => snapshot.IsCredentialGood(watched.Caller, _clock.GetUtcNow());

    private void End(Watched watched)
    {
        if (Forget(watched))
        {
            watched.Ended();
        }
    }

    private bool Forget(Watched watched)
    {
        lock (_gate)
        {
            if (!_watched.TryGetValue(watched.OrganizationId, out var all) || !all.Remove(watched))
            {
                return false;
            }

            if (all.Count == 0)
            {
                _watched.Remove(watched.OrganizationId);
            }

            return true;
        }
    }

    // Two connections of one key are two entries: compared by reference.
    private sealed class Watched(RevocationWatch watch, Guid organizationId, Caller caller, Action ended) : IDisposable
    {
        public Guid OrganizationId => organizationId;

        public Caller Caller => caller;

        public Action Ended => ended;

        public void Dispose() => watch.Forget(this);
    }
}
