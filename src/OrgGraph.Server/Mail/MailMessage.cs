using System.Globalization;
using System.Text;
using MimeKit;
using MimeKit.Text;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Server.Mail;

/// <summary>The one place where a mail gets its headers, whichever way it leaves.</summary>
internal static class MailMessage
{
    // RFC 5322 bounds a line, not a subject; a longer one is an attack or an accident, and unreadable either way.
    private const int LongestSubject = 400;

    /// <summary>Composes the multipart mail: one sender, exactly one recipient, text before HTML.</summary>
    /// <exception cref="MailRefusedException">The recipient is not one plain address.</exception>
    public static MimeMessage Compose(OutboundMail mail, MailboxAddress from, DateTimeOffset sentAt)
    {
        if (!MailAddress.TryRead(mail.To, out MailboxAddress? to))
        {
            throw new MailRefusedException("The e-mail address is not one that mail can be sent to.", isPermanent: true);
        }

        var message = new MimeMessage
        {
            Subject = OneLine(mail.Subject),
            Date = sentAt,
            // Of the mail, not of the attempt: a mail sent again after a crash is recognised as the same one.
            MessageId = $"{mail.Id:N}@{from.Domain}",
            Body = new MultipartAlternative
            {
                new TextPart(TextFormat.Plain) { Text = mail.Text },
                new TextPart(TextFormat.Html) { Text = mail.Html },
            },
        };
        message.From.Add(from);
        message.To.Add(to);
        // RFC 3834: keeps out-of-office robots from answering.
        message.Headers.Add("Auto-Submitted", "auto-generated");
        message.Prepare(EncodingConstraint.SevenBit);
        return message;
    }

    // MimeKit would fold or encode a line break; it is taken out all the same, so that no reader of the mail can be led astray by it.
    private static string OneLine(string subject)
    {
        var line = new StringBuilder(Math.Min(subject.Length, LongestSubject));
        foreach (Rune rune in subject.EnumerateRunes())
        {
            if (line.Length >= LongestSubject)
            {
                line.Append('…');
                break;
            }

            bool isPlain = Rune.GetUnicodeCategory(rune)
                is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
            line.Append(isPlain ? rune.ToString() : " ");
        }

        return line.ToString().Trim();
    }
}
