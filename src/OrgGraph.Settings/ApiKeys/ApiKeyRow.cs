using System.Collections.Immutable;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

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

/// <summary>Whether a key or token still works.</summary>
public enum CredentialStatus
{
    /// <summary>It works.</summary>
    Active,

    /// <summary>It works and ends within 7 days, or is in a rotation's overlap.</summary>
    Expiring,

    /// <summary>Somebody ended it.</summary>
    Revoked,

    /// <summary>It ended by itself.</summary>
    Expired,
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
    PrincipalRef? RevokedBy) : IEntity
{
    public static readonly SortOrder<ApiKeySnapshot> ByCreation = new("created", key => SortKey.Of(key.CreatedAt), Descending: true);
    public static readonly SortOrder<ApiKeySnapshot> ByName = new("name", key => SortKey.Of(InputRules.Normalize(key.Name)));
    public static readonly SortOrder<ApiKeySnapshot> ByExpiry = new("expires", key => new SortKey(null, key.ExpiresAt?.ToUnixTimeMilliseconds() ?? long.MaxValue));

    private static readonly TimeSpan SoonExpiring = TimeSpan.FromDays(7);

    public bool IsGood(DateTimeOffset now) => EndedAt is null && !(ExpiresAt <= now);

    public CredentialStatus Status(DateTimeOffset now) =>
        IsRevoked ? CredentialStatus.Revoked
        : EndedAt is not null || ExpiresAt <= now ? CredentialStatus.Expired
        : IsRotatedOut || ExpiresAt <= now + SoonExpiring ? CredentialStatus.Expiring
        : CredentialStatus.Active;

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

/// <summary>All API keys of an organization, and those of each creator.</summary>
internal sealed record ApiKeySet(EntitySet<ApiKeySnapshot> All, ImmutableDictionary<Guid, EntitySet<ApiKeySnapshot>> ByCreator)
{
    public static readonly ApiKeySet Empty = new(EntitySet<ApiKeySnapshot>.Empty(ApiKeySnapshot.ByCreation), ImmutableDictionary<Guid, EntitySet<ApiKeySnapshot>>.Empty);

    public EntitySet<ApiKeySnapshot> Of(Guid creator) => ByCreator.GetValueOrDefault(creator) ?? Empty.All;

    public ApiKeySet With(SettingsRow[] rows)
    {
        var keys = rows.Where(row => !row.IsDeleted).Select(row => ApiKeySnapshot.Of((ApiKeyRow)row)).ToArray();
        var byCreator = ByCreator;
        foreach (var group in keys.GroupBy(key => key.CreatorId))
        {
            byCreator = byCreator.SetItem(group.Key, (byCreator.GetValueOrDefault(group.Key) ?? Empty.All).WithAll([.. group]));
        }

        return new ApiKeySet(All.WithAll(keys), byCreator);
    }
}
