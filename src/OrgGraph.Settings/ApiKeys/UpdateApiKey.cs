using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ApiKeys;

/// <summary>Changes of an API key: what is left out stays.</summary>
public sealed class UpdateApiKeyInput : MutationInput, IScoped
{
    /// <summary>Which key.</summary>
    [Id]
    public string ApiKeyId { get; set; } = "";

    /// <summary>Its new name.</summary>
    public string? Name { get; set; }

    /// <summary>When it stops working by itself. Null: never, for one's own keys. Of others' keys an owner may only make it earlier.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The key's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(ApiKeyId, "apiKeyId").Organized);
}

/// <summary>The key as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError))]
public sealed class UpdateApiKeyPayload : MutationPayload
{
    internal UpdateApiKeyPayload(AppendResult result, string id)
        : base(result) => ApiKey = ApiKeyPayloads.View(result, id);

    /// <summary>The key.</summary>
    public ApiKey? ApiKey { get; }
}

/// <summary>
/// Caller: a member for own keys, an owner for all. Refused: no such key, one that has ended, a bad name or expiry, stale version.
/// Writes: key, the expiry's work item. Events: ApiKeyUpdated.
/// </summary>
public sealed class UpdateApiKeyMutation(MutationRunner runner)
{
    /// <summary>Changes an API key's name or expiry. One's own keys; owners: all.</summary>
    /// <param name="input">Which key, and what to change.</param>
    [Authorize(Policy.Member)]
    public async Task<UpdateApiKeyPayload?> UpdateApiKeyAsync(IResolveFieldContext context, UpdateApiKeyInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.ApiKeyId);

    private static Refusal? Decide(Decision decision, UpdateApiKeyInput input)
    {
        if (ApiKeyRules.Find(decision, input.ApiKeyId) is not { } key)
        {
            return NotFoundError.Of("API key", "apiKeyId");
        }

        if (InputRules.NotNull(input, "name") is { } missing)
        {
            return missing;
        }

        if (ConflictError.IfStale(input.ExpectedVersion, key.Version) is { } stale)
        {
            return stale;
        }

        if (!key.IsGood(decision.Now))
        {
            return new ValidationError("The key has ended. Make a new one.", "apiKeyId");
        }

        var name = key.Name;
        if (input.Name is not null && InputRules.Name(input.Name, "name", out name) is { } badName)
        {
            return badName;
        }

        if (CheckExpiry(decision, input, key) is { } badExpiry)
        {
            return badExpiry;
        }

        var changed = key with { Name = name, ExpiresAt = input.Has("expiresAt") ? input.ExpiresAt : key.ExpiresAt };
        if (changed != key)
        {
            ApiKeyRules.Put(decision, changed);
            decision.Raise(new ApiKeyUpdated(key.Id, key.CreatorId), name);
        }

        return null;
    }

    private static ValidationError? CheckExpiry(Decision decision, UpdateApiKeyInput input, ApiKeySnapshot key)
    {
        if (!input.Has("expiresAt") || input.ExpiresAt == key.ExpiresAt)
        {
            return null;
        }

        if (InputRules.ExpiresAt(input.ExpiresAt, decision.Now) is { } invalid)
        {
            return invalid;
        }

        // What works longer makes a credential permanent: an API key must not do that, nor another person.
        var isLater = CredentialRules.IsLater(key.ExpiresAt, input.ExpiresAt);
        return isLater && (decision.Caller.Credential != CredentialKind.Session || decision.Caller.Principal != PrincipalRef.User(key.CreatorId))
            ? new ValidationError("Only its creator, signed in, may let a key work longer. Pass an earlier expiry.", "expiresAt")
            : isLater && key.IsRotatedOut ? new ValidationError("The key was rotated: its overlap can only be made shorter.", "expiresAt")
            : null;
    }
}

internal static class ApiKeyPayloads
{
    public static ApiKey? View(AppendResult result, string id) =>
        result.IsAccepted && GlobalId.Parse(id, "apiKeyId").In(NodeType.ApiKey, result.Snapshot.OrganizationId) is { } key && result.Organization().ApiKeys.All[key] is { } row
            ? new ApiKey(result.Organization(), row)
            : null;
}
