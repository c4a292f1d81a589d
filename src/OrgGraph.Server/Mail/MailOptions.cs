namespace OrgGraph.Server.Mail;

/// <summary>How mails leave: <c>OrgGraph:Mail</c> of the configuration.</summary>
public sealed class MailOptions
{
    /// <summary>
    /// <c>smtp://user:password@host:port</c> (STARTTLS, port 587) or <c>smtps://...</c> (TLS from the start, port 465).
    /// Without it mails are written to the pick-up folder.
    /// </summary>
    public string? Smtp { get; set; }

    /// <summary>The sender, as <c>address</c> or <c>Name &lt;address&gt;</c>. Needed with <see cref="Smtp"/>.</summary>
    public string? From { get; set; }
}
