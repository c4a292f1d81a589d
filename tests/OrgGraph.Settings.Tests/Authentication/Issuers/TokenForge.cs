using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>A good token that a test spoils before it is signed, or after.</summary>
internal sealed class TokenForge
{
    private readonly TestKey _key;

    public TokenForge(string issuer, TestKey key, DateTimeOffset now)
    {
        _key = key;
        Header = new JsonObject { ["alg"] = key.DefaultAlgorithm, ["typ"] = "JWT", ["kid"] = key.Id };
        Payload = new JsonObject
        {
            ["iss"] = issuer,
            ["aud"] = "orggraph-test",
            ["sub"] = "person-1",
            ["iat"] = now.ToUnixTimeSeconds(),
            ["exp"] = now.ToUnixTimeSeconds() + 600,
            ["email"] = "olivia@acme.test",
            ["email_verified"] = true,
        };
    }

    public JsonObject Header { get; }

    public JsonObject Payload { get; }

    public TokenForge With(string claim, JsonNode? value)
    {
        Payload[claim] = value;
        return this;
    }

    public TokenForge Without(string claim)
    {
        Payload.Remove(claim);
        return this;
    }

    public TokenForge WithHeader(string name, JsonNode? value)
    {
        Header[name] = value;
        return this;
    }

    public TokenForge WithoutHeader(string name)
    {
        Header.Remove(name);
        return this;
    }

    /// <summary>Signed by the issuer's key, or by another one.</summary>
    public string Sign(TestKey? by = null) => Sign(data => (by ?? _key).Sign(data, Header["alg"]!.ToString()));

    public string Sign(Func<byte[], byte[]> signer) => SignText(Header.ToJsonString(), Payload.ToJsonString(), signer);

    /// <summary>For headers and payloads that a JSON object cannot hold, e.g. with a name given twice.</summary>
    public string SignText(string header, string payload) => SignText(header, payload, data => _key.Sign(data, _key.DefaultAlgorithm));

    private static string SignText(string header, string payload, Func<byte[], byte[]> signer)
    {
        var signed = Encode(header) + "." + Encode(payload);
        return signed + "." + Base64Url.EncodeToString(signer(Encoding.ASCII.GetBytes(signed)));
    }

    private static string Encode(string text) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}
