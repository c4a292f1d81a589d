using System.ComponentModel;
using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>Replaces an API key by a new one.</summary>
public sealed class RotateApiKeyInput : MutationInput, IScoped
{
    /// <summary>Which key.</summary>
    [Id]
    public string ApiKeyId { get; set; } = "";

    /// <summary>How long the old key still works, in seconds: 0 to 604,800, which is 7 days.</summary>
    [DefaultValue(0)]
    public int OverlapSeconds { get; set; }

    /// <summary>When the new key stops working by itself; left out: when the old one would have, if it lies ahead; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(ApiKeyId, "apiKeyId").Organized);
}

/// <summary>The new key, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(LimitReachedError))]
public sealed class RotateApiKeyPayload : MutationPayload
{
    internal RotateApiKeyPayload(AppendResult result, string previousId, Guid id, Secret secret)
        : base(result)
    {
        if (result.IsAccepted)
        {
            ApiKey = new ApiKey(result.Organization(), result.Organization().ApiKeys.All[id]!);
            ApiKeyEdge = ApiKeyQueries.EdgeOf(result.Organization(), ApiKey, id);
            Previous = ApiKeyPayloads.View(result, previousId);
            Secret = secret.Reveal();
        }
    }

    /// <summary>The new key.</summary>
    public ApiKey? ApiKey { get; }

    /// <summary>The new key with a cursor, for lists.</summary>
    public ApiKeyEdge? ApiKeyEdge { get; }

    /// <summary>The old key: it works until the overlap ends.</summary>
    public ApiKey? Previous { get; }

    /// <summary>The new key itself: shown once, here and nowhere else.</summary>
    public string? Secret { get; }
}

/// <summary>
/// Caller: the creator by session. Refused: no such key, one that has ended, a bad overlap or expiry, too many keys. Writes: both keys,
/// the new hash, work items for their expiry. Events: ApiKeyRotated, ApiKeyRevoked when there is no overlap.
/// </summary>
public sealed class RotateApiKeyMutation(MutationRunner runner, CredentialDirectory credentials, TokenHasher hasher, SettingsLimits limits)
{
    /// <summary>Makes a new key in place of one's own key; the old one works until the overlap ends. Not by API key or service token.</summary>
    /// <param name="input">Which key.</param>
    [Authorize(Policy.Session), Authorize(Policy.Member)]
    public async Task<RotateApiKeyPayload?> RotateApiKeyAsync(IResolveFieldContext context, RotateApiKeyInput input)
    {
        var made = new NewCredential(Secrets.CredentialKind.ApiKey, hasher);
        var id = Guid.Empty;
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, made, id = decision.NewId()));
        return new RotateApiKeyPayload(result, input.ApiKeyId, id, made.Token);
    }

    private Refusal? Decide(Decision decision, RotateApiKeyInput input, NewCredential made, Guid id)
    {
        if (ApiKeyRules.Find(decision, input.ApiKeyId) is not { } previous || decision.Caller.Principal != PrincipalRef.User(previous.CreatorId))
        {
            return NotFoundError.Of("API key of yours", "apiKeyId");
        }

        if (CredentialRules.CheckRotation(previous, "key", "apiKeyId", input.OverlapSeconds, input.ExpiresAt, decision.Now) is { } invalid)
        {
            return invalid;
        }

        // With no overlap the old key makes room for the new one.
        if (input.OverlapSeconds > 0 && ApiKeyRules.LimitReached(decision, limits) is { } full)
        {
            return full;
        }

        var key = ApiKeyRules.Make(decision, made, id, previous.Name, CredentialRules.ExpiryOfNext(input, input.ExpiresAt, previous, decision.Now), previous.Id);
        ApiKeyRules.Add(decision, credentials, key, made);
        decision.Raise(new ApiKeyRotated(id, key.CreatorId, previous.Id), key.Name);
        if (input.OverlapSeconds == 0)
        {
            ApiKeyRules.Revoke(decision, previous);
        }
        else
        {
            ApiKeyRules.Put(decision, previous with { IsRotatedOut = true, ExpiresAt = CredentialRules.EndOfOverlap(previous, input.OverlapSeconds, decision.Now) });
        }

        return null;
    }
}
