using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>Keys that ended more than a day ago are in no snapshot: they are read from the database when somebody asks for them.</summary>
public sealed class EndedApiKeys
{
    private readonly Database _database;

    internal EndedApiKeys(Database database) => _database = database;

    /// <summary>The keys of the snapshot, and those that have left it.</summary>
    /// <param name="creator">Only those of this person; null: of all.</param>
    internal async Task<IReadOnlyList<ApiKeySnapshot>> WithAsync(
        OrganizationSnapshot organization, IReadOnlyList<ApiKeySnapshot> present, Guid? creator, SortOrder<ApiKeySnapshot> order, CancellationToken cancellation)
    {
        var rows = await CredentialLists.ReadEndedAsync(
            _database, ApiKeyRow.Table, organization.OrganizationId, creator is { } id ? (nameof(ApiKeyRow.CreatorId), id) : null, cancellation);
        return [.. present.Concat(rows.Where(row => organization.ApiKeys.All[row.Id] is null).Select(ApiKeySnapshot.Of)).Order(order)];
    }
}
