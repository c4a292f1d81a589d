using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>A service token's metadata. Its hash stands in the directory, and goes when the token ends.</summary>
internal sealed class ServiceTokenRow : SettingsRow, IEndingRow
{
    public static readonly RowTable<ServiceTokenRow> Table = new("ServiceTokens", "OrganizationId", "Id") { KeepsEnded = TimeSpan.FromHours(24) };

    public required Guid AccountId { get; init; }

    public required string Name { get; init; }

    public required string Preview { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public string? CreatedBy { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public required bool IsRotatedOut { get; init; }

    public Guid? RotatedFrom { get; init; }

    /// <summary>Revoked, or recorded as expired: final, whatever the clock does later.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    public required bool IsRevoked { get; init; }

    public string? RevokedBy { get; init; }
}

/// <summary>A service token, as the snapshot holds it.</summary>
internal sealed record ServiceTokenSnapshot(
    Guid Id,
    int Version,
    Guid AccountId,
    string Name,
    string Preview,
    DateTimeOffset CreatedAt,
    PrincipalRef? CreatedBy,
    DateTimeOffset? ExpiresAt,
    bool IsRotatedOut = false,
    Guid? RotatedFrom = null,
    DateTimeOffset? EndedAt = null,
    bool IsRevoked = false,
    PrincipalRef? RevokedBy = null)
    : CredentialSnapshot(Id, Version, AccountId, Name, Preview, CreatedAt, ExpiresAt, IsRotatedOut, RotatedFrom, EndedAt, IsRevoked, RevokedBy)
{
    public static ServiceTokenSnapshot Of(ServiceTokenRow row) => new(
        row.Id,
        row.Version,
        row.AccountId,
        row.Name,
        row.Preview,
        row.CreatedAt,
        PrincipalRef.Parse(row.CreatedBy),
        row.ExpiresAt,
        row.IsRotatedOut,
        row.RotatedFrom,
        row.EndedAt,
        row.IsRevoked,
        PrincipalRef.Parse(row.RevokedBy));

    public ServiceTokenRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        AccountId = AccountId,
        Name = Name,
        Preview = Preview,
        CreatedAt = CreatedAt,
        CreatedBy = CreatedBy?.ToString(),
        ExpiresAt = ExpiresAt,
        IsRotatedOut = IsRotatedOut,
        RotatedFrom = RotatedFrom,
        EndedAt = EndedAt,
        IsRevoked = IsRevoked,
        RevokedBy = RevokedBy?.ToString(),
    };
}
