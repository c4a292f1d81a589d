using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
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
        var by = CredentialLists.OrderOf<ApiKeySnapshot>(order, usage);
        var isOwner = Policies.RightsOf(context.Caller(), snapshot).IsOwner;
        var self = context.Caller().Principal!.Value.Id;
        var keys = isOwner ? snapshot.ApiKeys.All : snapshot.ApiKeys.Of(self);
        var list = CredentialLists.WantsEnded(where?.Status)
            ? await ended.WithAsync(snapshot, keys.All, isOwner ? null : self, by, context.CancellationToken)
            : CredentialLists.In(keys, by);
        var matches = Filter(where ?? new ApiKeyFilter(), snapshot, context.Request().Now);
        return new ApiKeyConnection(Paging.Of(Name, list, by, arguments, matches).Select(row => new ApiKey(snapshot, row)));
    }

    internal static ApiKeyEdge? EdgeOf(OrganizationSnapshot organization, ApiKey? key, Guid id) => key is null ? null : new ApiKeyEdge
    {
        Node = key,
        Cursor = new PageCursor($"{Name}.{CredentialOrders<ApiKeySnapshot>.ByCreation.Tag}-", CredentialOrders<ApiKeySnapshot>.ByCreation.Key(organization.ApiKeys.All[id]!), id).ToString(),
    };

    private Func<ApiKeySnapshot, bool> Filter(ApiKeyFilter where, OrganizationSnapshot snapshot, DateTimeOffset now)
    {
        var creator = where.CreatorId is { } id ? GlobalId.Parse(id, "creatorId").In(NodeType.User, snapshot.OrganizationId) ?? Guid.Empty : (Guid?)null;
        return key => (creator is null || key.CreatorId == creator) && CredentialLists.Matches(key, where.Search, where.Status, where.UnusedSince, usage, now);
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
