using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>A new API key for the caller.</summary>
public sealed class CreateApiKeyInput : MutationInput, IScoped
{
    /// <summary>In which organization it acts.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>What to call it, to recognise it later: 1 to 256 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>When it stops working by itself: 1 minute to 10 years ahead; never when left out.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The new API key, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(LimitReachedError))]
public sealed class CreateApiKeyPayload : MutationPayload
{
    internal CreateApiKeyPayload(AppendResult result, Guid id, Secret secret)
        : base(result)
    {
        if (result.IsAccepted)
        {
            ApiKey = new ApiKey(result.Organization(), result.Organization().ApiKeys.All[id]!);
            ApiKeyEdge = ApiKeyQueries.EdgeOf(result.Organization(), ApiKey, id);
            Secret = secret.Reveal();
        }
    }

    /// <summary>The new key.</summary>
    public ApiKey? ApiKey { get; }

    /// <summary>The new key with a cursor, for lists.</summary>
    public ApiKeyEdge? ApiKeyEdge { get; }

    /// <summary>The key itself: shown once, here and nowhere else. Anyone who has it acts as you.</summary>
    public string? Secret { get; }
}

/// <summary>
/// Caller: a member by session. Refused: a bad name or expiry, too many keys. Writes: key, its hash, the expiry's work item.
/// Events: ApiKeyCreated.
/// </summary>
public sealed class CreateApiKeyMutation(MutationRunner runner, CredentialDirectory credentials, TokenHasher hasher, SettingsLimits limits)
{
    /// <summary>Makes an API key for the caller. It acts with the caller's rights at the time of use. Not by API key or service token.</summary>
    /// <param name="input">The new key.</param>
    [Authorize(Policy.Session), Authorize(Policy.Member)]
    public async Task<CreateApiKeyPayload?> CreateApiKeyAsync(IResolveFieldContext context, CreateApiKeyInput input)
    {
        var made = new NewCredential(Secrets.CredentialKind.ApiKey, hasher);
        var id = Guid.Empty;
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, made, id = decision.NewId()));
        return new CreateApiKeyPayload(result, id, made.Token);
    }

    private Refusal? Decide(Decision decision, CreateApiKeyInput input, NewCredential made, Guid id)
    {
        if (InputRules.Name(input.Name, "name", out var name) is { } invalid)
        {
            return invalid;
        }

        if (InputRules.ExpiresAt(input.ExpiresAt, decision.Now) is { } badExpiry)
        {
            return badExpiry;
        }

        if (ApiKeyRules.LimitReached(decision, limits) is { } full)
        {
            return full;
        }

        var key = ApiKeyRules.Make(decision, made, id, name, input.ExpiresAt, rotatedFrom: null);
        ApiKeyRules.Add(decision, credentials, key, made);
        decision.Raise(new ApiKeyCreated(id, key.CreatorId), name);
        return null;
    }
}
