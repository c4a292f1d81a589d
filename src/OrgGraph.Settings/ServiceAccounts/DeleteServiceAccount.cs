using GraphQL;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Deletes a service account.</summary>
public sealed class DeleteServiceAccountInput : MutationInput, IScoped
{
    /// <summary>Which account.</summary>
    [Id]
    public string ServiceAccountId { get; set; } = "";

    /// <summary>The account's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => ServiceAccountRules.ScopeOf(ServiceAccountId, "serviceAccountId");
}

/// <summary>What was deleted, or why nothing was.</summary>
[Errors(typeof(NotFoundError), typeof(ConflictError), typeof(ManagedError))]
public sealed class DeleteServiceAccountPayload : MutationPayload
{
    internal DeleteServiceAccountPayload(AppendResult result, string id, int revoked)
        : base(result)
    {
        DeletedServiceAccountId = result.IsAccepted ? id : null;
        RevokedServiceTokenCount = result.IsAccepted ? revoked : null;
    }

    /// <summary>The account that was deleted.</summary>
    [Id]
    public string? DeletedServiceAccountId { get; }

    /// <summary>How many of its tokens were revoked with it.</summary>
    public int? RevokedServiceTokenCount { get; }
}

/// <summary>
/// Caller: an owner by session or by the token of an account in Owners. Refused: no such account, a managed one, stale version. Writes:
/// account, its tokens and grants; the tokens' hashes are deleted. Events: ServiceAccountDeleted, ServiceTokenRevoked for each, GrantsChanged.
/// </summary>
public sealed class DeleteServiceAccountMutation(MutationRunner runner)
{
    /// <summary>Deletes a service account and its grants, and revokes all of its tokens at once. Not by API key.</summary>
    /// <param name="input">Which account.</param>
    [Authorize(Policy.SessionOrServiceToken), Authorize(Policy.Owner)]
    public async Task<DeleteServiceAccountPayload?> DeleteServiceAccountAsync(IResolveFieldContext context, DeleteServiceAccountInput input)
    {
        var revoked = 0;
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, out revoked));
        return new DeleteServiceAccountPayload(result, input.ServiceAccountId, revoked);
    }

    private static Refusal? Decide(Decision decision, DeleteServiceAccountInput input, out int revoked)
    {
        revoked = 0;
        var organization = decision.Organization();
        if (ServiceAccountRules.Find(organization, input.ServiceAccountId) is not { } account)
        {
            return NotFoundError.Of("service account", "serviceAccountId");
        }

        if (ServiceAccountRules.Managed(account, "serviceAccountId") is { } managed)
        {
            return managed;
        }

        if (ConflictError.IfStale(input.ExpectedVersion, account.Version) is { } stale)
        {
            return stale;
        }

        decision.Raise(new ServiceAccountDeleted(account.Id), account.Name);
        var tokens = organization.ServiceTokens.Of(account.Id).All;
        foreach (var token in tokens.Where(token => token.EndedAt is null))
        {
            decision.Also(CredentialDirectory.Remove(token.Id));
            decision.Raise(new ServiceTokenRevoked(token.Id), token.Name);
            revoked++;
        }

        decision.RemoveAll(ServiceTokenRow.Table, [.. tokens.Select(token => token.ToRow(organization.OrganizationId))]);
        GrantDoor.TakeAll(decision, fact => fact.GranteeKind == GranteeKind.ServiceAccount && fact.GranteeId == account.Id);
        decision.Remove(ServiceAccountRow.Table, (account with { GroupIds = [] }).ToRow(organization.OrganizationId));
        return null;
    }
}
