using System.Security.Cryptography;

namespace OrgGraph.Secrets;

/// <summary>What a presented token claims to be.</summary>
public enum CredentialKind
{
    /// <summary>A person's API key, <c>sk-...</c>.</summary>
    ApiKey,

    /// <summary>A service account's token, <c>bt-st-...</c>.</summary>
    ServiceToken,
}

/// <summary>
/// The format of API keys and service tokens: prefix (<c>sk-</c> or <c>bt-st-</c>), 43 base62 characters (0-9A-Za-z) of 256 random bits,
/// 6 base62 characters of the CRC-32 over all before. A leak scanner can tell a real token offline, and a mistyped one is refused without a look-up.
/// </summary>
/// <remarks>The checksum proves nothing to an attacker who can compute it too: it only spares look-ups.</remarks>
public static class CredentialToken
{
    /// <summary>Begins an API key.</summary>
    public const string ApiKeyPrefix = "sk-";

    /// <summary>Begins a service token.</summary>
    public const string ServiceTokenPrefix = "bt-st-";

    private const int ChecksumChars = 6;
    private const int PreviewChars = 4;
    private const int BodyChars = Base62.ValueChars + ChecksumChars;

    /// <summary>Makes a new token from 256 bits of the operating system's generator.</summary>
    /// <param name="kind">Which prefix it bears.</param>
    /// <returns>The token (52 characters for an API key, 55 for a service token), and its preview: prefix, <c>...</c>, last 4 characters.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is none of the enum's values.</exception>
    public static (Secret Token, string Preview) Create(CredentialKind kind)
    {
        Span<byte> bits = stackalloc byte[Base62.ValueBytes];
        RandomNumberGenerator.Fill(bits);
        var created = Format(kind, bits);
        CryptographicOperations.ZeroMemory(bits);
        return created;
    }

    /// <summary>Tells, without a look-up and without allocating, whether a text can be a token of ours.</summary>
    /// <param name="text">What was presented; no white space is trimmed.</param>
    /// <param name="kind">The kind by its prefix; meaningful only when true is returned.</param>
    /// <returns>True when length, prefix, alphabet, value range (below 2^256) and checksum are right. Never throws.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out CredentialKind kind)
    {
        if (text.StartsWith(ApiKeyPrefix, StringComparison.Ordinal))
        {
            kind = CredentialKind.ApiKey;
            return IsWhole(text, ApiKeyPrefix.Length);
        }

        kind = CredentialKind.ServiceToken;
        return text.StartsWith(ServiceTokenPrefix, StringComparison.Ordinal) && IsWhole(text, ServiceTokenPrefix.Length);
    }

    internal static (Secret Token, string Preview) Format(CredentialKind kind, ReadOnlySpan<byte> bits)
    {
        var prefix = kind switch
        {
            CredentialKind.ApiKey => ApiKeyPrefix,
            CredentialKind.ServiceToken => ServiceTokenPrefix,
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Unknown kind of credential."),
        };
        Span<char> text = stackalloc char[prefix.Length + BodyChars];
        prefix.CopyTo(text);
        Base62.Encode(bits, text.Slice(prefix.Length, Base62.ValueChars));
        Base62.Encode(Crc32.OfAscii(text[..^ChecksumChars]), text[^ChecksumChars..]);
        var token = new Secret(new string(text));
        var preview = string.Concat(prefix, "...", text[^PreviewChars..]);
        text.Clear();
        return (token, preview);
    }

    private static bool IsWhole(ReadOnlySpan<char> text, int prefixChars)
    {
        if (text.Length != prefixChars + BodyChars || !Base62.IsValue(text.Slice(prefixChars, Base62.ValueChars)))
        {
            return false;
        }

        Span<char> expected = stackalloc char[ChecksumChars];
        Base62.Encode(Crc32.OfAscii(text[..^ChecksumChars]), expected);
        return text[^ChecksumChars..].SequenceEqual(expected);
    }
}
