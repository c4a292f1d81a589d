using System.Collections.Concurrent;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Server.Authentication;

/// <summary>Tells connections that their key or token has ended, as soon as this node knows.</summary>
internal sealed class RevocationWatch
{
    private readonly ConcurrentDictionary<Guid, Watched> _watched = [];
    private readonly SnapshotStore _store;
    private readonly TimeProvider _clock;

    public RevocationWatch(SnapshotStore store, TimeProvider clock)
    {
        (_store, _clock) = (store, clock);
        store.Changed += Check;
    }

    /// <summary>Cancelled when the credential is no longer good.</summary>
    public CancellationToken Watch(Caller caller)
    {
        if (caller is not { CredentialId: { } id, OrganizationId: { } organization })
        {
            return CancellationToken.None;
        }

        var watched = _watched.GetOrAdd(id, _ => new Watched(organization, caller, new CancellationTokenSource()));

        // It may have ended after it was looked at and before anybody watched.
        if (_store.Peek(organization) is { } snapshot)
        {
            Check(id, watched, snapshot);
        }

        return watched.Source.Token;
    }

    private void Check(Snapshot snapshot)
    {
        foreach (var (id, watched) in _watched)
        {
            Check(id, watched, snapshot);
        }
    }

    private void Check(Guid id, Watched watched, Snapshot snapshot)
    {
        if (watched.OrganizationId == snapshot.OrganizationId && !snapshot.IsCredentialGood(watched.Caller, _clock.GetUtcNow()) && _watched.TryRemove(id, out _))
        {
            watched.Source.Cancel();
        }
    }

    private sealed record Watched(Guid OrganizationId, Caller Caller, CancellationTokenSource Source);
}
