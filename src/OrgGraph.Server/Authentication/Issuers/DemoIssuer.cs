using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>
/// Makes tokens for anybody who gives an e-mail address: Development's demo sign-in. Its key is the data folder's, so a token
/// outlives a restart and counts on every node of that folder, and on no other.
/// </summary>
public sealed class DemoIssuer
{
    /// <summary>The tokens' <c>iss</c>.</summary>
    public const string Name = "urn:orggraph:demo";

    /// <summary>The tokens' <c>aud</c>.</summary>
    public const string Audience = "orggraph";

    /// <summary>The longest life of a token, in seconds.</summary>
    public const int LongestLife = 3600;

    private readonly JsonWebTokenHandler _handler = new() { SetDefaultTimesOnTokenCreation = false };
    private readonly TimeProvider _time;
    private readonly IssuerKey _publicKey;
    private readonly SigningCredentials _credentials;

    private DemoIssuer(ECDsa key, TimeProvider time)
    {
        _time = time;
        _publicKey = IssuerKey.Of(Jwk(key.ExportParameters(includePrivateParameters: false)));
        _publicKey.Key.Kid = _publicKey.Thumbprint;
        var signingKey = Jwk(key.ExportParameters(includePrivateParameters: true));
        signingKey.Kid = _publicKey.Thumbprint;
        _credentials = new SigningCredentials(signingKey, SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>Opens the demo issuer of a data folder, which must exist; the first one makes its key.</summary>
    public static DemoIssuer Open(string dataDirectory, TimeProvider time)
    {
        using var key = DemoSigningKey.Open(dataDirectory);
        return new DemoIssuer(key, time);
    }

    /// <summary>Whether the text is an e-mail address for which a token can be made.</summary>
    public static bool IsEmail(string text) => DemoPerson.Of(text) is not null;

    /// <summary>A token for the person of that address, counting for at least <paramref name="expiresIn"/> seconds (1 to 3,600).</summary>
    /// <exception cref="ArgumentException">The address is none.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The life is out of range.</exception>
    public (string AccessToken, int ExpiresIn) Issue(string email, int expiresIn)
    {
        var person = DemoPerson.Of(email) ?? throw new ArgumentException("Not an e-mail address.", nameof(email));
        ArgumentOutOfRangeException.ThrowIfLessThan(expiresIn, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(expiresIn, LongestLife);

        // Times of a token are whole seconds. Rounding the end up keeps a token of one second from being born expired.
        var now = _time.GetUtcNow();
        var issuedAt = now.ToUnixTimeSeconds();
        var expiresAt = now.AddSeconds(expiresIn).AddTicks(TimeSpan.TicksPerSecond - 1).ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["iat"] = issuedAt,
            ["exp"] = expiresAt,
            ["sub"] = person.Email,
            ["email"] = person.Email,
            ["email_verified"] = true,
        };
        AddName(claims, "given_name", person.GivenName);
        AddName(claims, "family_name", person.FamilyName);
        AddName(claims, "name", person.DisplayName);
        var token = _handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Name,
            Audience = Audience,
            Claims = claims,
            TokenType = "at+jwt",
            SigningCredentials = _credentials,
        });
        return (token, expiresIn);
    }

    internal ValueTask<KeyAnswer> FindKeyAsync(string? keyId, string algorithm, CancellationToken cancellation) =>
        ValueTask.FromResult(keyId == _publicKey.Thumbprint && _publicKey.Fits(algorithm) ? new KeyAnswer(true, _publicKey) : KeyAnswer.NotFound);

    // Not an ECDsaSecurityKey, nor one converted: the package caches signature providers for the whole process by key, so a second
    // issuer of the same data folder would sign with the first one's ECDsa, disposed or not. Of a JWK it makes an ECDsa of its own.
    private static JsonWebKey Jwk(ECParameters key) => new()
    {
        Kty = JsonWebAlgorithmsKeyTypes.EllipticCurve,
        Crv = JsonWebKeyECTypes.P256,
        X = Base64UrlEncoder.Encode(key.Q.X),
        Y = Base64UrlEncoder.Encode(key.Q.Y),
        D = key.D is null ? null : Base64UrlEncoder.Encode(key.D),
    };

    private static void AddName(Dictionary<string, object> claims, string claim, string? name)
    {
        if (name is not null)
        {
            claims.Add(claim, name);
        }
    }
}
