using System.ComponentModel;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>Which API keys.</summary>
public sealed class ApiKeyFilter
{
    /// <summary>Part of the name or preview, in any case.</summary>
    public string? Search { get; set; }

    /// <summary>Only those of this user.</summary>
    [Id]
    public string? CreatorId { get; set; }

    /// <summary>Only those with one of these statuses; ACTIVE and EXPIRING when left out.</summary>
    public CredentialStatus[]? Status { get; set; }

    /// <summary>Only those that were not used since then.</summary>
    public DateTimeOffset? UnusedSince { get; set; }
}

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

/// <summary>The API keys of an organization.</summary>
public sealed class ApiKeyQueries(UsageTracker usage, EndedApiKeys ended)
{
    private const string Name = "Organization.apiKeys";

    /// <summary>API keys, newest first unless `order` says otherwise. Owners see all, others their own.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    /// <param name="order">In which order; the first entry counts, ties are by id.</param>
    [PerCaller(ExceptOwners = true)]
    public async Task<ApiKeyConnection> ApiKeysAsync(
        IResolveFieldContext context, [Parent] Organization organization, int? first, string? after, int? last, string? before, ApiKeyFilter? where, ApiKeyOrder[]? order)
    {
        var snapshot = organization.Snapshot;
        var arguments = new PageArguments(first, after, last, before);
        arguments.Size();
        var by = OrderOf(order);
        var isOwner = Policies.RightsOf(context.Caller(), snapshot).IsOwner;
        var keys = isOwner ? snapshot.ApiKeys.All : snapshot.ApiKeys.Of(context.Caller().Principal!.Value.Id);
        var list = where?.Status?.Any(status => status >= CredentialStatus.Revoked) == true
            ? await ended.WithAsync(snapshot, keys.All, isOwner ? null : context.Caller().Principal!.Value.Id, by, context.CancellationToken)
            : by.Tag == "used" ? [.. keys.All.Order(by)] : keys.In(by);
        var matches = Filter(where ?? new ApiKeyFilter(), snapshot, context.Request().Now);
        return new ApiKeyConnection(Paging.Of(Name, list, by, arguments, matches).Select(row => new ApiKey(snapshot, row)));
    }

    internal static ApiKeyEdge? EdgeOf(OrganizationSnapshot organization, ApiKey? key, Guid id) => key is null ? null : new ApiKeyEdge
    {
        Node = key,
        Cursor = new PageCursor($"{Name}.{ApiKeySnapshot.ByCreation.Tag}-", ApiKeySnapshot.ByCreation.Key(organization.ApiKeys.All[id]!), id).ToString(),
    };

    private Func<ApiKeySnapshot, bool> Filter(ApiKeyFilter where, OrganizationSnapshot snapshot, DateTimeOffset now)
    {
        var creator = where.CreatorId is { } id ? GlobalId.Parse(id, "creatorId").In(NodeType.User, snapshot.OrganizationId) ?? Guid.Empty : (Guid?)null;
        return key =>
            (where.Status is { } statuses ? statuses.Contains(key.Status(now)) : key.Status(now) <= CredentialStatus.Expiring)
            && (creator is null || key.CreatorId == creator)
            && (where.Search is not { Length: > 0 } search || key.Name.Contains(search, StringComparison.OrdinalIgnoreCase) || key.Preview.Contains(search, StringComparison.OrdinalIgnoreCase))
            && (where.UnusedSince is not { } since || (usage.LastUsed(key.Id) ?? key.CreatedAt) < since);
    }

    private SortOrder<ApiKeySnapshot> OrderOf(ApiKeyOrder[]? order)
    {
        if (order is not { Length: > 0 })
        {
            return ApiKeySnapshot.ByCreation;
        }

        if (order.Length > 1)
        {
            throw RequestFault.BadInput("Keys can be ordered by one field at a time.");
        }

        var by = order[0].Field switch
        {
            ApiKeyOrderField.Name => ApiKeySnapshot.ByName,
            ApiKeyOrderField.ExpiresAt => ApiKeySnapshot.ByExpiry,
            ApiKeyOrderField.LastUsedAt => new SortOrder<ApiKeySnapshot>("used", key => SortKey.Of(usage.LastUsed(key.Id))),
            _ => ApiKeySnapshot.ByCreation,
        };
        return by with { Descending = order[0].Direction == OrderDirection.Desc };
    }
}

/// <summary>How many keys a member has.</summary>
public sealed class MemberApiKeyQueries
{
    /// <summary>How many of the person's API keys in the organization still work.</summary>
    [Authorize(Policy.Owner)]
    public int? ApiKeyCount(IResolveFieldContext context, [Parent] Member member) =>
        member.Organization.ApiKeys.Of(member.Row.Id).All.Count(key => key.IsGood(context.Request().Now));
}
