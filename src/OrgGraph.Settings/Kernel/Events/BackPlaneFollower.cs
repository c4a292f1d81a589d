using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>Tells other nodes of each commit, and catches up from the rows when one of them tells of a version that this node has not.</summary>
internal sealed class BackPlaneFollower
{
    private readonly VersionHints _hints = new();
    private readonly SnapshotStore _store;
    private readonly ILogger<BackPlaneFollower> _log;

    public BackPlaneFollower(IBackPlane backPlane, Writer writer, SnapshotStore store, ILogger<BackPlaneFollower> log)
    {
        (_store, _log) = (store, log);
        writer.Appended += backPlane.Tell;
        backPlane.Told += Hear;
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                foreach (var (organization, version) in await _hints.TakeAsync(stopping))
                {
                    await FollowAsync(organization, version, stopping);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Ending.
        }
    }

    // Own versions, and organizations of which there is no copy, are no news.
    private void Hear(Guid organization, int version)
    {
        if (IsNews(organization, version))
        {
            _hints.Add(organization, version);
        }
    }

    private async Task FollowAsync(Guid organization, int version, CancellationToken stopping)
    {
        try
        {
            if (IsNews(organization, version))
            {
                await _store.CatchUpAsync(organization, stopping);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            _log.LogDebug("Catching up on a hint failed; the poller comes by: {Reason}", e.Message);
        }
    }

    private bool IsNews(Guid organization, int version) => _store.Peek(organization) is { } known && known.Version < version;
}
