using System.Net.Sockets;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Server.Mail;

/// <summary>Sends mails by SMTP: TLS beyond loopback, ten seconds for each step, a fresh connection for each mail.</summary>
public sealed class MailKitSender : IMailSender
{
    private static readonly TimeSpan StepTimeout = TimeSpan.FromSeconds(10);

    private readonly SmtpAddress _server;
    private readonly MailboxAddress _from;
    private readonly TimeProvider _clock;

    /// <summary>Reads the options once; a wrong one stops the start of the server rather than every mail.</summary>
    public MailKitSender(MailOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _server = SmtpAddress.Read(options.Smtp ?? throw new InvalidOperationException("OrgGraph:Mail:Smtp is not set."));
        _from = MailAddress.ReadSender(options.From ?? throw new InvalidOperationException("OrgGraph:Mail:From must be set with OrgGraph:Mail:Smtp."));
        _clock = clock;
    }

    /// <inheritdoc/>
    public async Task SendAsync(OutboundMail mail, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(mail);
        using MimeMessage message = MailMessage.Compose(mail, _from, _clock.GetUtcNow());
        using var timeout = new CancellationTokenSource(StepTimeout, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timeout.Token);
        using var client = new SmtpClient { Timeout = (int)StepTimeout.TotalMilliseconds };
        try
        {
            await SendAsync(client, message, timeout, either.Token);
        }
        catch (Exception problem) when (!cancellation.IsCancellationRequested && Explain(problem) is { } refusal)
        {
            throw refusal;
        }

        await LeaveAsync(client, timeout, either.Token);
    }

    private async Task SendAsync(SmtpClient client, MimeMessage message, CancellationTokenSource timeout, CancellationToken cancellation)
    {
        await client.ConnectAsync(_server.Host, _server.Port, _server.Security, cancellation);
        if (_server.Credential is { } credential)
        {
            timeout.CancelAfter(StepTimeout);
            await client.AuthenticateAsync(credential, cancellation);
        }

        timeout.CancelAfter(StepTimeout);
        // The envelope is stated rather than taken from the headers: one recipient, come what may.
        await client.SendAsync(message, _from, [(MailboxAddress)message.To.Single()], cancellation);
    }

    // The mail is accepted by now: a server that fails to say goodbye must not have it sent twice.
    private static async Task LeaveAsync(SmtpClient client, CancellationTokenSource timeout, CancellationToken cancellation)
    {
        try
        {
            timeout.CancelAfter(TimeSpan.FromSeconds(1));
            await client.DisconnectAsync(quit: true, cancellation);
        }
        catch (Exception problem) when (problem is OperationCanceledException or IOException or SocketException or ProtocolException)
        {
            // Nothing is left to do: disposing closes the socket.
        }
    }

    // Users read these messages, so neither the server's words nor its name are in them; both are in the inner exception for the log.
    private static MailRefusedException? Explain(Exception problem) => problem switch
    {
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } refused when (int)refused.StatusCode >= 500 =>
            new MailRefusedException("The mail server does not accept mail for this address.", isPermanent: true, problem),
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted } =>
            new MailRefusedException("The mail server does not accept mail for this address at the moment.", isPermanent: false, problem),
        OperationCanceledException or TimeoutException =>
            new MailRefusedException("The mail server did not answer in time.", isPermanent: false, problem),
        SslHandshakeException or NotSupportedException =>
            new MailRefusedException("No secure connection to the mail server could be made.", isPermanent: false, problem),
        AuthenticationException or ServiceNotAuthenticatedException or SmtpCommandException or ProtocolException =>
            new MailRefusedException("The mail server refused the mail.", isPermanent: false, problem),
        IOException or SocketException =>
            new MailRefusedException("The mail server could not be reached.", isPermanent: false, problem),
        _ => null,
    };
}
