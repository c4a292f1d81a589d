using System.ComponentModel;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Credentials;

/// <summary>In which order.</summary>
public sealed class ApiKeyOrder
{
    /// <summary>By what.</summary>
    public ApiKeyOrderField Field { get; set; }

    /// <summary>Which way.</summary>
    [DefaultValue(OrderDirection.Asc)]
    public OrderDirection Direction { get; set; } = OrderDirection.Asc;
}

/// <summary>What keys and tokens can be ordered by.</summary>
public enum ApiKeyOrderField
{
    /// <summary>The name.</summary>
    Name,

    /// <summary>When it was made.</summary>
    CreatedAt,

    /// <summary>When it was last used; those never used come first.</summary>
    LastUsedAt,

    /// <summary>When it ends by itself; those that never do come last.</summary>
    ExpiresAt,
}

/// <summary>How lists of keys and of tokens are ordered and filtered.</summary>
internal static class CredentialLists
{
    private const int MaxRead = 10_000;

    public static SortOrder<T> OrderOf<T>(ApiKeyOrder[]? order, UsageTracker usage)
        where T : CredentialSnapshot
    {
        if (order is not { Length: > 0 })
        {
            return CredentialOrders<T>.ByCreation;
        }

        if (order.Length > 1)
        {
            throw RequestFault.BadInput("Keys can be ordered by one field at a time.");
        }

        var by = order[0].Field switch
        {
            ApiKeyOrderField.Name => CredentialOrders<T>.ByName,
            ApiKeyOrderField.ExpiresAt => CredentialOrders<T>.ByExpiry,
            ApiKeyOrderField.LastUsedAt => new SortOrder<T>("used", key => SortKey.Of(usage.LastUsed(key.Id))),
            _ => CredentialOrders<T>.ByCreation,
        };
        return by with { Descending = order[0].Direction == OrderDirection.Desc };
    }

    /// <summary>The list in that order, without a copy where the order is kept.</summary>
    public static IReadOnlyList<T> In<T>(EntitySet<T> keys, SortOrder<T> order)
        where T : CredentialSnapshot => order.Tag == "used" ? [.. keys.All.Order(order)] : keys.In(order);

    /// <summary>Whether ended ones are asked for, of which only the latest are in the snapshot.</summary>
    public static bool WantsEnded(CredentialStatus[]? statuses) => statuses is not null && Array.Exists(statuses, status => status >= CredentialStatus.Revoked);

    public static bool Matches(CredentialSnapshot key, string? search, CredentialStatus[]? statuses, DateTimeOffset? unusedSince, UsageTracker usage, DateTimeOffset now)
    {
        var status = key.Status(now);
        return (statuses is null ? status <= CredentialStatus.Expiring : Array.IndexOf(statuses, status) >= 0)
            && (search is not { Length: > 0 } || key.Name.Contains(search, StringComparison.OrdinalIgnoreCase) || key.Preview.Contains(search, StringComparison.OrdinalIgnoreCase))
            && (unusedSince is not { } since || (usage.LastUsed(key.Id) ?? key.CreatedAt) < since);
    }

    /// <summary>The rows of those that ended more than a day ago: they are in no snapshot, and are read when somebody asks for them.</summary>
    /// <param name="holder">The column of the holder, and whose; null: of all.</param>
    public static Task<List<TRow>> ReadEndedAsync<TRow>(Database database, RowTable<TRow> table, Guid organization, (string Column, Guid Id)? holder, CancellationToken cancellation)
        where TRow : class
    {
        var sql = database.Dialect.Limited(
            $"SELECT {table.SelectList} FROM {table.Name} WHERE OrganizationId = @organization AND IsDeleted = 0 AND EndedAt IS NOT NULL"
            + (holder is null ? "" : $" AND {holder.Value.Column} = @holder"),
            "EndedAt DESC");
        (string, object)[] parameters = holder is { } of
            ? [("organization", organization), ("holder", of.Id), ("limit", MaxRead)]
            : [("organization", organization), ("limit", MaxRead)];
        return database.QueryAsync(sql, table.Read, cancellation, parameters);
    }
}
