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

/// <summary>A right given to a person, a service account or a group.</summary>
internal sealed class GrantRow : SettingsRow
{
    public static readonly RowTable<GrantRow> Table = new("Grants", "OrganizationId", "Id");

    public required string GranteeKind { get; init; }

    public required Guid GranteeId { get; init; }

    public required Permission Permission { get; init; }

    public required ResourceType ResourceType { get; init; }

    public Guid? ResourceObjectId { get; init; }

    public string? ResourceInnerId { get; init; }

    public string? ResourceName { get; init; }

    public ResourceType? RestrictTo { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? CreatedBy { get; init; }
}

/// <summary>A grant, as the snapshot holds it.</summary>
internal sealed record GrantSnapshot(Guid Id, int Version, GrantFact Fact, string GranteeKind, string? ResourceName, DateTimeOffset CreatedAt, PrincipalRef? CreatedBy) : IEntity
{
    public static readonly SortOrder<GrantSnapshot> ByCreation = new("created", grant => SortKey.Of(grant.CreatedAt));

    public const string ToGroup = "group";

    public static GrantSnapshot Of(GrantRow row) => new(
        row.Id,
        row.Version,
        new GrantFact(row.Id, row.GranteeId, row.Permission, new ResourceRef(row.ResourceType, row.ResourceObjectId, row.ResourceInnerId), row.RestrictTo),
        row.GranteeKind,
        row.ResourceName,
        row.CreatedAt,
        PrincipalRef.Parse(row.CreatedBy));

    public GrantRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        GranteeKind = GranteeKind,
        GranteeId = Fact.GranteeId,
        Permission = Fact.Permission,
        ResourceType = Fact.Resource.Type,
        ResourceObjectId = Fact.Resource.ObjectId,
        ResourceInnerId = Fact.Resource.InnerId,
        ResourceName = ResourceName,
        RestrictTo = Fact.RestrictTo,
        CreatedAt = CreatedAt,
        CreatedBy = CreatedBy?.ToString(),
    };
}
