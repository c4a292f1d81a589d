using OrgGraph.Secrets;
using OrgGraph.Server.Authentication.Issuers;
using OrgGraph.Server.RateLimiting;
using OrgGraph.Server.Telemetry;
using OrgGraph.Settings;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Transport;

namespace OrgGraph.Server.Authentication;

/// <summary>Turns what a request carries into one <see cref="Caller"/>: a person's token, an API key, a service token, or nobody.</summary>
internal sealed class Authenticator(
    PersonTokenVerifier people,
    PeopleDirectory directory,
    CredentialDirectory credentials,
    CredentialReader reader,
    SnapshotStore store,
    UsageTracker usage,
    RevocationWatch watch,
    RateLimits limits,
    ServerMetrics metrics,
    ServerSetup setup,
    TimeProvider clock)
    : IConnectionAuthenticator
{
    private const string Scheme = "Bearer ";
    private const int RetrySeconds = 5;

    private static readonly AuthenticationOutcome Refused = new AuthenticationOutcome.Refused();
    private static readonly AuthenticationOutcome Nobody = new AuthenticationOutcome.Accepted(CallerIdentity.Anonymous);

    public ValueTask<AuthenticationOutcome> AuthenticateAsync(HttpContext context, IReadOnlyList<string> authorization, CancellationToken cancellation)
    {
        if (authorization.Count == 0)
        {
            return new ValueTask<AuthenticationOutcome>(Nobody);
        }

        if (authorization.Count > 1 && authorization.Distinct().Count() > 1)
        {
            return new ValueTask<AuthenticationOutcome>(new AuthenticationOutcome.Ambiguous());
        }

        var value = authorization[0];
        return value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) && value[Scheme.Length..].Trim() is { Length: > 0 } token
            ? JudgeAsync(token, context, cancellation)
            : new ValueTask<AuthenticationOutcome>(Refuse(context));
    }

    // Judged all the same: a good credential works from an address whose others fail.
    private AuthenticationOutcome Refuse(HttpContext context)
    {
        if (setup.Options.RateLimiting && limits.RefuseCredential(context) is { } wait)
        {
            metrics.Refused(RefusalReason.CredentialRate);
            return new AuthenticationOutcome.TooMany((int)Math.Ceiling(wait.TotalSeconds));
        }

        metrics.Refused(RefusalReason.Credential);
        return Refused;
    }

    private async ValueTask<AuthenticationOutcome> JudgeAsync(string token, HttpContext context, CancellationToken cancellation)
    {
        var outcome = await JudgeAsync(token, cancellation);
        return outcome is AuthenticationOutcome.Refused ? Refuse(context) : outcome;
    }

    private async ValueTask<AuthenticationOutcome> JudgeAsync(string token, CancellationToken cancellation)
    {
        try
        {
            // sk- is other vendors' prefix too: what is no token of ours is refused here, before any look-up and unlogged.
            return CredentialToken.TryParse(token, out var kind) ? await JudgeTokenAsync(kind, token, cancellation)
                : token.StartsWith("ey", StringComparison.Ordinal) ? await JudgePersonAsync(token, cancellation)
                : Refused;
        }
        catch (Exception e) when (e is System.Data.Common.DbException || (e is RequestFault { Code: RequestErrorCodes.Unavailable }))
        {
            return new AuthenticationOutcome.Unavailable(RetrySeconds);
        }
    }

    private async ValueTask<AuthenticationOutcome> JudgePersonAsync(string token, CancellationToken cancellation)
    {
        switch (await people.VerifyAsync(token, cancellation))
        {
            case PersonTokenOutcome.Accepted { Token: var person }:
                var identity = new PersonIdentity(
                    person.Issuer,
                    person.Subject,
                    person.DisplayName ?? person.Email ?? "Somebody",
                    person.Email ?? NoAddress(person),
                    person.EmailIsVerified && person.Email is { } email ? email.Trim().Normalize().ToLowerInvariant() : null,
                    person.GivenName,
                    person.FamilyName,
                    person.AvatarUrl);
                return new AuthenticationOutcome.Accepted(new CallerIdentity(Caller.Session(await directory.SignInAsync(identity, cancellation), person.ExpiresAt)));
            case PersonTokenOutcome.Unavailable:
                return new AuthenticationOutcome.Unavailable(RetrySeconds);
            default:
                return Refused;
        }
    }

    // Everybody shows an address. The top-level domain is reserved: nobody has it, and it counts for no invitation.
    private static string NoAddress(PersonToken person) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(person.Issuer + "\n" + person.Subject)))[..16] + "@no-address.invalid";

    private async ValueTask<AuthenticationOutcome> JudgeTokenAsync(Secrets.CredentialKind kind, string token, CancellationToken cancellation)
    {
        Caller? caller = null;
        var found = await credentials.FindAsync(kind, token, async place => (caller = await CallerAtAsync(kind, place, cancellation)) is not null, cancellation);
        if (found is null || caller is null)
        {
            return Refused;
        }

        usage.Record(found.OrganizationId, found.CredentialId);
        return new AuthenticationOutcome.Accepted(new CallerIdentity(caller, watch));
    }

    private async ValueTask<Caller?> CallerAtAsync(Secrets.CredentialKind kind, CredentialPlace place, CancellationToken cancellation) =>
        await store.GetAsync(place.OrganizationId, cancellation) is { IsArchived: false } snapshot
        && await reader.ReadAsync(kind, snapshot, place.CredentialId, cancellation) is { } caller
        && snapshot.IsCredentialGood(caller, clock.GetUtcNow())
            ? caller
            : null;
}
