using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Organizations;

/// <summary>An organization, as an operator sees it.</summary>
/// <param name="Id">Its global id, as clients and logs know it.</param>
public sealed record OrganizationStanding(string Id, string Name, DateTimeOffset? DeletionDueAt, DateTimeOffset? ArchivedAt);

/// <summary>What an operator did to an organization.</summary>
/// <param name="IsChanged">False: it was so already.</param>
public sealed record ArchivingOutcome(OrganizationStanding Organization, bool IsChanged);

/// <summary>
/// Caller: an operator, by the command line; no field leads here. Archiving takes nothing away: settings, names and credentials stay as they
/// are, but nobody is answered, no credential is good and no work is done until it is restored. Writes: settings, the directory.
/// Events: OrganizationArchived, OrganizationRestored.
/// </summary>
public sealed class OrganizationArchive
{
    private readonly MutationRunner _runner;
    private readonly OrganizationNames _names;
    private readonly Database _database;

    internal OrganizationArchive(MutationRunner runner, OrganizationNames names, Database database) => (_runner, _names, _database) = (runner, names, database);

    /// <summary>All organizations, by name.</summary>
    public async Task<IReadOnlyList<OrganizationStanding>> ListAsync(CancellationToken cancellation)
    {
        const string All = """
            SELECT Organizations.Id, Organizations.Name, OrganizationSettings.DeletionDueAt, Organizations.ArchivedAt
            FROM Organizations JOIN OrganizationSettings ON OrganizationSettings.OrganizationId = Organizations.Id ORDER BY Organizations.NormalizedName
            """;
        return await _database.QueryAsync(
            All, reader => new OrganizationStanding(GlobalId.Organization(reader.GetGuid(0)).ToString(), reader.GetString(1), Time(reader, 2), Time(reader, 3)), cancellation);
    }

    /// <summary>Archives the organization of that name, whatever its case; null when there is none.</summary>
    public Task<ArchivingOutcome?> ArchiveAsync(string name, CancellationToken cancellation) => DecideAsync(name, Archive, cancellation);

    /// <summary>Brings it back as it was; null when there is none of that name.</summary>
    public Task<ArchivingOutcome?> RestoreAsync(string name, CancellationToken cancellation) => DecideAsync(name, Restore, cancellation);

    private async Task<ArchivingOutcome?> DecideAsync(string name, Func<Decision, Refusal?> decide, CancellationToken cancellation)
    {
        if (await _names.FindAsync(InputRules.Normalize(name), cancellation) is not { } id)
        {
            return null;
        }

        var result = await _runner.DecideAsSystemAsync(id, decide, cancellation);
        var settings = result.Organization().Settings;
        return new ArchivingOutcome(new OrganizationStanding(GlobalId.Organization(id).ToString(), settings.Name, settings.Deletion?.DueAt, settings.ArchivedAt), result.Version is not null);
    }

    private static Refusal? Archive(Decision decision)
    {
        if (!decision.Before.IsArchived)
        {
            Set(decision, decision.Now);
            decision.Raise(new OrganizationArchived(), decision.Organization().Settings.Name);
        }

        return null;
    }

    private static Refusal? Restore(Decision decision)
    {
        if (decision.Before.IsArchived)
        {
            Set(decision, null);
            decision.Raise(new OrganizationRestored(), decision.Organization().Settings.Name);
        }

        return null;
    }

    private static void Set(Decision decision, DateTimeOffset? archivedAt)
    {
        var id = decision.Before.OrganizationId;
        decision.Put(OrganizationSettingsRow.Table, (decision.Organization().Settings with { ArchivedAt = archivedAt }).ToRow(id));
        decision.Also(new SideChange.Archive(id, archivedAt));
    }

    private static DateTimeOffset? Time(System.Data.Common.DbDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(ordinal));
}
