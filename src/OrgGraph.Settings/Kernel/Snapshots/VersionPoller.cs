using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Snapshots;

/// <summary>Compares the versions of the copies with the database every half second, so that two processes on one database always see each other.</summary>
internal sealed class VersionPoller(SnapshotStore store, Database database, TimeProvider clock, ILogger<VersionPoller> log)
{
    public static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                await PollAsync(stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // Stopped in the middle of it: the rest of the shutdown must not fail for that.
                return;
            }
            catch (Exception e)
            {
                log.LogWarning("Comparing versions with the database failed: {Reason}", e.Message);
            }
        }
        while (await WaitAsync(timer, stopping));
    }

    internal async Task PollAsync(CancellationToken cancellation)
    {
        var rows = await database.QueryAsync(
            "SELECT Id, Epoch, Version FROM Organizations", reader => (Id: reader.GetGuid(0), At: (reader.GetInt32(1), reader.GetInt32(2))), cancellation);
        var versions = rows.ToDictionary(row => row.Id, row => row.At);
        foreach (var snapshot in store.Loaded.ToList())
        {
            if (!versions.TryGetValue(snapshot.OrganizationId, out var current) || current.CompareTo((snapshot.Epoch, snapshot.Version)) != 0)
            {
                await store.CatchUpAsync(snapshot.OrganizationId, cancellation);
            }
        }

        store.Confirm();
    }

    private static async Task<bool> WaitAsync(PeriodicTimer timer, CancellationToken stopping)
    {
        try
        {
            return await timer.WaitForNextTickAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
