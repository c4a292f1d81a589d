using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Work;

/// <summary>What a handler may ask about other work.</summary>
public sealed class WorkQueue
{
    internal const string UnderWaySql =
        "SELECT COUNT(*) FROM WorkItems WHERE OrganizationId = @organization AND Kind = @kind AND SubjectId = @subject AND Ordinal < @ordinal AND LeaseUntil >= @now";

    private readonly Database _database;
    private readonly TimeProvider _clock;

    internal WorkQueue(Database database, TimeProvider clock) => (_database, _clock) = (database, clock);

    /// <summary>
    /// Whether somebody is doing, or died while doing, work that this item has overtaken. What is begun later sees that it was overtaken:
    /// so when there is none, nothing older can reach the outside after this.
    /// </summary>
    public async Task<bool> IsOvertakenUnderWayAsync(WorkItem item, CancellationToken cancellation) => (await _database.QueryAsync(
        UnderWaySql,
        reader => reader.GetInt32(0),
        cancellation,
        ("organization", item.OrganizationId),
        ("kind", item.Kind),
        ("subject", item.SubjectId),
        ("ordinal", item.Ordinal),
        ("now", _clock.GetUtcNow())))[0] > 0;
}
