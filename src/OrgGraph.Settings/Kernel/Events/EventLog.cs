using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>The log as it is read back: by subscribers that resume, and for what other processes wrote.</summary>
internal sealed class EventLog(Database database, EventCatalog catalog)
{
    private const int PageSize = 256;

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
