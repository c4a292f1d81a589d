using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Changes of a service token: what is left out stays.</summary>
public sealed class UpdateServiceTokenInput : MutationInput, IScoped
{
    /// <summary>Which token.</summary>
    [Id]
    public string ServiceTokenId { get; set; } = "";

    /// <summary>Its new name.</summary>
    public string? Name { get; set; }

    /// <summary>When it stops working by itself; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    /// <summary>The token's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => ServiceAccountRules.ScopeOf(ServiceTokenId, "serviceTokenId");
}

/// <summary>The token as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(ManagedError))]
public sealed class UpdateServiceTokenPayload : MutationPayload
{
    internal UpdateServiceTokenPayload(AppendResult result, string id)
        : base(result) => ServiceToken = ServiceTokenPayloads.View(result, id);

    /// <summary>The token.</summary>
    public ServiceToken? ServiceToken { get; }
}

/// <summary>
/// Caller: an owner by session or by the token of an account in Owners. Refused: no such token, one that has ended, a managed one, a bad
/// name or expiry, stale version. Writes: token, the expiry's work item. Events: ServiceTokenUpdated.
/// </summary>
public sealed class UpdateServiceTokenMutation(MutationRunner runner)
{
    /// <summary>Changes a service token's name or expiry. Not by API key.</summary>
    /// <param name="input">Which token, and what to change.</param>
    [Authorize(Policy.SessionOrServiceToken), Authorize(Policy.Owner)]
    public async Task<UpdateServiceTokenPayload?> UpdateServiceTokenAsync(IResolveFieldContext context, UpdateServiceTokenInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.ServiceTokenId);

    private static Refusal? Decide(Decision decision, UpdateServiceTokenInput input)
    {
        if (ServiceAccountRules.FindToken(decision.Organization(), input.ServiceTokenId) is not var (token, account))
        {
            return NotFoundError.Of("service token", "serviceTokenId");
        }

        if (ServiceAccountRules.Managed(account, "serviceTokenId") is { } managed)
        {
            return managed;
        }

        if (InputRules.NotNull(input, "name") is { } missing)
        {
            return missing;
        }

        if (ConflictError.IfStale(input.ExpectedVersion, token.Version) is { } stale)
        {
            return stale;
        }

        if (!token.IsGood(decision.Now))
        {
            return new ValidationError("The token has ended. Make a new one.", "serviceTokenId");
        }

        var name = token.Name;
        if (input.Name is not null && InputRules.Name(input.Name, "name", out name) is { } badName)
        {
            return badName;
        }

        var changed = token with { Name = name, ExpiresAt = input.Has("expiresAt") ? input.ExpiresAt : token.ExpiresAt };
        if (changed.ExpiresAt != token.ExpiresAt && CheckExpiry(decision, token, changed.ExpiresAt) is { } badExpiry)
        {
            return badExpiry;
        }

        if (changed != token)
        {
            ServiceAccountRules.Put(decision, changed);
            decision.Raise(new ServiceTokenUpdated(token.Id), name);
        }

        return null;
    }

    private static ValidationError? CheckExpiry(Decision decision, ServiceTokenSnapshot token, DateTimeOffset? expiresAt) => InputRules.ExpiresAt(expiresAt, decision.Now)
        ?? (token.IsRotatedOut && CredentialRules.IsLater(token.ExpiresAt, expiresAt)
            ? new ValidationError("The token was rotated: its overlap can only be made shorter.", "expiresAt")
            : null);
}

internal static class ServiceTokenPayloads
{
    public static ServiceToken? View(AppendResult result, string id) =>
        result.IsAccepted && ServiceAccountRules.FindToken(result.Organization(), id) is var (token, _) ? new ServiceToken(result.Organization(), token) : null;
}
