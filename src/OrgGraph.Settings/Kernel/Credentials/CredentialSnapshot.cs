using System.Collections.Immutable;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Credentials;

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

/// <summary>What API keys and service tokens have in common, as the snapshot holds it.</summary>
/// <param name="HolderId">As whom it acts: the person who made the key, or the service account.</param>
/// <param name="EndedAt">Revoked, or recorded as expired: final, whatever the clock does later.</param>
internal abstract record CredentialSnapshot(
    Guid Id,
    int Version,
    Guid HolderId,
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
    private static readonly TimeSpan SoonExpiring = TimeSpan.FromDays(7);

    public bool IsGood(DateTimeOffset now) => EndedAt is null && !(ExpiresAt <= now);

    public CredentialStatus Status(DateTimeOffset now) =>
        IsRevoked ? CredentialStatus.Revoked
        : EndedAt is not null || ExpiresAt <= now ? CredentialStatus.Expired
        : IsRotatedOut || ExpiresAt <= now + SoonExpiring ? CredentialStatus.Expiring
        : CredentialStatus.Active;
}

/// <summary>The orders of keys and tokens.</summary>
internal static class CredentialOrders<T>
    where T : CredentialSnapshot
{
    public static readonly SortOrder<T> ByCreation = new("created", key => SortKey.Of(key.CreatedAt), Descending: true);
    public static readonly SortOrder<T> ByName = new("name", key => SortKey.Of(InputRules.Normalize(key.Name)));
    public static readonly SortOrder<T> ByExpiry = new("expires", key => new SortKey(null, key.ExpiresAt?.ToUnixTimeMilliseconds() ?? long.MaxValue));
}

/// <summary>All keys or tokens of an organization, and those of each holder.</summary>
internal sealed record CredentialSet<T>(EntitySet<T> All, ImmutableDictionary<Guid, EntitySet<T>> ByHolder)
    where T : CredentialSnapshot
{
    public static readonly CredentialSet<T> Empty = new(EntitySet<T>.Empty(CredentialOrders<T>.ByCreation), ImmutableDictionary<Guid, EntitySet<T>>.Empty);

    public EntitySet<T> Of(Guid holder) => ByHolder.GetValueOrDefault(holder) ?? Empty.All;

    public CredentialSet<T> With(SettingsRow[] rows, Func<SettingsRow, T> read)
    {
        var (all, byHolder) = (All, ByHolder);
        foreach (var row in rows.Where(row => row.IsDeleted))
        {
            if (all[row.Id] is { } gone)
            {
                all = all.Without(row.Id);
                var left = Of(gone.HolderId, byHolder).Without(row.Id);
                byHolder = left.Count == 0 ? byHolder.Remove(gone.HolderId) : byHolder.SetItem(gone.HolderId, left);
            }
        }

        T[] changed = [.. rows.Where(row => !row.IsDeleted).Select(read)];
        foreach (var group in changed.GroupBy(key => key.HolderId))
        {
            byHolder = byHolder.SetItem(group.Key, Of(group.Key, byHolder).WithAll([.. group]));
        }

        return new CredentialSet<T>(all.WithAll(changed), byHolder);
    }

    private static EntitySet<T> Of(Guid holder, ImmutableDictionary<Guid, EntitySet<T>> byHolder) => byHolder.GetValueOrDefault(holder) ?? Empty.All;
}
