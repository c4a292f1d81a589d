using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;

namespace OrgGraph.Secrets;

/// <summary>What a key of the ring is for.</summary>
public enum RingKeyKind
{
    /// <summary>Key-encryption key: wraps the data keys of stored secrets.</summary>
    Encryption,

    /// <summary>Pepper: keys the hashes of tokens.</summary>
    Pepper,
}

/// <summary>
/// A key's name: <c>kek-3-9f31c20a</c> or <c>pepper-1-77ab01de</c>. The number orders keys of a kind; the random tail keeps keys of two rings apart,
/// and two rotations begun at once. No clock is in it: a clock set back would make an old key the newest.
/// </summary>
internal readonly record struct RingKeyId(RingKeyKind Kind, int Number, string Text)
{
    private const int MaxTailChars = 32;

    public static RingKeyId New(RingKeyKind kind, int number)
    {
        var tail = RandomNumberGenerator.GetHexString(8, lowercase: true);
        return new RingKeyId(kind, number, string.Create(CultureInfo.InvariantCulture, $"{Prefix(kind)}-{number}-{tail}"));
    }

    /// <summary>Reads <c>kind-number</c> with an optional tail of lower-case letters and digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out RingKeyId id)
    {
        id = default;
        var parts = text?.Split('-');
        if (parts is not { Length: 2 or 3 }
            || parts[1].StartsWith('0')
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || (parts.Length == 3 && !IsTail(parts[2])))
        {
            return false;
        }

        foreach (var kind in Enum.GetValues<RingKeyKind>())
        {
            if (parts[0] == Prefix(kind))
            {
                id = new RingKeyId(kind, number, text!);
                return true;
            }
        }

        return false;
    }

    /// <summary>Newest first.</summary>
    public static int CompareNewestFirst(RingKeyId one, RingKeyId other)
    {
        var byNumber = other.Number.CompareTo(one.Number);
        return byNumber != 0 ? byNumber : string.CompareOrdinal(other.Text, one.Text);
    }

    private static string Prefix(RingKeyKind kind) => kind == RingKeyKind.Encryption ? "kek" : "pepper";

    private static bool IsTail(string text) =>
        text.Length is > 0 and <= MaxTailChars && text.All(character => char.IsAsciiDigit(character) || char.IsAsciiLetterLower(character));
}
