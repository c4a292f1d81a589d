using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.DataPlane;

/// <summary>Changes of the data plane: what is left out stays, null clears.</summary>
public sealed class UpdateDataPlaneInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>The API's address: https, or http on loopback. Setting it makes the managed token, another address makes a new one, null revokes it.</summary>
    public string? ApiUrl { get; set; }

    /// <summary>The AI proxy's address: https, or http on loopback.</summary>
    public string? ProxyUrl { get; set; }

    /// <summary>The address of live updates: wss, or ws on loopback.</summary>
    public string? RealtimeUrl { get; set; }

    /// <summary>Whether the managed token may read secret values at run time. Clearing apiUrl takes it back.</summary>
    public bool? ResolvesSecrets { get; set; }

    /// <summary>The version of dataPlane that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The organization with its data plane, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(ConflictError))]
public sealed class UpdateDataPlanePayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The organization.</summary>
    public Organization? Organization { get; } = result.IsAccepted ? new Organization(result.Organization()) : null;
}

/// <summary>
/// Caller: an owner by session or by the token of an account in Owners. Refused: bad addresses, resolvesSecrets without apiUrl, a stale
/// version. Writes: the data plane; with another apiUrl the managed account, its grants and token, the sealed token and the work item that
/// delivers it. Events: DataPlaneUpdated; then of the account, grants and token what changed, and DataPlaneTokenChanged. None when nothing differs.
/// </summary>
public sealed class UpdateDataPlaneMutation
{
    private readonly MutationRunner _runner;
    private readonly SecretVault _vault;
    private readonly TokenHasher _hasher;
    private readonly IOutboundHttp _outbound;
    private readonly ManagedToken _token;

    internal UpdateDataPlaneMutation(MutationRunner runner, SecretVault vault, TokenHasher hasher, IOutboundHttp outbound, ManagedToken token) =>
        (_runner, _vault, _hasher, _outbound, _token) = (runner, vault, hasher, outbound, token);

    /// <summary>
    /// Sets where the organization's data plane is. Its token is made when apiUrl becomes set, is brought there by the server, and ends when
    /// apiUrl is cleared. Not by API key.
    /// </summary>
    /// <param name="input">The changes.</param>
    [Authorize(Policy.SessionOrServiceToken), Authorize(Policy.Owner)]
    public async Task<UpdateDataPlanePayload?> UpdateDataPlaneAsync(IResolveFieldContext context, UpdateDataPlaneInput input)
    {
        // Sealed before the decision, which may find that no token is needed: then it is thrown away.
        var made = new NewCredential(Secrets.CredentialKind.ServiceToken, _hasher);
        var sealedToken = input.ApiUrl is null ? null : await _vault.SealAsync(input.Scope.OrganizationId!.Value, ManagedToken.SecretField, made.Token, context.Request().Cancellation);
        return new UpdateDataPlanePayload(await _runner.DecideAsync(context, decision => Decide(decision, input, made, sealedToken)));
    }

    private Refusal? Decide(Decision decision, UpdateDataPlaneInput input, NewCredential made, SealedWrite? sealedToken)
    {
        var before = decision.Organization().DataPlane;
        if (ConflictError.IfStale(input.ExpectedVersion, before.Version) is { } stale)
        {
            return stale;
        }

        if (Read(input, before, out var state) is { } invalid)
        {
            return invalid;
        }

        if (state == before)
        {
            return null;
        }

        decision.Raise(new DataPlaneUpdated(), ManagedToken.Subject);
        if (state.ApiUrl is null)
        {
            state = before.ApiUrl is null ? state : ManagedToken.Withdraw(decision, state);
        }
        else if (!DataPlaneUrls.AreSame(before.ApiUrl, state.ApiUrl))
        {
            // The one who has the token is not the data plane any more.
            state = _token.Replace(decision, state, made, sealedToken);
        }
        else if (state.AccountId is { } account)
        {
            ManagedToken.SetGrants(decision, account, state.ResolvesSecrets);
        }

        decision.Put(DataPlaneRow.Table, state.ToRow(decision.Before.OrganizationId));
        return null;
    }

    private ValidationError? Read(UpdateDataPlaneInput input, DataPlaneSnapshot before, out DataPlaneSnapshot state)
    {
        state = before;
        if (InputRules.NotNull(input, "resolvesSecrets") is { } missing)
        {
            return missing;
        }

        var badApi = DataPlaneUrls.Read(_outbound, DataPlaneEndpoint.Api, input.ApiUrl, "apiUrl", out var api);
        var badProxy = DataPlaneUrls.Read(_outbound, DataPlaneEndpoint.Proxy, input.ProxyUrl, "proxyUrl", out var proxy);
        var badRealtime = DataPlaneUrls.Read(_outbound, DataPlaneEndpoint.Realtime, input.RealtimeUrl, "realtimeUrl", out var realtime);
        if ((badApi ?? badProxy ?? badRealtime) is { } bad)
        {
            return bad;
        }

        state = before with
        {
            ApiUrl = input.Has("apiUrl") ? api : before.ApiUrl,
            ProxyUrl = input.Has("proxyUrl") ? proxy : before.ProxyUrl,
            RealtimeUrl = input.Has("realtimeUrl") ? realtime : before.RealtimeUrl,
        };
        if (input.ResolvesSecrets == true && state.ApiUrl is null)
        {
            return new ValidationError("Without apiUrl there is no data plane that could resolve secrets.", "resolvesSecrets");
        }

        state = state with { ResolvesSecrets = state.ApiUrl is not null && (input.ResolvesSecrets ?? before.ResolvesSecrets) };
        if (state != before)
        {
            var after = state;
            state = state with { LastTests = [.. before.LastTests.Where(test => DataPlaneUrls.AreSame(before.UrlOf(test.Endpoint), after.UrlOf(test.Endpoint)))] };
        }

        return null;
    }
}
