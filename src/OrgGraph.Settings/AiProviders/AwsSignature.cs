using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrgGraph.Secrets;

namespace OrgGraph.Settings.AiProviders;

/// <summary>Amazon's Signature Version 4 for requests without a body: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html</summary>
internal static class AwsSignature
{
    private const string Algorithm = "AWS4-HMAC-SHA256";
    private static readonly string HashOfNothing = Hex(SHA256.HashData([]));

    /// <returns>The headers that sign the request.</returns>
    public static IReadOnlyList<(string Name, Secret Value)> Sign(
        HttpMethod method, Uri url, string region, string service, string accessKey, string secretKey, string? sessionToken, DateTimeOffset now)
    {
        var time = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        List<(string Name, string Value)> signed = [("host", url.IsDefaultPort ? url.Host : $"{url.Host}:{url.Port}"), ("x-amz-date", time)];
        if (sessionToken is not null)
        {
            signed.Add(("x-amz-security-token", sessionToken));
        }

        var names = string.Join(';', signed.Select(header => header.Name));
        var request = string.Join('\n', [method.Method, CanonicalPath(url), CanonicalQuery(url), .. signed.Select(header => $"{header.Name}:{header.Value}"), "", names, HashOfNothing]);
        var text = string.Join('\n', Algorithm, time, scope, Hex(SHA256.HashData(Encoding.UTF8.GetBytes(request))));
        var key = Encoding.UTF8.GetBytes("AWS4" + secretKey);
        foreach (var part in scope.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }

        var signature = Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        var authorization = $"{Algorithm} Credential={accessKey}/{scope}, SignedHeaders={names}, Signature={signature}";
        return [("Authorization", new Secret(authorization)), .. signed.Skip(1).Select(header => (header.Name, new Secret(header.Value)))];
    }

    // What is escaped once for the way is escaped once more for the signature.
    private static string CanonicalPath(Uri url) => string.Join('/', url.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    private static string CanonicalQuery(Uri url) => string.Join('&', url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
