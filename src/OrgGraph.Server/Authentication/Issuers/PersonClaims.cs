using System.Text;
using System.Text.Json;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>Turns a token's claims into what OrgGraph keeps of a person, cut to size and free of what could disturb a page, a log or a mail.</summary>
internal static class PersonClaims
{
    public const int LongestEmail = 254;
    private const int LongestName = 256;
    private const int LongestAvatarUrl = 2048;

    public static PersonToken Read(JwtContent token, Issuer issuer)
    {
        var claims = token.Payload;
        var email = Email(claims.Text("email"));
        return new PersonToken(
            token.Issuer,
            token.Subject,
            email,
            email is not null && issuer.IsTrustedForEmail && IsTrue(claims, "email_verified"),
            Name(claims.Text("given_name")),
            Name(claims.Text("family_name")),
            Name(claims.Text("name")),
            AvatarUrl(claims.Text("picture")),
            token.Lifetime.EndsAt(issuer.ExpirySkew));
    }

    private static bool IsTrue(JsonElement claims, string name) => claims.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.True;

    // An address is taken whole or not at all: a shortened or cleaned one would be somebody else's.
    private static string? Email(string? claim) =>
        claim?.Trim() is { Length: > 0 and <= LongestEmail } email && email.Contains('@', StringComparison.Ordinal) && !email.Any(IsUnwelcome) ? email : null;

    private static string? Name(string? claim)
    {
        if (claim is null)
        {
            return null;
        }

        var name = new StringBuilder(Math.Min(claim.Length, LongestName));
        foreach (var rune in claim.EnumerateRunes())
        {
            if (name.Length + rune.Utf16SequenceLength > LongestName)
            {
                break;
            }

            if (!(rune.IsBmp && IsUnwelcome((char)rune.Value)))
            {
                name.Append(rune.ToString());
            }
        }

        var trimmed = name.ToString().Trim();
        return trimmed.Length == 0 ? null : trimmed;
    }

    private static string? AvatarUrl(string? claim) =>
        claim is { Length: <= LongestAvatarUrl }
        && Uri.TryCreate(claim, UriKind.Absolute, out var url)
        && (url.Scheme == Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttp)
        && url is { UserInfo: "", AbsoluteUri.Length: <= LongestAvatarUrl }
            ? url.AbsoluteUri
            : null;

    // Besides control characters: line and paragraph separators, and the marks that turn the direction of writing.
    private static bool IsUnwelcome(char character) =>
        char.IsControl(character) || character is '\u2028' or '\u2029' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069');
}
