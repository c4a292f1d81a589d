using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Organizations;

/// <summary>How pictures that others put into texts are shown.</summary>
public enum ImageRenderingMode
{
    /// <summary>Loaded at once.</summary>
    Auto,

    /// <summary>Loaded when the reader clicks.</summary>
    ClickToLoad,

    /// <summary>Never loaded.</summary>
    Blocked,
}

/// <summary>The organization's own fields.</summary>
internal sealed class OrganizationSettingsRow : SettingsRow
{
    public static readonly RowTable<OrganizationSettingsRow> Table = new("OrganizationSettings", "OrganizationId", "Id");

    public required string Name { get; init; }

    public required ImageRenderingMode ImageRenderingMode { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required int SettingsVersion { get; init; }

    public DateTimeOffset? DeletionRequestedAt { get; init; }

    public string? DeletionRequestedBy { get; init; }

    public DateTimeOffset? DeletionDueAt { get; init; }

    public DateTimeOffset? ArchivedAt { get; init; }
}

/// <summary>That an owner asked for the organization to be deleted.</summary>
internal sealed record DeletionRequestSnapshot(DateTimeOffset RequestedAt, PrincipalRef? RequestedBy, DateTimeOffset DueAt);

/// <summary>The organization's own fields, as the snapshot holds them.</summary>
internal sealed record OrganizationSettings(
    string Name, ImageRenderingMode ImageRenderingMode, DateTimeOffset CreatedAt, int SettingsVersion, DeletionRequestSnapshot? Deletion, DateTimeOffset? ArchivedAt)
{
    public static readonly OrganizationSettings None = new("", ImageRenderingMode.Auto, default, 0, null, null);

    public static OrganizationSettings Of(OrganizationSettingsRow row) => new(
        row.Name,
        row.ImageRenderingMode,
        row.CreatedAt,
        row.SettingsVersion,
        row.DeletionRequestedAt is { } at ? new DeletionRequestSnapshot(at, PrincipalRef.Parse(row.DeletionRequestedBy), row.DeletionDueAt!.Value) : null,
        row.ArchivedAt);

    public OrganizationSettingsRow ToRow(Guid id) => new()
    {
        OrganizationId = id,
        Id = id,
        Name = Name,
        ImageRenderingMode = ImageRenderingMode,
        CreatedAt = CreatedAt,
        SettingsVersion = SettingsVersion,
        DeletionRequestedAt = Deletion?.RequestedAt,
        DeletionRequestedBy = Deletion?.RequestedBy?.ToString(),
        DeletionDueAt = Deletion?.DueAt,
        ArchivedAt = ArchivedAt,
    };
}
