using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Grants;

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
internal sealed record GrantSnapshot(Guid Id, int Version, GrantFact Fact, string? ResourceName, DateTimeOffset CreatedAt, PrincipalRef? CreatedBy) : IEntity
{
    public static readonly SortOrder<GrantSnapshot> ByCreation = new("created", grant => SortKey.Of(grant.CreatedAt));

    public static GrantSnapshot Of(GrantRow row) => new(
        row.Id,
        row.Version,
        new GrantFact(
            row.Id,
            Enum.Parse<GranteeKind>(row.GranteeKind, ignoreCase: true),
            row.GranteeId,
            row.Permission,
            new ResourceRef(row.ResourceType, row.ResourceObjectId, row.ResourceInnerId),
            row.RestrictTo),
        row.ResourceName,
        row.CreatedAt,
        PrincipalRef.Parse(row.CreatedBy));

    public GrantRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        GranteeKind = Fact.GranteeKind.ToString(),
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
