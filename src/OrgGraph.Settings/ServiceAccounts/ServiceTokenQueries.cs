using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Which service tokens.</summary>
public sealed class ServiceTokenFilter
{
    /// <summary>Part of the name or preview, in any case.</summary>
    public string? Search { get; set; }

    /// <summary>Only those of this service account.</summary>
    [Id]
    public string? ServiceAccountId { get; set; }

    /// <summary>Only those with one of these statuses; ACTIVE and EXPIRING when left out.</summary>
    public CredentialStatus[]? Status { get; set; }

    /// <summary>Only those that were not used since then.</summary>
    public DateTimeOffset? UnusedSince { get; set; }
}

/// <summary>The service tokens of an organization.</summary>
public sealed class ServiceTokenQueries
{
    private const string Name = "Organization.serviceTokens";

    private readonly UsageTracker _usage;
    private readonly Database _database;

    internal ServiceTokenQueries(UsageTracker usage, Database database) => (_usage, _database) = (usage, database);

    /// <summary>The service tokens of all service accounts, newest first unless `order` says otherwise.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    /// <param name="order">In which order; the first entry counts, ties are by id.</param>
    [Authorize(Policy.Owner)]
    public async Task<ServiceTokenConnection?> ServiceTokensAsync(
        IResolveFieldContext context, [Parent] Organization organization, int? first, string? after, int? last, string? before, ServiceTokenFilter? where, ApiKeyOrder[]? order)
    {
        var snapshot = organization.Snapshot;
        var arguments = new PageArguments(first, after, last, before);
        arguments.Size();
        var by = CredentialLists.OrderOf<ServiceTokenSnapshot>(order, _usage);
        var account = where?.ServiceAccountId is { } id ? GlobalId.Parse(id, "serviceAccountId").In(NodeType.ServiceAccount, snapshot.OrganizationId) ?? Guid.Empty : (Guid?)null;
        var tokens = account is { } of ? snapshot.ServiceTokens.Of(of) : snapshot.ServiceTokens.All;
        var list = CredentialLists.WantsEnded(where?.Status) ? await WithEndedAsync(snapshot, tokens, account, by, context.CancellationToken) : CredentialLists.In(tokens, by);
        var now = context.Request().Now;
        var page = Paging.Of(Name, list, by, arguments, token => CredentialLists.Matches(token, where?.Search, where?.Status, where?.UnusedSince, _usage, now));
        return new ServiceTokenConnection(page.Select(row => new ServiceToken(snapshot, row)));
    }

    internal static ServiceTokenEdge? EdgeOf(OrganizationSnapshot organization, ServiceToken? token, Guid id)
    {
        var by = CredentialOrders<ServiceTokenSnapshot>.ByCreation;
        return token is null ? null : new ServiceTokenEdge { Node = token, Cursor = new PageCursor($"{Name}.{by.Tag}-", by.Key(organization.ServiceTokens.All[id]!), id).ToString() };
    }

    // A token of an account that is no more is no more either.
    private async Task<IReadOnlyList<ServiceTokenSnapshot>> WithEndedAsync(
        OrganizationSnapshot organization, EntitySet<ServiceTokenSnapshot> present, Guid? account, SortOrder<ServiceTokenSnapshot> order, CancellationToken cancellation)
    {
        var rows = await CredentialLists.ReadEndedAsync(
            _database, ServiceTokenRow.Table, organization.OrganizationId, account is { } id ? (nameof(ServiceTokenRow.AccountId), id) : null, cancellation);
        var older = rows.Where(row => organization.ServiceTokens.All[row.Id] is null && organization.ServiceAccounts[row.AccountId] is not null);
        return [.. present.All.Concat(older.Select(ServiceTokenSnapshot.Of)).Order(order)];
    }
}

/// <summary>The tokens of one service account.</summary>
public sealed class ServiceAccountTokens
{
    /// <summary>The account's tokens that still work, newest first. For ended ones ask Organization.serviceTokens.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    [Authorize(Policy.Owner)]
    public ServiceTokenConnection? Tokens(IResolveFieldContext context, [Parent] ServiceAccount account, int? first, string? after, int? last, string? before)
    {
        var now = context.Request().Now;
        var page = Paging.Of(
            "ServiceAccount.tokens",
            account.Organization.ServiceTokens.Of(account.Row.Id).All,
            CredentialOrders<ServiceTokenSnapshot>.ByCreation,
            new PageArguments(first, after, last, before),
            token => token.IsGood(now));
        return new ServiceTokenConnection(page.Select(row => new ServiceToken(account.Organization, row)));
    }
}
