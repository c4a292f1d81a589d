using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>The log as it is read back: by subscribers that resume, and for what other processes wrote.</summary>
internal sealed class EventLog(Database database, EventCatalog catalog)
{
    private const int PageSize = 256;
    private const int ForgetSize = 1000;

    /// <summary>Events after one place up to and with a version, in order. Null stands for one that this release does not know.</summary>
    public async IAsyncEnumerable<SettingsEvent?> ReadAsync(
        EventCursor after, int throughVersion, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var page = await PageAsync(after, throughVersion, cancellation);
            foreach (var row in page)
            {
                yield return catalog.FromRow(row, after.Epoch);
            }

            if (page.Count < PageSize)
            {
                yield break;
            }

            after = after with { Version = page[^1].Version, Index = page[^1].EventIndex };
        }
    }

    /// <summary>Whether the log still has everything after that version.</summary>
    public async Task<bool> ReachesBackToAsync(Guid organizationId, int version, CancellationToken cancellation)
    {
        var oldest = await database.QueryAsync(
            "SELECT MIN(Version) FROM Events WHERE OrganizationId = @organization",
            reader => reader.IsDBNull(0) ? int.MaxValue : reader.GetInt32(0),
            cancellation,
            ("organization", organizationId));
        return oldest[0] <= version + 1;
    }

    /// <summary>Forgets what happened before a time. What is left is whole: of each organization only versions before all that are younger go, whatever the clock did.</summary>
    /// <returns>How many events went.</returns>
    public async Task<int> ForgetAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var organizations = await database.QueryAsync(
            "SELECT OrganizationId FROM Events WHERE OccurredAt < @before GROUP BY OrganizationId", reader => reader.GetGuid(0), cancellation, ("before", before));
        var count = 0;
        foreach (var organization in organizations)
        {
            count += await ForgetAsync(organization, before, cancellation);
        }

        return count;
    }

    // In steps: nobody who writes waits for a month of events to go.
    private async Task<int> ForgetAsync(Guid organization, DateTimeOffset before, CancellationToken cancellation)
    {
        const string Bounds = "SELECT MIN(Version), MAX(Version), MIN(CASE WHEN OccurredAt >= @before THEN Version END) FROM Events WHERE OrganizationId = @organization";
        var (version, last, kept) = (await database.QueryAsync(
            Bounds,
            reader => (reader.IsDBNull(0) ? 0 : reader.GetInt32(0), reader.IsDBNull(1) ? 0 : reader.GetInt32(1), reader.IsDBNull(2) ? int.MaxValue : reader.GetInt32(2)),
            cancellation,
            ("before", before),
            ("organization", organization)))[0];
        var count = 0;
        for (var end = Math.Min(last + 1, kept); version < end;)
        {
            version = Math.Min(version + ForgetSize, end);
            count += await database.ExecuteAsync("DELETE FROM Events WHERE OrganizationId = @organization AND Version < @version", cancellation, ("organization", organization), ("version", version));
        }

        return count;
    }

    internal static string PageSql(ISqlDialect dialect) => dialect.Limited(
        $"SELECT {EventRow.Table.SelectList} FROM Events WHERE OrganizationId = @organization AND Version <= @through "
        + "AND (Version > @version OR (Version = @version AND EventIndex > @index))",
        "Version, EventIndex");

    private Task<List<EventRow>> PageAsync(EventCursor after, int throughVersion, CancellationToken cancellation) => database.QueryAsync(
        PageSql(database.Dialect),
        EventRow.Table.Read,
        cancellation,
        ("organization", after.OrganizationId),
        ("through", throughVersion),
        ("version", after.Version),
        ("index", after.Index),
        ("limit", PageSize));
}
