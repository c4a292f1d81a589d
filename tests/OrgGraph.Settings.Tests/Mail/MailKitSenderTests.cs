using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using MimeKit;
using OrgGraph.Server.Mail;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.Tests.Mail;

public sealed class MailKitSenderTests
{
    internal static readonly OutboundMail Invitation = new(
        new Guid("0198c0de-0000-7000-8000-000000000001"), "ines@outside.test",
        "Olivia invites you to Acmé", "Join: http://x.test/invite#abc", "<p>Join <b>Acmé</b></p>");

    [Fact]
    public async Task Arrives_whole_with_one_recipient()
    {
        await using var catcher = new MailCatcher();
        await Sender(catcher.Url).SendAsync(Invitation, default);

        CaughtMail caught = Assert.Single(catcher.Mails);
        Assert.Equal("no-reply@acme.test", caught.From);
        Assert.Equal(["ines@outside.test"], caught.To);
        using MimeMessage message = await Read(caught.Message);
        Assert.Equal("OrgGraph <no-reply@acme.test>", message.From.ToString().Replace("\"", "", StringComparison.Ordinal));
        Assert.Equal("ines@outside.test", message.To.ToString());
        Assert.Equal(Invitation.Subject, message.Subject);
        Assert.Equal("0198c0de000070008000000000000001@acme.test", message.MessageId);
        Assert.Equal(Invitation.Text, message.TextBody);
        Assert.Equal(Invitation.Html, message.HtmlBody);
        Assert.Equal("multipart/alternative", message.Body!.ContentType.MimeType);
        Assert.Equal(Clock.GetUtcNow(), message.Date);
    }

    [Fact]
    public async Task Keeps_the_message_id_when_sent_again()
    {
        await using var catcher = new MailCatcher();
        MailKitSender sender = Sender(catcher.Url);
        await sender.SendAsync(Invitation, default);
        await sender.SendAsync(Invitation, default);
        Assert.Equal(2, catcher.Mails.Count);
        Assert.Single(catcher.Mails.Select(mail => MimeMessage.Load(new MemoryStream(mail.Message)).MessageId).Distinct());
    }

    [Theory]
    [InlineData("nobody@outside.test", true)]
    [InlineData("busy@outside.test", false)]
    public async Task Refusal_of_the_recipient_is_permanent_only_when_the_server_says_so(string to, bool isPermanent)
    {
        await using var catcher = new MailCatcher();
        var refusal = await Assert.ThrowsAsync<MailRefusedException>(() => Sender(catcher.Url).SendAsync(Invitation with { To = to }, default));
        Assert.Equal(isPermanent, refusal.IsPermanent);
        Assert.DoesNotContain("catcher", refusal.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Empty(catcher.Mails);
    }

    [Fact]
    public async Task Absent_server_is_a_passing_refusal_that_does_not_name_it()
    {
        var refusal = await Assert.ThrowsAsync<MailRefusedException>(() =>
            Sender($"smtp://user:hunter2@127.0.0.1:{MailCatcher.FreePort()}").SendAsync(Invitation, default));
        Assert.False(refusal.IsPermanent);
        Assert.DoesNotContain("127.0.0.1", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silent_server_is_given_up_after_ten_seconds()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var clock = new FakeTimeProvider();
        Task sending = Sender($"smtp://{listener.LocalEndpoint}", clock).SendAsync(Invitation, default);
        using TcpClient silent = await listener.AcceptTcpClientAsync();
        clock.Advance(TimeSpan.FromSeconds(10));
        var refusal = await Assert.ThrowsAsync<MailRefusedException>(() => sending.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal("The mail server did not answer in time.", refusal.Message);
        Assert.False(refusal.IsPermanent);
    }

    [Fact]
    public async Task Server_that_speaks_before_ten_seconds_are_over_gets_the_mail()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var clock = new FakeTimeProvider();
        Task sending = Sender($"smtp://{listener.LocalEndpoint}", clock).SendAsync(Invitation, default);
        using (TcpClient slow = await listener.AcceptTcpClientAsync())
        {
            clock.Advance(TimeSpan.FromSeconds(9.9));
            await ServeOneMailThenHangUp(slow);
        }

        await sending.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Cancellation_by_the_caller_is_no_refusal()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        Task sending = Sender($"smtp://{listener.LocalEndpoint}").SendAsync(Invitation, stop.Token);
        using TcpClient silent = await listener.AcceptTcpClientAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Accepted_mail_is_sent_although_the_server_hangs_up_on_quit()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Task sending = Sender($"smtp://{listener.LocalEndpoint}").SendAsync(Invitation, default);
        using (TcpClient client = await listener.AcceptTcpClientAsync())
        {
            await ServeOneMailThenHangUp(client);
        }

        await sending.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("10.0.0.1:25")]
    [InlineData("ftp://mail.test")]
    [InlineData("smtp://")]
    [InlineData("smtp://user:hunter2@mail.test/path")]
    [InlineData("smtp://user:hunter2@mail.test:notaport")]
    public void Wrong_url_stops_the_start_without_being_quoted(string url)
    {
        var problem = Assert.Throws<InvalidOperationException>(() => Sender(url));
        Assert.DoesNotContain("hunter2", problem.Message, StringComparison.Ordinal);
    }

    internal static FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero));

    private static MailKitSender Sender(string url, TimeProvider? clock = null) =>
        new(new MailOptions { Smtp = url, From = "OrgGraph <no-reply@acme.test>" }, clock ?? Clock);

    private static Task<MimeMessage> Read(byte[] message) => MimeMessage.LoadAsync(new MemoryStream(message));

    private static async Task ServeOneMailThenHangUp(TcpClient client)
    {
        using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
        await using var writer = new StreamWriter(client.GetStream(), Encoding.ASCII) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 here");
        bool isData = false;
        while (await reader.ReadLineAsync() is { } line)
        {
            if (isData ? line == "." : !line.StartsWith("DATA", StringComparison.Ordinal))
            {
                isData = false;
                if (line.StartsWith("QUIT", StringComparison.Ordinal))
                {
                    return;
                }

                await writer.WriteLineAsync("250 ok");
            }
            else if (!isData)
            {
                isData = true;
                await writer.WriteLineAsync("354 go on");
            }
        }
    }
}
