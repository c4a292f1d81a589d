using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>A key pair of a test issuer. Signs by hand, because the package refuses to make most of the tokens we need.</summary>
internal sealed record TestKey(string Id, AsymmetricAlgorithm Pair)
{
    public static TestKey Rsa(string id, int bits = 2048) => new(id, RSA.Create(bits));

    public static TestKey P256(string id) => new(id, ECDsa.Create(ECCurve.NamedCurves.nistP256));

    public static TestKey P384(string id) => new(id, ECDsa.Create(ECCurve.NamedCurves.nistP384));

    public string DefaultAlgorithm => Pair is RSA ? "RS256" : "ES256";

    public byte[] Sign(byte[] data, string algorithm) => (Pair, algorithm) switch
    {
        (RSA rsa, "PS256") => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        (RSA rsa, "RS384") => rsa.SignData(data, HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        (RSA rsa, _) => rsa.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        (ECDsa ec, _) => ec.SignData(data, HashAlgorithmName.SHA256),
        _ => throw new NotSupportedException(),
    };

    public JsonObject ToJwk()
    {
        if (Pair is RSA rsa)
        {
            var key = rsa.ExportParameters(false);
            return new JsonObject { ["kty"] = "RSA", ["kid"] = Id, ["use"] = "sig", ["n"] = Text(key.Modulus!), ["e"] = Text(key.Exponent!) };
        }

        var ec = (ECDsa)Pair;
        var point = ec.ExportParameters(false).Q;
        return new JsonObject { ["kty"] = "EC", ["kid"] = Id, ["crv"] = $"P-{ec.KeySize}", ["x"] = Text(point.X!), ["y"] = Text(point.Y!) };
    }

    private static string Text(byte[] bytes) => Base64Url.EncodeToString(bytes);
}
