using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.AiProviders;

/// <summary>Fetches the token for ways to sign in whose secret is not sent to the vendor's API itself, but to its sign-in service.</summary>
internal static class ProviderSignIn
{
    private const string MicrosoftSignIn = "https://login.microsoftonline.com";
    private const string GoogleSignIn = "https://oauth2.googleapis.com";
    private const string GoogleScope = "https://www.googleapis.com/auth/cloud-platform";

    /// <summary>The request for a token; null: the secret is sent as it is.</summary>
    /// <param name="vendor">Where the operator says that the vendor is; null: where the vendor is.</param>
    public static OutboundCall? Call(OpenedProvider provider, string? vendor, DateTimeOffset now)
    {
        if (provider.Secret?.Reveal() is not { } secret)
        {
            return null;
        }

        string Part(string name) => SecretForms.Field(secret, name);
        return provider.Draft.Auth.Probe switch
        {
            ProbeAuth.EntraToken => Post($"{Base(vendor, MicrosoftSignIn)}/{Uri.EscapeDataString(Part("tenant_id"))}/oauth2/v2.0/token", [
                ("grant_type", "client_credentials"), ("client_id", Part("client_id")), ("client_secret", Part("client_secret")), ("scope", Part("scope"))]),
            ProbeAuth.WorkspaceToken => Post($"{provider.Draft.Value("api_base")!.TrimEnd('/')}/oidc/v1/token", [
                ("grant_type", "client_credentials"), ("client_id", Part("client_id")), ("client_secret", Part("client_secret")), ("scope", "all-apis")]),
            ProbeAuth.ServiceAccountToken => Post($"{Base(vendor, GoogleSignIn)}/token", [
                ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"), ("assertion", Assertion(Part("client_email"), Part("private_key"), now))]),
            _ => null,
        };
    }

    /// <summary>The token in an answer; null: there is none.</summary>
    public static Secret? TokenIn(OutboundAnswer answer)
    {
        if (answer is not OutboundAnswer.Answered { Status: >= 200 and < 300, IsWhole: true } answered)
        {
            return null;
        }

        try
        {
            var token = SecretForms.Field(Encoding.UTF8.GetString(answered.Body), "access_token");
            return token.Length == 0 || token.Any(char.IsControl) ? null : new Secret(token);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }

    private static OutboundCall Post(string url, IReadOnlyList<(string Name, string Value)> form) => new(HttpMethod.Post, new Uri(url))
    {
        Body = (new Secret(string.Join('&', form.Select(field => $"{field.Name}={Uri.EscapeDataString(field.Value)}"))), "application/x-www-form-urlencoded"),
    };

    private static string Base(string? vendor, string known) => (vendor ?? known).TrimEnd('/');

    // RFC 7523: signed by the account's own key, for Google's sign-in service and nobody else, whatever address the key file names.
    private static string Assertion(string account, string key, DateTimeOffset now)
    {
        using var rsa = RSA.Create();
        rsa.ImportFromPem(key);
        var issued = now.ToUnixTimeSeconds();
        var claims = new { iss = account, scope = GoogleScope, aud = GoogleSignIn + "/token", iat = issued, exp = issued + 300 };
        var signed = string.Create(CultureInfo.InvariantCulture, $"{Encode("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Encode(JsonSerializer.SerializeToUtf8Bytes(claims))}");
        return $"{signed}.{Encode(rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Encode(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
