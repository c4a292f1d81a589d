namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>Finds the key that an issuer signs with, by the token's <c>kid</c> and <c>alg</c>.</summary>
internal delegate ValueTask<KeyAnswer> FindIssuerKey(string? keyId, string algorithm, CancellationToken cancellation);

/// <summary>
/// One issuer as the verifier sees it, OpenID Connect and demo alike. ExpirySkew: how long after its end a token still
/// counts, for clocks that differ.
/// </summary>
internal sealed record Issuer(string Name, string Audience, bool IsTrustedForEmail, TimeSpan ExpirySkew, FindIssuerKey FindKey);

/// <summary>A key, or none of that id, or that the issuer's keys cannot be obtained now.</summary>
internal readonly record struct KeyAnswer(bool IsAvailable, IssuerKey? Key)
{
    public static KeyAnswer Unavailable => new(false, null);

    public static KeyAnswer NotFound => new(true, null);
}
