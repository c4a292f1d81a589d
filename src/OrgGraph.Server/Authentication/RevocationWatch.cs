using System.Collections.Concurrent;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Server.Authentication;

/// <summary>Tells connections that their key or token has ended, as soon as this node knows.</summary>
internal sealed class RevocationWatch
{
    private readonly ConcurrentDictionary<Guid, Watched> _watched = [];
    private readonly TimeProvider _clock;

    public RevocationWatch(SnapshotStore store, TimeProvider clock)
    {
        _clock = clock;
        store.Changed += Check;
    }

    /// <summary>Cancelled when the credential is no longer good.</summary>
    public CancellationToken Watch(Caller caller) => caller is { CredentialId: { } id, OrganizationId: { } organization }
        ? _watched.GetOrAdd(id, _ => new Watched(organization, caller, new CancellationTokenSource())).Source.Token
        : CancellationToken.None;

    private void Check(Snapshot snapshot)
    {
        foreach (var (id, watched) in _watched)
        {
            if (watched.OrganizationId == snapshot.OrganizationId && !snapshot.IsCredentialGood(watched.Caller, _clock.GetUtcNow()) && _watched.TryRemove(id, out _))
            {
                watched.Source.Cancel();
            }
        }
    }

    private sealed record Watched(Guid OrganizationId, Caller Caller, CancellationTokenSource Source);
}
