using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Another token of a service account.</summary>
public sealed class CreateServiceTokenInput : MutationInput, IScoped
{
    /// <summary>As which account it acts.</summary>
    [Id]
    public string ServiceAccountId { get; set; } = "";

    /// <summary>What to call it, to recognise it later: 1 to 256 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>When it stops working by itself: 1 minute to 10 years ahead; never when left out.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    [Ignore]
    public Scope Scope => ServiceAccountRules.ScopeOf(ServiceAccountId, "serviceAccountId");
}

/// <summary>The new service token, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ManagedError), typeof(LimitReachedError))]
public sealed class CreateServiceTokenPayload : MutationPayload
{
    internal CreateServiceTokenPayload(AppendResult result, Guid id, Secret secret)
        : base(result)
    {
        if (result.IsAccepted)
        {
            ServiceToken = ServiceAccounts.ServiceToken.Find(result.Organization(), id);
            ServiceTokenEdge = ServiceTokenQueries.EdgeOf(result.Organization(), ServiceToken, id);
            Secret = secret.Reveal();
        }
    }

    /// <summary>The new token.</summary>
    public ServiceToken? ServiceToken { get; }

    /// <summary>The new token with a cursor, for lists.</summary>
    public ServiceTokenEdge? ServiceTokenEdge { get; }

    /// <summary>The token itself: shown once, here and nowhere else. Anyone who has it acts as the account.</summary>
    public string? Secret { get; }
}

/// <summary>
/// Caller: an owner by session or by the token of an account in Owners. Refused: no such account, a managed one, a bad name or expiry, too
/// many tokens. Writes: token, its hash, the expiry's work item. Events: ServiceTokenCreated.
/// </summary>
public sealed class CreateServiceTokenMutation(MutationRunner runner, CredentialDirectory credentials, TokenHasher hasher, SettingsLimits limits)
{
    /// <summary>Makes another token of a service account. An account may have several, so that one can replace another without a gap. Not by API key.</summary>
    /// <param name="input">The new token.</param>
    [Authorize(Policy.SessionOrServiceToken), Authorize(Policy.Owner)]
    public async Task<CreateServiceTokenPayload?> CreateServiceTokenAsync(IResolveFieldContext context, CreateServiceTokenInput input)
    {
        var made = new NewCredential(Secrets.CredentialKind.ServiceToken, hasher);
        var id = Guid.Empty;
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, made, id = decision.NewId()));
        return new CreateServiceTokenPayload(result, id, made.Token);
    }

    private Refusal? Decide(Decision decision, CreateServiceTokenInput input, NewCredential made, Guid id)
    {
        if (ServiceAccountRules.Find(decision.Organization(), input.ServiceAccountId) is not { } account)
        {
            return NotFoundError.Of("service account", "serviceAccountId");
        }

        if (ServiceAccountRules.Managed(account, "serviceAccountId") is { } managed)
        {
            return managed;
        }

        if (InputRules.Name(input.Name, "name", out var name) is { } invalid)
        {
            return invalid;
        }

        if (InputRules.ExpiresAt(input.ExpiresAt, decision.Now) is { } badExpiry)
        {
            return badExpiry;
        }

        if (ServiceAccountRules.TokenLimitReached(decision, limits, account.Id) is { } full)
        {
            return full;
        }

        ServiceAccountRules.Add(decision, credentials, ServiceAccountRules.Make(decision, made, id, account.Id, name, input.ExpiresAt), made);
        decision.Raise(new ServiceTokenCreated(id), name);
        return null;
    }
}
