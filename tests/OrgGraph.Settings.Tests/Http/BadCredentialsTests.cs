using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>Credentials that sign nobody in, over HTTP: one answer to all of them, whatever is wrong.</summary>
public sealed class BadCredentialsTests(SharedServer server) : IClassFixture<SharedServer>
{
    public static TheoryData<string, string> Bad => new()
    {
        { "garbage", "garbage" },
        { "a key of another vendor", "sk-proj-abcdefghijklmnopqrstuvwxyz0123456789" },
        { "a key with a wrong checksum", "sk-" + new string('0', 49) },
        { "a service token with a wrong checksum", "bt-st-" + new string('0', 49) },
        { "an empty token", "" },
        { "alg none", Jwt("""{"alg":"none","typ":"JWT"}""", Payload, "") },
        { "HS256 with an empty secret", Jwt("""{"alg":"HS256","typ":"JWT"}""", Payload, Encode(System.Security.Cryptography.HMACSHA256.HashData(new byte[1], new byte[1]))) },
        { "a header that brings its key", Jwt("""{"alg":"RS256","typ":"JWT","jwk":{"kty":"RSA","n":"AQAB","e":"AQAB"}}""", Payload, "AAAA") },
        { "three dots", "a.b.c" },
        { "only dots", "ey.." },
        { "nested 1,000 deep", Jwt("""{"alg":"ES256","typ":"JWT"}""", new string('[', 1000) + new string(']', 1000), "AAAA") },
        { "8 KiB and more", "ey" + new string('a', 9000) },
    };

    private const string Payload = """{"iss":"urn:orggraph:demo","aud":"orggraph","sub":"olivia@acme.test","email":"olivia@acme.test","email_verified":true,"exp":1900000000}""";

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Refused_when_the_credential_is_bad(string what, string credential)
    {
        var (status, challenge, text) = await AskAsync("Bearer " + credential);

        Assert.Equal((what, HttpStatusCode.Unauthorized, "Bearer error=\"invalid_token\""), (what, status, challenge));
        Assert.Equal(text, (await AskAsync("Bearer unknown")).Text);
        Assert.Contains("AUTH_NOT_AUTHENTICATED", text, StringComparison.Ordinal);
        Assert.DoesNotContain(server.App.Logs.Lines, line => credential.Length > 10 && line.Contains(credential, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Basic b2xpdmlhOg==")]
    [InlineData("Bearer")]
    [InlineData("bearer")]
    public async Task Refused_when_the_scheme_is_another(string header) => Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(header)).Status);

    [Fact]
    public async Task Refused_when_any_part_of_a_good_token_is_changed()
    {
        var good = (await server.App.VeraAsync()).Credential!;
        var parts = good.Split('.');

        foreach (var forged in new[]
        {
            $"{parts[0]}.{Encode(Encoding.UTF8.GetBytes(Payload))}.{parts[2]}",
            $"{Encode("""{"alg":"none","typ":"JWT"}"""u8.ToArray())}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}.",
            $"{parts[0]}.{parts[1]}.{new string('A', parts[2].Length)}",
            $"{good}.x",
        })
        {
            Assert.Equal((forged, HttpStatusCode.Unauthorized), (forged, (await AskAsync("Bearer " + forged)).Status));
        }

        Assert.Equal(HttpStatusCode.OK, (await AskAsync("Bearer " + good)).Status);
    }

    private async Task<(HttpStatusCode Status, string Challenge, string Text)> AskAsync(string authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(JsonSerializer.Serialize(new { query = "{ viewer { credential { kind } } }" }), Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        request.Headers.TryAddWithoutValidation("Authorization", authorization);
        using var answer = await server.App.Http.SendAsync(request);
        return (answer.StatusCode, string.Join(", ", answer.Headers.WwwAuthenticate), await answer.Content.ReadAsStringAsync());
    }

    private static string Jwt(string header, string payload, string signature) => $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(payload))}.{signature}";

    private static string Encode(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
