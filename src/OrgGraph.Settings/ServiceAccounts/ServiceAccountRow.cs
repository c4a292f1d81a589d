using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>A service account. Its tokens are rows of their own.</summary>
internal sealed class ServiceAccountRow : SettingsRow
{
    public static readonly RowTable<ServiceAccountRow> Table = new("ServiceAccounts", "OrganizationId", "Id");

    public required string Name { get; init; }

    public required string GroupIds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? CreatedBy { get; init; }

    public required int CreatedVersion { get; init; }

    public required ManagedBy ManagedBy { get; init; }
}

/// <summary>A service account, as the snapshot holds it.</summary>
internal sealed record ServiceAccountSnapshot(
    Guid Id, int Version, string Name, Guid[] GroupIds, DateTimeOffset CreatedAt, PrincipalRef? CreatedBy, int CreatedVersion, ManagedBy ManagedBy) : IEntity
{
    public static readonly SortOrder<ServiceAccountSnapshot> ByName = new("name", account => SortKey.Of(account.NormalizedName));

    public string NormalizedName { get; } = InputRules.Normalize(Name);

    public static ServiceAccountSnapshot Of(ServiceAccountRow row) =>
        new(row.Id, row.Version, row.Name, IdList.Parse(row.GroupIds), row.CreatedAt, PrincipalRef.Parse(row.CreatedBy), row.CreatedVersion, row.ManagedBy);

    public ServiceAccountRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        Name = Name,
        GroupIds = IdList.Format(GroupIds),
        CreatedAt = CreatedAt,
        CreatedBy = CreatedBy?.ToString(),
        CreatedVersion = CreatedVersion,
        ManagedBy = ManagedBy,
    };
}
