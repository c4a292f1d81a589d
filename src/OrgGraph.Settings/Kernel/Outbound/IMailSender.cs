namespace OrgGraph.Settings.Kernel.Outbound;

/// <summary>A mail to exactly one address, in both of its forms.</summary>
/// <param name="Id">Stable over attempts: becomes the Message-ID, so that a mail sent twice is recognised as one.</param>
public sealed record OutboundMail(Guid Id, string To, string Subject, string Text, string Html);

/// <summary>Hands a mail to the outside: SMTP, or the pick-up folder.</summary>
public interface IMailSender
{
    /// <summary>Returns when the mail is accepted. Throws <see cref="MailRefusedException"/> when it is not.</summary>
    Task SendAsync(OutboundMail mail, CancellationToken cancellation);
}

/// <summary>The mail was not accepted. The message is fit for the inviter's eyes: no address of a server, no secret.</summary>
public sealed class MailRefusedException(string message, bool isPermanent, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Trying again will not help, e.g. the address was rejected.</summary>
    public bool IsPermanent { get; } = isPermanent;
}
