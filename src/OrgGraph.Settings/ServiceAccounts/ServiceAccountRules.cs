using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>The rules that several mutations of service accounts and their tokens share.</summary>
internal static class ServiceAccountRules
{
    public const string ExpiryWork = "serviceToken.expire";

    public static Scope ScopeOf(string id, string argument) => new(GlobalId.Parse(id, argument).Organized);

    public static ServiceAccountSnapshot? Find(OrganizationSnapshot organization, string id) =>
        GlobalId.Parse(id, "serviceAccountId").In(NodeType.ServiceAccount, organization.OrganizationId) is { } account ? organization.ServiceAccounts[account] : null;

    /// <summary>Finds the token that an id names, and its account.</summary>
    public static (ServiceTokenSnapshot Token, ServiceAccountSnapshot Account)? FindToken(OrganizationSnapshot organization, string id) =>
        GlobalId.Parse(id, "serviceTokenId").In(NodeType.ServiceToken, organization.OrganizationId) is { } local
        && organization.ServiceTokens.All[local] is { } token
        && organization.ServiceAccounts[token.AccountId] is { } account
            ? (token, account)
            : null;

    public static ManagedError? Managed(ServiceAccountSnapshot account, string path) => account.ManagedBy == ManagedBy.Owners
        ? null
        : new ManagedError("The server manages this service account by itself. Its token can only be revoked, or refreshed with the data plane.", account.ManagedBy, path);

    public static ConflictError? NameTaken(OrganizationSnapshot organization, string name, Guid? except)
    {
        var normalized = InputRules.Normalize(name);
        return organization.ServiceAccounts.All.Any(account => account.NormalizedName == normalized && account.Id != except)
            ? new ConflictError("A service account of that name exists. Choose another one.", null, "name")
            : null;
    }

    public static LimitReachedError? TokenLimitReached(Decision decision, SettingsLimits limits, Guid account) => CredentialRules.LimitReached(
        limits.ActiveServiceTokens,
        decision.Organization().ServiceTokens.Of(account).All,
        decision.Now,
        $"The service account has {limits.ActiveServiceTokens} tokens that still work. Revoke one first.");

    /// <summary>A token as the secret was made.</summary>
    public static ServiceTokenSnapshot Make(Decision decision, NewCredential made, Guid id, Guid account, string name, DateTimeOffset? expiresAt, Guid? rotatedFrom = null) =>
        new(id, 0, account, name, made.Preview, decision.Now, decision.Caller.Principal, expiresAt, RotatedFrom: rotatedFrom);

    public static void Add(Decision decision, CredentialDirectory credentials, ServiceTokenSnapshot token, NewCredential made)
    {
        Put(decision, token);
        decision.Also(credentials.Add(made.Kind, made.Hash, decision.Before.OrganizationId, token.Id));
    }

    /// <summary>Writes the token, and has its expiry recorded when it comes.</summary>
    public static void Put(Decision decision, ServiceTokenSnapshot token)
    {
        decision.Put(ServiceTokenRow.Table, token.ToRow(decision.Before.OrganizationId));
        if (token is { EndedAt: null, ExpiresAt: { } at })
        {
            decision.Schedule(ExpiryWork, token.Id, at);
        }
    }

    /// <summary>Ends a token: its hash goes at once, so that it is as unknown as one that never was.</summary>
    public static void Revoke(Decision decision, ServiceTokenSnapshot token)
    {
        Put(decision, token with { EndedAt = decision.Now, IsRevoked = true, RevokedBy = decision.Caller.Principal });
        decision.Also(CredentialDirectory.Remove(token.Id));
        decision.Raise(new ServiceTokenRevoked(token.Id), token.Name);
    }

    /// <summary>Puts the account into exactly these groups; tells whether that is a change.</summary>
    public static bool SetGroups(Decision decision, ServiceAccountSnapshot account, string name, Guid[] groups)
    {
        if (account.Name == name && account.GroupIds.SequenceEqual(groups))
        {
            return false;
        }

        decision.Put(ServiceAccountRow.Table, (account with { Name = name, GroupIds = groups }).ToRow(decision.Before.OrganizationId));
        decision.Raise(new ServiceAccountUpdated(account.Id), name);
        return true;
    }
}

/// <summary>The door by which a service account's groups change from the group's side.</summary>
internal sealed class ServiceAccountGroups : IGroupAccounts, IGroupHolder
{
    public void SetGroups(Decision decision, Guid account, Guid[] groups)
    {
        var row = decision.Changed().ServiceAccounts[account]!;
        ServiceAccountRules.SetGroups(decision, row, row.Name, groups);
    }

    /// <summary>Accounts need no group: they leave the one that is deleted, and nothing comes in its place.</summary>
    public Refusal? Replace(Decision decision, Guid group, Guid? replacement, out int count)
    {
        count = 0;
        foreach (var account in decision.Changed().ServiceAccounts.All.Where(account => account.GroupIds.Contains(group)).ToList())
        {
            ServiceAccountRules.SetGroups(decision, account, account.Name, [.. account.GroupIds.Where(id => id != group)]);
        }

        return null;
    }
}

/// <summary>Records that a token has expired, as an event, once its time has come.</summary>
public sealed class ServiceTokenExpiry(MutationRunner runner) : IWorkHandler
{
    public string Kind => ServiceAccountRules.ExpiryWork;

    public Task HandleAsync(WorkItem item, CancellationToken cancellation) => runner.DecideAsSystemAsync(item.OrganizationId, decision => Decide(decision, item), cancellation);

    private static Refusal? Decide(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        if (decision.Organization().ServiceTokens.All[item.SubjectId] is { EndedAt: null, ExpiresAt: { } at } token && at <= decision.Now)
        {
            decision.Put(ServiceTokenRow.Table, (token with { EndedAt = decision.Now }).ToRow(decision.Before.OrganizationId));
            decision.Also(CredentialDirectory.Remove(token.Id));
            decision.Raise(new ServiceTokenExpired(token.Id), token.Name);
        }

        return null;
    }
}
