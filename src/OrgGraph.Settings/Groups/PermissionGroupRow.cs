using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Groups;

/// <summary>A permission group. Who is in it stands with the members.</summary>
internal sealed class PermissionGroupRow : SettingsRow
{
    public static readonly RowTable<PermissionGroupRow> Table = new("PermissionGroups", "OrganizationId", "Id");

    public required string Name { get; init; }

    public string? Description { get; init; }

    public BuiltInGroup? BuiltIn { get; init; }

    public required string MemberGroupIds { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A permission group, as the snapshot holds it.</summary>
internal sealed record PermissionGroupSnapshot(
    Guid Id, int Version, string Name, string? Description, BuiltInGroup? BuiltIn, Guid[] MemberGroupIds, DateTimeOffset CreatedAt) : IEntity
{
    public static readonly SortOrder<PermissionGroupSnapshot> ByName = new("name", group => SortKey.Of(group.NormalizedName));

    public string NormalizedName { get; } = InputRules.Normalize(Name);

    public static PermissionGroupSnapshot Of(PermissionGroupRow row) =>
        new(row.Id, row.Version, row.Name, row.Description, row.BuiltIn, IdList.Parse(row.MemberGroupIds), row.CreatedAt);

    public PermissionGroupRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        Name = Name,
        Description = Description,
        BuiltIn = BuiltIn,
        MemberGroupIds = IdList.Format(MemberGroupIds),
        CreatedAt = CreatedAt,
    };
}
