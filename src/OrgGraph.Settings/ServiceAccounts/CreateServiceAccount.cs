using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>A new service account, with its first token.</summary>
public sealed class CreateServiceAccountInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Its name, unique among the organization's service accounts without regard to case: 1 to 256 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>The groups that it is in, at most 100. Pass groups or permissions, at least one of them.</summary>
    [Id]
    public string[]? GroupIds { get; set; }

    /// <summary>Rights that it is given itself, at most 100.</summary>
    public PermissionInput[]? Permissions { get; set; }

    /// <summary>What to call its first token: 1 to 256 characters.</summary>
    public string TokenName { get; set; } = "";

    /// <summary>When the token stops working by itself: 1 minute to 10 years ahead; never when left out.</summary>
    public DateTimeOffset? TokenExpiresAt { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The new service account and its token, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(LimitReachedError))]
public sealed class CreateServiceAccountPayload : MutationPayload
{
    internal CreateServiceAccountPayload(AppendResult result, Guid account, Guid token, Secret secret)
        : base(result)
    {
        if (result.IsAccepted)
        {
            ServiceAccount = new ServiceAccount(result.Organization(), result.Organization().ServiceAccounts[account]!);
            ServiceAccountEdge = ServiceAccountQueries.EdgeOf(ServiceAccount);
            ServiceToken = ServiceAccounts.ServiceToken.Find(result.Organization(), token);
            Secret = secret.Reveal();
        }
    }

    /// <summary>The new service account.</summary>
    public ServiceAccount? ServiceAccount { get; }

    /// <summary>The new service account with a cursor, for lists.</summary>
    public ServiceAccountEdge? ServiceAccountEdge { get; }

    /// <summary>Its first token.</summary>
    public ServiceToken? ServiceToken { get; }

    /// <summary>The token itself: shown once, here and nowhere else. Anyone who has it acts as the account.</summary>
    public string? Secret { get; }
}

/// <summary>
/// Caller: an owner by session or by the token of an account in Owners. Refused: bad or taken names, a bad expiry, neither groups nor
/// permissions, unknown groups or resources, limits. Writes: account, grants, token, its hash, the expiry's work item.
/// Events: ServiceAccountCreated, GrantsChanged, ServiceTokenCreated.
/// </summary>
public sealed class CreateServiceAccountMutation(MutationRunner runner, CredentialDirectory credentials, TokenHasher hasher, SettingsLimits limits)
{
    /// <summary>Makes a service account, with groups or rights of its own and a first token. Not by API key.</summary>
    /// <param name="input">The new account.</param>
    [Authorize(Policy.SessionOrServiceToken), Authorize(Policy.Owner)]
    public async Task<CreateServiceAccountPayload?> CreateServiceAccountAsync(IResolveFieldContext context, CreateServiceAccountInput input)
    {
        var made = new NewCredential(Secrets.CredentialKind.ServiceToken, hasher);
        var (account, token) = (Guid.Empty, Guid.Empty);
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, made, account = decision.NewId(), token = decision.NewId()));
        return new CreateServiceAccountPayload(result, account, token, made.Token);
    }

    private Refusal? Decide(Decision decision, CreateServiceAccountInput input, NewCredential made, Guid id, Guid tokenId)
    {
        var organization = decision.Organization();
        if (InputRules.Name(input.Name, "name", out var name) is { } badName)
        {
            return badName;
        }

        if (InputRules.Name(input.TokenName, "tokenName", out var tokenName) is { } badTokenName)
        {
            return badTokenName;
        }

        if (InputRules.ExpiresAt(input.TokenExpiresAt, decision.Now, "tokenExpiresAt") is { } badExpiry)
        {
            return badExpiry;
        }

        if (ServiceAccountRules.NameTaken(organization, name, except: null) is { } taken)
        {
            return taken;
        }

        var (groups, error) = InputRules.Ids(input.GroupIds, NodeType.PermissionGroup, organization.OrganizationId, "groupIds", "permission group", group => organization.Groups[group] is not null);
        if (error is not null)
        {
            return error;
        }

        if (groups.Length == 0 && input.Permissions is not { Length: > 0 })
        {
            return new ValidationError("Put the account into a group, or give it permissions: without either it could do nothing.", "groupIds");
        }

        if (SettingsLimits.Reached(limits.ServiceAccounts, organization.ServiceAccounts.Count))
        {
            return new LimitReachedError($"An organization holds at most {limits.ServiceAccounts} service accounts.", limits.ServiceAccounts);
        }

        var account = new ServiceAccountSnapshot(id, 0, name, groups, decision.Now, decision.Caller.Principal, decision.NextVersion, ManagedBy.Owners);
        decision.Put(ServiceAccountRow.Table, account.ToRow(organization.OrganizationId));
        decision.Raise(new ServiceAccountCreated(id), name);
        if (GrantDoor.Give(decision, limits, GranteeKind.ServiceAccount, id, input.Permissions) is { } refused)
        {
            return refused;
        }

        ServiceAccountRules.Add(decision, credentials, ServiceAccountRules.Make(decision, made, tokenId, id, tokenName, input.TokenExpiresAt), made);
        decision.Raise(new ServiceTokenCreated(tokenId), tokenName);
        return null;
    }
}
