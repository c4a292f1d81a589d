using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using MimeKit;

namespace OrgGraph.Server.Mail;

/// <summary>
/// Turns text into exactly one typed address. The rule is that of the schema's EmailAddress scalar (HTML's e-mail input): ASCII, no quoting,
/// no comments, no lists, and so nothing that could begin a second recipient or a second header.
/// </summary>
internal static partial class MailAddress
{
    // RFC 5321, 4.5.3.1: what a mail server need not take is refused here, with a clearer message.
    private const int LongestAddress = 254;
    private const int LongestLocalPart = 64;

    /// <summary>Reads a bare address, e.g. <c>ines@outside.test</c>.</summary>
    public static bool TryRead(string? text, [NotNullWhen(true)] out MailboxAddress? address)
    {
        address = null;
        if (text is null || text.Length > LongestAddress || text.IndexOf('@', StringComparison.Ordinal) > LongestLocalPart || !Pattern().IsMatch(text))
        {
            return false;
        }

        // MimeKit is stricter here and there (dots in a row) and decodes international domains; what would go out otherwise than it came in is not sent.
        if (!MailboxAddress.TryParse(text, out MailboxAddress? parsed)
            || !MailboxAddress.EncodeAddrspec(parsed.Address).Equals(text, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        address = new MailboxAddress(name: null, parsed.Address);
        return true;
    }

    /// <summary>Reads the configured sender, whose display name is the operator's.</summary>
    public static MailboxAddress ReadSender(string text)
    {
        if (!text.Any(char.IsControl) && MailboxAddress.TryParse(text, out MailboxAddress? parsed) && TryRead(parsed.Address, out MailboxAddress? bare))
        {
            return new MailboxAddress(parsed.Name, bare.Address);
        }

        throw new InvalidOperationException("OrgGraph:Mail:From must be one address, e.g. \"OrgGraph <no-reply@example.com>\".");
    }

    // Its text is bounded and its classes leave nothing to try again but the last characters of a label, so it may backtrack.
    [GeneratedRegex(
        @"\A[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
