using System.ComponentModel;
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

/// <summary>A new token for the data plane.</summary>
public sealed class RefreshDataPlaneTokenInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Shows the token, to be installed by hand, instead of bringing it to the data plane. By session only.</summary>
    [DefaultValue(false)]
    public bool Reveal { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The organization with its data plane, or why there is no new token.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(UpstreamError))]
public sealed class RefreshDataPlaneTokenPayload : MutationPayload
{
    internal RefreshDataPlaneTokenPayload(AppendResult result, Secret? secret)
        : base(result)
    {
        if (result.IsAccepted)
        {
            Organization = new Organization(result.Organization());
            Secret = secret?.Reveal();
        }
    }

    /// <summary>The organization.</summary>
    public Organization? Organization { get; }

    /// <summary>The token itself, when reveal was asked: shown once, here and nowhere else.</summary>
    public string? Secret { get; }
}

/// <summary>
/// Caller: an owner by session or by the token of an account in Owners; with reveal by session only. Refused: no apiUrl, or one to which this
/// server does not go any more. Writes: the new token, its hash; the old hash is deleted; without reveal the sealed token and the work item
/// that delivers it. Events: ServiceTokenRotated and ServiceTokenRevoked, or ServiceTokenCreated; DataPlaneTokenChanged.
/// </summary>
public sealed class RefreshDataPlaneTokenMutation
{
    private readonly MutationRunner _runner;
    private readonly SecretVault _vault;
    private readonly TokenHasher _hasher;
    private readonly IOutboundHttp _outbound;
    private readonly ManagedToken _token;

    internal RefreshDataPlaneTokenMutation(MutationRunner runner, SecretVault vault, TokenHasher hasher, IOutboundHttp outbound, ManagedToken token) =>
        (_runner, _vault, _hasher, _outbound, _token) = (runner, vault, hasher, outbound, token);

    /// <summary>Makes a new token for the data plane, also when the old one was revoked. The old one ends at once. Not by API key.</summary>
    /// <param name="input">For which organization.</param>
    [Authorize(Policy.SessionOrServiceToken), Authorize(Policy.Owner)]
    public async Task<RefreshDataPlaneTokenPayload?> RefreshDataPlaneTokenAsync(IResolveFieldContext context, RefreshDataPlaneTokenInput input)
    {
        var request = context.Request();
        var organization = input.Scope.OrganizationId!.Value;
        if (input.Reveal && Policies.Check([Policy.Session], request.Caller, null, Scope.None, request.Now) is var verdict and not Verdict.Allowed)
        {
            // A program that could read the token would have one that outlives its own.
            request.Trail?.Denied(context, await request.SnapshotAsync(organization));
            verdict.Require();
        }

        var made = new NewCredential(Secrets.CredentialKind.ServiceToken, _hasher);
        var sealedToken = input.Reveal ? null : await _vault.SealAsync(organization, ManagedToken.SecretField, made.Token, request.Cancellation);
        return new RefreshDataPlaneTokenPayload(await _runner.DecideAsync(context, decision => Decide(decision, made, sealedToken)), input.Reveal ? made.Token : null);
    }

    private Refusal? Decide(Decision decision, NewCredential made, SealedWrite? sealedToken)
    {
        var before = decision.Organization().DataPlane;
        if (before.ApiUrl is not { } url)
        {
            return new NotFoundError("There is no data plane that could have a token: set its apiUrl first.");
        }

        // The working token is not given up for one that can never arrive.
        if (sealedToken is not null && _outbound.WhyNot(url) is { } reason)
        {
            return new UpstreamError($"The server does not go to the data plane's apiUrl: {reason} Ask with reveal, and install the token by hand.", null);
        }

        decision.Put(DataPlaneRow.Table, _token.Replace(decision, before, made, sealedToken).ToRow(decision.Before.OrganizationId));
        return null;
    }
}
