using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>Ends an API key.</summary>
public sealed class RevokeApiKeyInput : MutationInput, IScoped
{
    /// <summary>Which key.</summary>
    [Id]
    public string ApiKeyId { get; set; } = "";

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(ApiKeyId, "apiKeyId").Organized);
}

/// <summary>The key as it is now, or why nothing was changed.</summary>
[Errors(typeof(NotFoundError))]
public sealed class RevokeApiKeyPayload : MutationPayload
{
    internal RevokeApiKeyPayload(AppendResult result, string id)
        : base(result) => ApiKey = ApiKeyPayloads.View(result, id);

    /// <summary>The key, revoked.</summary>
    public ApiKey? ApiKey { get; }
}

/// <summary>
/// Caller: a member for own keys, an owner for all. Refused: no such key. Writes: key; its hash is deleted. Events: ApiKeyRevoked; none
/// when it had ended already.
/// </summary>
public sealed class RevokeApiKeyMutation(MutationRunner runner)
{
    /// <summary>Ends an API key at once. One's own keys; owners: all. It may be called again.</summary>
    /// <param name="input">Which key.</param>
    [Authorize(Policy.Member)]
    public async Task<RevokeApiKeyPayload?> RevokeApiKeyAsync(IResolveFieldContext context, RevokeApiKeyInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.ApiKeyId);

    private static Refusal? Decide(Decision decision, RevokeApiKeyInput input)
    {
        if (ApiKeyRules.Find(decision, input.ApiKeyId) is not { } key)
        {
            return NotFoundError.Of("API key", "apiKeyId");
        }

        if (key.EndedAt is null)
        {
            ApiKeyRules.Revoke(decision, key);
        }

        return null;
    }
}
