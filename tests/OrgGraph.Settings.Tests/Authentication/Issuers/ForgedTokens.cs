using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>Tokens that must sign nobody in, by what is wrong with them.</summary>
internal static class ForgedTokens
{
    public static IReadOnlyDictionary<string, Func<IssuerScene, string>> All { get; } = new Dictionary<string, Func<IssuerScene, string>>
    {
        // Signatures and algorithms.
        ["alg none, no signature"] = scene => scene.Token().WithHeader("alg", "none").Sign(_ => []),
        ["alg None, capitalised"] = scene => scene.Token().WithHeader("alg", "None").Sign(_ => []),
        ["alg none, a signature kept"] = scene => scene.Token().WithHeader("alg", "none").Sign(),
        ["alg missing"] = scene => scene.Token().WithoutHeader("alg").Sign(data => scene.Rsa.Sign(data, "RS256")),
        ["alg a number"] = scene => scene.Token().WithHeader("alg", 256).Sign(),
        ["alg rs256 in lower case"] = scene => scene.Token().WithHeader("alg", "rs256").Sign(),
        ["signature cut off"] = scene => scene.Token().Sign()[..^20],
        ["signature empty"] = scene => scene.Token().Sign(_ => []),
        ["signature of zeros, ES256"] = scene => scene.Token(scene.Ec).Sign(_ => new byte[64]),
        ["signature in DER, ES256"] = scene => scene.Token(scene.Ec)
            .Sign(data => ((ECDsa)scene.Ec.Pair).SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)),
        ["HS256 with the public key's PEM as secret"] = scene => Hmac(scene, ((RSA)scene.Rsa.Pair).ExportSubjectPublicKeyInfoPem()),
        ["HS256 with the modulus as secret"] = scene => Hmac(scene, scene.Rsa.ToJwk()["n"]!.ToString()),
        ["RS384 by the right key"] = scene => scene.Token().WithHeader("alg", "RS384").Sign(),
        ["ES256 in the header, signed RS256"] = scene => scene.Token().WithHeader("alg", "ES256").Sign(),
        ["RS256 in the header, the EC key's id and signature"] = scene => scene.Token(scene.Ec).WithHeader("alg", "RS256").Sign(),
        ["PS256 in the header, signed PKCS #1"] = scene => scene.Token().WithHeader("alg", "PS256").Sign(data => scene.Rsa.Sign(data, "RS256")),
        ["signed by a stranger's key of the same id"] = scene => scene.Token().Sign(scene.Stranger),
        ["signed by a 1,024 bit key that is published"] = scene => scene.Token(scene.Main.Keys[2]).Sign(),
        ["signed by a P-384 key that is published"] = scene => scene.Token(scene.Main.Keys[3]).Sign(),
        ["payload changed after signing"] = scene => Splice(scene.Token().With("sub", "person-2").Sign(), scene.Token().Sign()),

        // Keys by the token's own word.
        ["jwk header brings the key"] = scene => scene.Token().WithHeader("jwk", scene.Stranger.ToJwk()).Sign(scene.Stranger),
        ["jku header names a key server"] = scene => scene.Token().WithHeader("jku", scene.Other.Authority + "/keys").WithHeader("kid", "rsa-other").Sign(scene.OtherRsa),
        ["x5u header names a certificate"] = scene => scene.Token().WithHeader("x5u", scene.Other.Authority + "/keys").Sign(scene.Stranger),
        ["x5c header brings a certificate"] = scene => scene.Token().WithHeader("x5c", new JsonArray(Certificate(scene.Stranger))).Sign(scene.Stranger),
        ["kid of another issuer"] = scene => scene.Token(scene.OtherRsa).Sign(),
        ["kid unknown"] = scene => scene.Token().WithHeader("kid", "nobody").Sign(),
        ["kid missing while the issuer has several keys"] = scene => scene.Token().WithoutHeader("kid").Sign(),
        ["kid empty"] = scene => scene.Token().WithHeader("kid", "").Sign(),
        ["kid a number"] = scene => scene.Token().WithHeader("kid", 1).Sign(),
        ["kid of 257 characters"] = scene => scene.Token().WithHeader("kid", new string('k', 257)).Sign(),
        ["kid a path"] = scene => scene.Token().WithHeader("kid", "../../dev/null").Sign(_ => HMACSHA256.HashData([], [])),

        // The header's other words.
        ["typ missing"] = scene => scene.Token().WithoutHeader("typ").Sign(),
        ["typ of an ID token hint"] = scene => scene.Token().WithHeader("typ", "id+jwt").Sign(),
        ["typ of a logout token"] = scene => scene.Token().WithHeader("typ", "logout+jwt").Sign(),
        ["typ null"] = scene => scene.Token().WithHeader("typ", null).Sign(),
        ["crit with an unknown extension"] = scene => scene.Token().WithHeader("crit", new JsonArray("b65")).WithHeader("b65", true).Sign(),
        ["crit with b64"] = scene => scene.Token().WithHeader("crit", new JsonArray("b64")).WithHeader("b64", false).Sign(),
        ["crit empty"] = scene => scene.Token().WithHeader("crit", new JsonArray()).Sign(),
        ["alg twice in the header"] = scene => scene.Token().SignText("""{"alg":"none","alg":"RS256","typ":"JWT","kid":"rsa-1"}""", scene.Token().Payload.ToJsonString()),

        // Issuer and audience.
        ["issuer with a trailing slash"] = scene => scene.Token().With("iss", scene.Main.Authority + "/").Sign(),
        ["issuer in capitals"] = scene => scene.Token().With("iss", scene.Main.Authority.ToUpperInvariant()).Sign(),
        ["issuer unknown"] = scene => scene.Token().With("iss", "https://login.example.com").Sign(),
        ["issuer is the demo while it is off"] = scene => scene.Token().With("iss", "urn:orggraph:demo").With("aud", "orggraph").Sign(),
        ["issuer missing"] = scene => scene.Token().Without("iss").Sign(),
        ["issuer of the other, signed by the first"] = scene => scene.Token().With("iss", scene.Other.Authority).Sign(),
        ["issuer an array"] = scene => scene.Token().With("iss", new JsonArray(scene.Main.Authority)).Sign(),
        ["audience another"] = scene => scene.Token().With("aud", "another").Sign(),
        ["audience with a trailing slash"] = scene => scene.Token().With("aud", "orggraph-test/").Sign(),
        ["audience in capitals"] = scene => scene.Token().With("aud", "OrgGraph-Test").Sign(),
        ["audience missing"] = scene => scene.Token().Without("aud").Sign(),
        ["audience an empty array"] = scene => scene.Token().With("aud", new JsonArray()).Sign(),

        // Times.
        ["expired by 30 s"] = scene => scene.Token().With("exp", scene.In(-30)).Sign(),
        ["exp missing"] = scene => scene.Token().Without("exp").Sign(),
        ["exp a string"] = scene => scene.Token().With("exp", scene.In(600).ToString()).Sign(),
        ["exp null"] = scene => scene.Token().With("exp", null).Sign(),
        ["exp beyond the calendar"] = scene => scene.Token().With("exp", 1e300).Sign(),
        ["exp twice"] = scene => scene.Token().SignText(scene.Token().Header.ToJsonString(), TwiceExp(scene)),
        ["nbf 31 s ahead"] = scene => scene.Token().With("nbf", scene.In(31)).Sign(),
        ["iat 31 s ahead"] = scene => scene.Token().With("iat", scene.In(31)).Sign(),
        ["a life of 24 h and 1 s"] = scene => scene.Token().With("exp", scene.In(86_401)).Sign(),
        ["a life of 25 h, iat in the past"] = scene => scene.Token().With("iat", scene.In(-86_400)).With("exp", scene.In(3_600)).Sign(),
        ["24 h and 1 s left, no iat"] = scene => scene.Token().Without("iat").With("exp", scene.In(86_401)).Sign(),

        // Tokens for another purpose, and subjects.
        ["ID token by nonce"] = scene => scene.Token().With("nonce", "n").Sign(),
        ["ID token by at_hash"] = scene => scene.Token().With("at_hash", "h").Sign(),
        ["ID token by c_hash"] = scene => scene.Token().With("c_hash", "h").Sign(),
        ["ID token by a nonce of null"] = scene => scene.Token().With("nonce", null).Sign(),
        ["logout token by events"] = scene => scene.Token().With("events", new JsonObject()).Sign(),
        ["sub missing"] = scene => scene.Token().Without("sub").Sign(),
        ["sub empty"] = scene => scene.Token().With("sub", "").Sign(),
        ["sub blank"] = scene => scene.Token().With("sub", "  ").Sign(),
        ["sub a number"] = scene => scene.Token().With("sub", 1).Sign(),
        ["sub of 257 characters"] = scene => scene.Token().With("sub", new string('s', 257)).Sign(),
        ["sub with a line break"] = scene => scene.Token().With("sub", "a\nb").Sign(),

        // No token at all.
        ["nothing"] = _ => "",
        ["garbage"] = _ => "garbage",
        ["three dots of garbage"] = _ => "a.b.c",
        ["only dots"] = _ => "..",
        ["five parts, as encrypted"] = scene => scene.Token().Sign() + ".x.y",
        ["a space before it"] = scene => " " + scene.Token().Sign(),
        ["a line break behind it"] = scene => scene.Token().Sign() + "\n",
        ["padding"] = scene => scene.Token().Sign() + "==",
        ["a payload that is an array"] = scene => scene.Token().SignText(scene.Token().Header.ToJsonString(), "[]"),
        ["a payload that is no JSON"] = scene => scene.Token().SignText(scene.Token().Header.ToJsonString(), "{"),
        ["a payload nested 1,000 deep"] = scene => scene.Token().SignText(scene.Token().Header.ToJsonString(), new string('[', 1000) + new string(']', 1000)),
        ["a claim that is no valid Unicode"] = scene => scene.Token().SignText(scene.Token().Header.ToJsonString(), HalfSurrogate(scene)),
        ["8 KiB and more"] = scene => scene.Token().With("pad", new string('p', 8192)).Sign(),
    };

    private static string Hmac(IssuerScene scene, string secret) =>
        scene.Token().WithHeader("alg", "HS256").Sign(data => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), data));

    private static string Splice(string payloadOf, string signatureOf) =>
        payloadOf[..payloadOf.LastIndexOf('.')] + signatureOf[signatureOf.LastIndexOf('.')..];

    private static string TwiceExp(IssuerScene scene) => scene.Token().Payload.ToJsonString()[..^1] + $",\"exp\":{scene.In(601)}}}";

    private static string HalfSurrogate(IssuerScene scene) => scene.Token().Payload.ToJsonString()[..^1] + ",\"name\":\"\\ud800\"}";

    private static string Certificate(TestKey key)
    {
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest(
            "CN=stranger", (RSA)key.Pair, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
        return Convert.ToBase64String(certificate.RawData);
    }
}
