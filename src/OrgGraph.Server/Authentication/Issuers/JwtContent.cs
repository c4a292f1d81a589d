using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>
/// Header and payload of a signed token, read strictly before any key is looked for. A property given twice is refused,
/// so that this reader and the package's cannot disagree about what was signed.
/// </summary>
internal sealed record JwtContent(string Algorithm, string? KeyId, string Issuer, string Subject, TokenLifetime Lifetime, JsonElement Payload)
{
    public const int MaximumLength = 8 * 1024;
    public static readonly string[] Algorithms = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];
    public static readonly string[] Types = ["JWT", "at+jwt"];

    private const int LongestName = 256;

    // Claims of ID tokens and logout tokens: those are told to other parties, and must not sign anybody in here.
    private static readonly string[] ForeignClaims = ["nonce", "at_hash", "c_hash", "events"];
    private static readonly SearchValues<char> Alphabet = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <summary>Whether the text can be a signed token at all: size, alphabet, three parts.</summary>
    public static bool IsWellFormed(string jwt) =>
        jwt.Length is > 0 and <= MaximumLength && !jwt.AsSpan().ContainsAnyExcept(Alphabet) && jwt.AsSpan().Count('.') == 2;

    /// <summary>Null when the token breaks a rule that needs no key to see.</summary>
    public static JwtContent? Read(string jwt)
    {
        var first = jwt.IndexOf('.', StringComparison.Ordinal);
        var second = jwt.LastIndexOf('.');
        if (Parse(jwt.AsSpan(0, first)) is not { } header || Parse(jwt.AsSpan(first + 1, second - first - 1)) is not { } payload)
        {
            return null;
        }

        // RFC 7515, 4.1.11: an extension that is not understood makes the token invalid, and we understand none.
        if (header.TryGetProperty("crit", out _) || !Types.Contains(header.Text("typ")) || Array.Exists(ForeignClaims, name => payload.TryGetProperty(name, out _)))
        {
            return null;
        }

        var keyId = header.Text("kid");
        if (header.TryGetProperty("kid", out _) && keyId is not { Length: > 0 and <= LongestName })
        {
            return null;
        }

        return header.Text("alg") is { } algorithm && Algorithms.Contains(algorithm)
            && payload.Text("iss") is { } issuer
            && payload.Text("sub") is { Length: <= LongestName } subject && !string.IsNullOrWhiteSpace(subject) && !subject.Any(char.IsControl)
            && TokenLifetime.Read(payload) is { } lifetime
                ? new JwtContent(algorithm, keyId, issuer, subject, lifetime, payload)
                : null;
    }

    private static JsonElement? Parse(ReadOnlySpan<char> part)
    {
        try
        {
            using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part), Strict);
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (Exception problem) when (problem is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}

/// <summary>Reads claims.</summary>
internal static class Claims
{
    /// <summary>The string of that name; null when it is absent, of another type, or no valid Unicode.</summary>
    public static string? Text(this JsonElement claims, string name)
    {
        try
        {
            return claims.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
