using Microsoft.IdentityModel.Tokens;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>A public key of an issuer. The thumbprint tells two keys of one id apart.</summary>
internal sealed record IssuerKey(JsonWebKey Key, string Thumbprint)
{
    public static IssuerKey Of(JsonWebKey key) => new(key, Base64UrlEncoder.Encode(key.ComputeJwkThumbprint()));

    public bool Fits(string algorithm) =>
        (string.IsNullOrEmpty(Key.Alg) || Key.Alg == algorithm)
        && algorithm switch
        {
            SecurityAlgorithms.RsaSha256 or SecurityAlgorithms.RsaSsaPssSha256 => Key.Kty == JsonWebAlgorithmsKeyTypes.RSA,
            SecurityAlgorithms.EcdsaSha256 => Key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve,
            _ => false,
        };
}

/// <summary>The usable keys of one JWKS document: RSA from 2,048 bits and P-256, for signatures. Anything else in it is passed over.</summary>
internal sealed class IssuerKeySet
{
    private const int SmallestRsaKey = 2048;
    private readonly List<IssuerKey> _keys;

    private IssuerKeySet(List<IssuerKey> keys) => _keys = keys;

    public bool IsEmpty => _keys.Count == 0;

    public static IssuerKeySet From(JsonWebKeySet document) => new([.. document.Keys.Where(IsUsable).Select(IssuerKey.Of)]);

    /// <summary>A token without <c>kid</c> is known only to a set of one key (OpenID Connect Core, 10.1).</summary>
    public bool Knows(string? keyId) => keyId is null || _keys.Exists(key => key.Key.Kid == keyId);

    public IssuerKey? Find(string? keyId, string algorithm) =>
        keyId is null
            ? (_keys is [var only] && only.Fits(algorithm) ? only : null)
            : _keys.Find(key => key.Key.Kid == keyId && key.Fits(algorithm));

    private static bool IsUsable(JsonWebKey key)
    {
        if (!string.IsNullOrEmpty(key.Use) && key.Use != JsonWebKeyUseNames.Sig)
        {
            return false;
        }

        try
        {
            return key.Kty switch
            {
                JsonWebAlgorithmsKeyTypes.RSA => key.E is not null && key.KeySize >= SmallestRsaKey,
                JsonWebAlgorithmsKeyTypes.EllipticCurve => key is { Crv: JsonWebKeyECTypes.P256, X: not null, Y: not null },
                _ => false,
            };
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
