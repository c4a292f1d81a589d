using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using SmtpServer;
using SmtpServer.ComponentModel;
using SmtpServer.Mail;
using SmtpServer.Protocol;
using SmtpServer.Storage;

namespace OrgGraph.Settings.Tests.Mail;

/// <summary>A mail as it arrived: the envelope, and every byte of the message.</summary>
public sealed record CaughtMail(string From, IReadOnlyList<string> To, byte[] Message);

/// <summary>A real SMTP server on a loopback port of this process. It refuses <c>nobody@...</c> for good and <c>busy@...</c> for now.</summary>
public sealed class MailCatcher : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    /// <param name="port">Where it listens; a free one when left out.</param>
    public MailCatcher(int? port = null)
    {
        Port = port ?? FreePort();
        var services = new ServiceProvider();
        services.Add(new Store(Mails));
        services.Add(new Doorman());
        ISmtpServerOptions options = new SmtpServerOptionsBuilder()
            .ServerName("catcher")
            .Endpoint(builder => builder.Endpoint(new IPEndPoint(IPAddress.Loopback, Port)).AllowUnsecureAuthentication())
            .Build();
        _running = new SmtpServer.SmtpServer(options, services).StartAsync(_stop.Token);
    }

    public int Port { get; }

    public string Url => $"smtp://127.0.0.1:{Port}";

    public ConcurrentQueue<CaughtMail> Mails { get; } = [];

    /// <summary>A loopback port on which nobody listens at the moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private sealed class Store(ConcurrentQueue<CaughtMail> mails) : MessageStore
    {
        public override Task<SmtpResponse> SaveAsync(
            ISessionContext context, IMessageTransaction transaction, ReadOnlySequence<byte> buffer, CancellationToken cancellationToken)
        {
            mails.Enqueue(new CaughtMail(transaction.From.AsAddress(), [.. transaction.To.Select(to => to.AsAddress())], buffer.ToArray()));
            return Task.FromResult(SmtpResponse.Ok);
        }
    }

    private sealed class Doorman : MailboxFilter
    {
        public override Task<bool> CanDeliverToAsync(ISessionContext context, IMailbox to, IMailbox from, CancellationToken cancellationToken) =>
            to.User switch
            {
                "nobody" => throw new SmtpResponseException(SmtpResponse.MailboxUnavailable),
                "busy" => throw new SmtpResponseException(new SmtpResponse((SmtpReplyCode)450, "greylisted by catcher")),
                _ => Task.FromResult(true),
            };
    }
}
