using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.ServiceAccounts;

/// <summary>Ends a service token.</summary>
public sealed class RevokeServiceTokenInput : MutationInput, IScoped
{
    /// <summary>Which token.</summary>
    [Id]
    public string ServiceTokenId { get; set; } = "";

    [Ignore]
    public Scope Scope => ServiceAccountRules.ScopeOf(ServiceTokenId, "serviceTokenId");
}

/// <summary>The token as it is now, or why nothing was changed.</summary>
[Errors(typeof(NotFoundError))]
public sealed class RevokeServiceTokenPayload : MutationPayload
{
    internal RevokeServiceTokenPayload(AppendResult result, string id)
        : base(result) => ServiceToken = ServiceTokenPayloads.View(result, id);

    /// <summary>The token, revoked.</summary>
    public ServiceToken? ServiceToken { get; }
}

/// <summary>
/// Caller: an owner, by API key too. Refused: no such token. Writes: token; its hash is deleted. Events: ServiceTokenRevoked; none when it
/// had ended already. Whoever keeps a managed token adds their own.
/// </summary>
public sealed class RevokeServiceTokenMutation
{
    private readonly MutationRunner _runner;
    private readonly ITokenKeeper[] _keepers;

    internal RevokeServiceTokenMutation(MutationRunner runner, IEnumerable<ITokenKeeper> keepers) => (_runner, _keepers) = (runner, [.. keepers]);

    /// <summary>Ends a service token at once, also one that the server manages. It may be called again.</summary>
    /// <param name="input">Which token.</param>
    [Authorize(Policy.Owner)]
    public async Task<RevokeServiceTokenPayload?> RevokeServiceTokenAsync(IResolveFieldContext context, RevokeServiceTokenInput input) =>
        new(await _runner.DecideAsync(context, decision => Decide(decision, input)), input.ServiceTokenId);

    private Refusal? Decide(Decision decision, RevokeServiceTokenInput input)
    {
        if (ServiceAccountRules.FindToken(decision.Organization(), input.ServiceTokenId) is not var (token, _))
        {
            return NotFoundError.Of("service token", "serviceTokenId");
        }

        if (token.EndedAt is null)
        {
            ServiceAccountRules.Revoke(decision, token);
            foreach (var keeper in _keepers)
            {
                keeper.Revoked(decision, token.Id);
            }
        }

        return null;
    }
}
