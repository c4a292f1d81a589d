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

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Replaces a service token by a new one.</summary>
public sealed class RotateServiceTokenInput : MutationInput, IScoped
{
    /// <summary>Which token.</summary>
    [Id]
    public string ServiceTokenId { get; set; } = "";

    /// <summary>How long the old token still works, in seconds: 0 to 604,800, which is 7 days.</summary>
    [DefaultValue(0)]
    public int OverlapSeconds { get; set; }

    /// <summary>When the new token stops working by itself; left out: when the old one would have, if it lies ahead; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    [Ignore]
    public Scope Scope => ServiceAccountRules.ScopeOf(ServiceTokenId, "serviceTokenId");
}

/// <summary>The new token, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ManagedError), typeof(LimitReachedError))]
public sealed class RotateServiceTokenPayload : MutationPayload
{
    internal RotateServiceTokenPayload(AppendResult result, string previousId, Guid id, Secret secret)
        : base(result)
    {
        if (result.IsAccepted)
        {
            ServiceToken = ServiceAccounts.ServiceToken.Find(result.Organization(), id);
            ServiceTokenEdge = ServiceTokenQueries.EdgeOf(result.Organization(), ServiceToken, id);
            Previous = ServiceTokenPayloads.View(result, previousId);
            Secret = secret.Reveal();
        }
    }

    /// <summary>The new token.</summary>
    public ServiceToken? ServiceToken { get; }

    /// <summary>The new token with a cursor, for lists.</summary>
    public ServiceTokenEdge? ServiceTokenEdge { get; }

    /// <summary>The old token: it works until the overlap ends.</summary>
    public ServiceToken? Previous { get; }

    /// <summary>The new token itself: shown once, here and nowhere else.</summary>
    public string? Secret { get; }
}

/// <summary>
/// Caller: an owner by session or by the token of an account in Owners. Refused: no such token, one that has ended, a managed one, a bad
/// overlap or expiry, too many tokens. Writes: both tokens, the new hash, work items for their expiry. Events: ServiceTokenRotated,
/// ServiceTokenRevoked when there is no overlap.
/// </summary>
public sealed class RotateServiceTokenMutation(MutationRunner runner, CredentialDirectory credentials, TokenHasher hasher, SettingsLimits limits)
{
    /// <summary>Makes a new token in place of one; the old one works until the overlap ends. Not by API key.</summary>
    /// <param name="input">Which token.</param>
    [Authorize(Policy.SessionOrServiceToken), Authorize(Policy.Owner)]
    public async Task<RotateServiceTokenPayload?> RotateServiceTokenAsync(IResolveFieldContext context, RotateServiceTokenInput input)
    {
        var made = new NewCredential(Secrets.CredentialKind.ServiceToken, hasher);
        var id = Guid.Empty;
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, made, id = decision.NewId()));
        return new RotateServiceTokenPayload(result, input.ServiceTokenId, id, made.Token);
    }

    private Refusal? Decide(Decision decision, RotateServiceTokenInput input, NewCredential made, Guid id)
    {
        if (ServiceAccountRules.FindToken(decision.Organization(), input.ServiceTokenId) is not var (previous, account))
        {
            return NotFoundError.Of("service token", "serviceTokenId");
        }

        if (ServiceAccountRules.Managed(account, "serviceTokenId") is { } managed)
        {
            return managed;
        }

        if (CredentialRules.CheckRotation(previous, "token", "serviceTokenId", input.OverlapSeconds, input.ExpiresAt, decision.Now) is { } invalid)
        {
            return invalid;
        }

        // With no overlap the old token makes room for the new one.
        if (input.OverlapSeconds > 0 && ServiceAccountRules.TokenLimitReached(decision, limits, account.Id) is { } full)
        {
            return full;
        }

        var token = ServiceAccountRules.Make(
            decision, made, id, account.Id, previous.Name, CredentialRules.ExpiryOfNext(input, input.ExpiresAt, previous, decision.Now), previous.Id);
        ServiceAccountRules.Add(decision, credentials, token, made);
        decision.Raise(new ServiceTokenRotated(id, previous.Id), token.Name);
        if (input.OverlapSeconds == 0)
        {
            ServiceAccountRules.Revoke(decision, previous);
        }
        else
        {
            ServiceAccountRules.Put(decision, previous with { IsRotatedOut = true, ExpiresAt = CredentialRules.EndOfOverlap(previous, input.OverlapSeconds, decision.Now) });
        }

        return null;
    }
}
