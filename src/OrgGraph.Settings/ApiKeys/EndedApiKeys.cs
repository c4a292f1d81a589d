using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>Keys that ended more than a day ago are in no snapshot: they are read from the database when somebody asks for them.</summary>
public sealed class EndedApiKeys
{
    private const int MaxRead = 10_000;

    private readonly Database _database;

    internal EndedApiKeys(Database database) => _database = database;

    /// <summary>The keys of the snapshot, and those that have left it.</summary>
    /// <param name="creator">Only those of this person; null: of all.</param>
    internal async Task<IReadOnlyList<ApiKeySnapshot>> WithAsync(
        OrganizationSnapshot organization, IReadOnlyList<ApiKeySnapshot> present, Guid? creator, SortOrder<ApiKeySnapshot> order, CancellationToken cancellation)
    {
        var table = ApiKeyRow.Table;
        var sql = _database.Dialect.Limited(
            $"SELECT {table.SelectList} FROM {table.Name} WHERE OrganizationId = @organization AND IsDeleted = 0 AND EndedAt IS NOT NULL"
            + (creator is null ? "" : " AND CreatorId = @creator"),
            "EndedAt DESC");
        (string, object)[] parameters = creator is { } id
            ? [("organization", organization.OrganizationId), ("creator", id), ("limit", MaxRead)]
            : [("organization", organization.OrganizationId), ("limit", MaxRead)];
        var rows = await _database.QueryAsync(sql, table.Read, cancellation, parameters);
        return [.. present.Concat(rows.Where(row => organization.ApiKeys.All[row.Id] is null).Select(ApiKeySnapshot.Of)).Order(order)];
    }
}
