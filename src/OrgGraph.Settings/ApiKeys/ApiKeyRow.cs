using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>An API key's metadata. Its hash stands in the directory, and goes when the key ends.</summary>
internal sealed class ApiKeyRow : SettingsRow, IEndingRow
{
    public static readonly RowTable<ApiKeyRow> Table = new("ApiKeys", "OrganizationId", "Id") { KeepsEnded = TimeSpan.FromHours(24) };

    public required Guid CreatorId { get; init; }

    public required string Name { get; init; }

    public required string Preview { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public required bool IsRotatedOut { get; init; }

    public Guid? RotatedFrom { get; init; }

    /// <summary>Revoked, or recorded as expired: final, whatever the clock does later.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public required bool IsRevoked { get; init; }

    public string? RevokedBy { get; init; }
}

/// <summary>An API key, as the snapshot holds it.</summary>
internal sealed record ApiKeySnapshot(
    Guid Id,
    int Version,
    Guid CreatorId,
    string Name,
    string Preview,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    bool IsRotatedOut,
    Guid? RotatedFrom,
    DateTimeOffset? EndedAt,
    bool IsRevoked,
    PrincipalRef? RevokedBy)
    : CredentialSnapshot(Id, Version, CreatorId, Name, Preview, CreatedAt, ExpiresAt, IsRotatedOut, RotatedFrom, EndedAt, IsRevoked, RevokedBy)
{
    public static ApiKeySnapshot Of(ApiKeyRow row) => new(
        row.Id,
        row.Version,
        row.CreatorId,
        row.Name,
        row.Preview,
        row.CreatedAt,
        row.ExpiresAt,
        row.IsRotatedOut,
        row.RotatedFrom,
        row.EndedAt,
        row.IsRevoked,
        PrincipalRef.Parse(row.RevokedBy));

    public ApiKeyRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        CreatorId = CreatorId,
        Name = Name,
        Preview = Preview,
        CreatedAt = CreatedAt,
        ExpiresAt = ExpiresAt,
        IsRotatedOut = IsRotatedOut,
        RotatedFrom = RotatedFrom,
        EndedAt = EndedAt,
        IsRevoked = IsRevoked,
        RevokedBy = RevokedBy?.ToString(),
    };
}
