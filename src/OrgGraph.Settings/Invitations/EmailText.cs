using System.Net.Mail;
using System.Text;

namespace OrgGraph.Settings.Invitations;

/// <summary>Reads addresses as people paste them.</summary>
internal static class EmailText
{
    private const int MaxLength = 254;
    private static readonly char[] Separators = ['\n', '\r', ',', ';'];

    /// <summary>Each address that the entries hold, as it was sent: separated by line breaks, commas or semicolons, blanks left out.</summary>
    public static List<string> Split(IEnumerable<string> entries) =>
        [.. entries.SelectMany(entry => entry.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Where(part => part.Length > 0)];

    /// <summary>The address of <c>a@b</c> or <c>Name &lt;a@b&gt;</c>, trimmed and in NFC; null when it is none.</summary>
    public static string? Read(string text)
    {
        if (text.EndsWith('>') && text.LastIndexOf('<') is var open and >= 0)
        {
            text = text[(open + 1)..^1].Trim();
        }

        if (text.Length is 0 or > MaxLength || text.Any(c => char.IsControl(c) || char.IsWhiteSpace(c) || c is '<' or '>' or '"' or '(' or ')' or '\\') || text.Any(char.IsSurrogate))
        {
            return null;
        }

        text = text.Normalize(NormalizationForm.FormC);
        var at = text.IndexOf('@');
        return at > 0 && at == text.LastIndexOf('@') && at <= 64 && IsHost(text[(at + 1)..]) && MailAddress.TryCreate(text, out var address) && address.Address == text ? text : null;
    }

    /// <summary>What addresses are compared by: lower case, nothing else folded.</summary>
    public static string Normalize(string address) => address.Trim().Normalize(NormalizationForm.FormC).ToLowerInvariant();

    private static bool IsHost(string host) =>
        host.Length > 0 && host.Split('.') is { Length: >= 2 } labels && Array.TrueForAll(labels, label => label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsLetterOrDigit(c) || c == '-'));
}
