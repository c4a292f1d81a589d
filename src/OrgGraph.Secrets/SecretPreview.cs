namespace OrgGraph.Secrets;

/// <summary>The part of a stored secret by which a person recognizes it.</summary>
public static class SecretPreview
{
    /// <summary>What is shown when nothing may be shown.</summary>
    public const string Hidden = "***";

    // Seven shown of 28 leaves 21 characters, above 80 bits even for hexadecimal.
    private const int ShortestShown = 28;

    /// <summary>First three and last four characters.</summary>
    /// <param name="secret">The plain text.</param>
    /// <returns><c>abc...wxyz</c> (10 characters), or <c>***</c> for a text under 28 characters, or when a shown character is not printable ASCII
    /// (half a surrogate pair would break JSON, a control character a terminal).</returns>
    /// <exception cref="ArgumentNullException"><paramref name="secret"/> is null.</exception>
    public static string Of(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (secret.Length < ShortestShown)
        {
            return Hidden;
        }

        var first = secret.AsSpan(0, 3);
        var last = secret.AsSpan(secret.Length - 4);
        return IsPrintable(first) && IsPrintable(last) ? string.Concat(first, "...", last) : Hidden;
    }

    private static bool IsPrintable(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('!', '~');
}
