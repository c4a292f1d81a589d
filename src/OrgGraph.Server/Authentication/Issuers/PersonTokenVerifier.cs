using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>
/// Says whether a JWT signs a person in. Everything that needs no key is checked first, then the issuer's key is found, then
/// Microsoft.IdentityModel checks signature, issuer, audience and times. HTTP, sockets and SSE all ask here.
/// </summary>
public sealed class PersonTokenVerifier : IDisposable
{
    private readonly JsonWebTokenHandler _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = JwtContent.MaximumLength };
    private readonly VerifiedTokens _verified = new();
    private readonly Dictionary<string, Issuer> _issuers = new(StringComparer.Ordinal);
    private readonly IssuerDocuments _documents;
    private readonly TimeProvider _time;

    /// <param name="issuers">The configured issuers; they are checked, and what cannot be used throws.</param>
    /// <param name="demo">The demo issuer while demo sign-in is on, else null: then its tokens are an unknown issuer's.</param>
    /// <param name="isDevelopment">Allows issuers without TLS.</param>
    /// <param name="time">Judges lifetimes by its clock, and ages of keys by its timestamps.</param>
    /// <param name="logger">Is told of keys that cannot be fetched, never of tokens.</param>
    public PersonTokenVerifier(
        IReadOnlyList<IssuerOptions> issuers,
        DemoIssuer? demo,
        bool isDevelopment,
        TimeProvider time,
        ILogger<PersonTokenVerifier> logger)
    {
        IssuerOptions.Check(issuers, isDevelopment);
        _time = time;
        _documents = new IssuerDocuments(isDevelopment, time);
        foreach (var options in issuers)
        {
            var keys = new IssuerKeys(_documents, options.Authority, time, logger);
            var trustsEmail = options.IsTrustedForEmail(issuers.Count);
            _issuers.Add(options.Authority, new Issuer(options.Authority, options.Audience, trustsEmail, TokenLifetime.Skew, keys.FindAsync));
        }

        if (demo is not null)
        {
            // Its clock is ours: a token made for one second ends after that second, without tolerance.
            _issuers.Add(DemoIssuer.Name, new Issuer(DemoIssuer.Name, DemoIssuer.Audience, true, TimeSpan.Zero, demo.FindKeyAsync));
        }
    }

    /// <summary>How many tokens are remembered.</summary>
    internal int RememberedTokens => _verified.Count;

    /// <summary>Never throws for what the token holds.</summary>
    public async ValueTask<PersonTokenOutcome> VerifyAsync(string jwt, CancellationToken cancellation)
    {
        if (!JwtContent.IsWellFormed(jwt))
        {
            return PersonTokenOutcome.Refused.Instance;
        }

        var hash = TokenHash.Of(jwt);
        if (_verified.Find(hash) is { } known)
        {
            var answer = await known.Issuer.FindKey(known.KeyId, known.Algorithm, cancellation);
            if (!answer.IsAvailable)
            {
                return PersonTokenOutcome.Unavailable.Instance;
            }

            if (known.HasNotExpired(_time.GetUtcNow()) && answer.Key?.Thumbprint == known.KeyThumbprint)
            {
                return known.Outcome;
            }

            _verified.Forget(hash);
        }

        return await VerifyAnewAsync(jwt, hash, cancellation);
    }

    /// <inheritdoc/>
    public void Dispose() => _documents.Dispose();

    private async Task<PersonTokenOutcome> VerifyAnewAsync(string jwt, TokenHash hash, CancellationToken cancellation)
    {
        if (JwtContent.Read(jwt) is not { } token
            || !_issuers.TryGetValue(token.Issuer, out var issuer)
            || !token.Lifetime.Holds(_time.GetUtcNow(), issuer.ExpirySkew))
        {
            return PersonTokenOutcome.Refused.Instance;
        }

        var answer = await issuer.FindKey(token.KeyId, token.Algorithm, cancellation);
        if (!answer.IsAvailable)
        {
            return PersonTokenOutcome.Unavailable.Instance;
        }

        if (answer.Key is not { } key || !(await _handler.ValidateTokenAsync(jwt, Rules(token, issuer, key))).IsValid)
        {
            return PersonTokenOutcome.Refused.Instance;
        }

        var accepted = new PersonTokenOutcome.Accepted(PersonClaims.Read(token, issuer));
        _verified.Remember(hash, new VerifiedToken(accepted, issuer, token.KeyId, token.Algorithm, key.Thumbprint));
        return accepted;
    }

    // One key is offered, ours: what the header says of keys (jku, x5u, jwk, x5c) has nothing to choose from.
    private TokenValidationParameters Rules(JwtContent token, Issuer issuer, IssuerKey key) => new()
    {
        ValidIssuer = issuer.Name,
        ValidAudience = issuer.Audience,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        IssuerSigningKey = key.Key,
        ValidAlgorithms = JwtContent.Algorithms,
        ValidTypes = JwtContent.Types,
        // The package would ask the ambient clock, and knows no longest life.
        LifetimeValidator = (_, expires, _, _) => expires is not null && token.Lifetime.Holds(_time.GetUtcNow(), issuer.ExpirySkew),
    };
}
