using System.Text;
using MimeKit;
using OrgGraph.Server.Mail;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.Tests.Mail;

public sealed class HeaderInjectionTests
{
    private static readonly MailboxAddress From = new("OrgGraph", "no-reply@acme.test");

    [Theory]
    [InlineData("")]
    [InlineData("ines")]
    [InlineData("@outside.test")]
    [InlineData("ines@")]
    [InlineData(" ines@outside.test")]
    [InlineData("ines@outside.test\n")]
    [InlineData("ines@outside.test\r\nBcc: eve@evil.test")]
    [InlineData("ines\r\n@outside.test")]
    [InlineData("ines@outside.test\0")]
    [InlineData("in\0es@outside.test")]
    [InlineData("ines@outside.test,eve@evil.test")]
    [InlineData("ines@outside.test;eve@evil.test")]
    [InlineData("ines@outside.test eve@evil.test")]
    [InlineData("ines@outside.test@evil.test")]
    [InlineData("Ines <ines@outside.test>")]
    [InlineData("<ines@outside.test>")]
    [InlineData("friends:ines@outside.test,eve@evil.test;")]
    [InlineData("\"ines\\\"\"@outside.test")]
    [InlineData("ines(comment)@outside.test")]
    [InlineData("ines@[127.0.0.1]")]
    [InlineData("inés@outside.test")]
    [InlineData("ines@outsıde.test")]
    [InlineData("ines\u200b@outside.test")]
    [InlineData("ines\u2028@outside.test")]
    [InlineData("ines@outside.test\u202e")]
    [InlineData("ines＠outside.test")]
    [InlineData("ines@-outside.test")]
    [InlineData("ines@outside..test")]
    public void Anything_but_one_plain_address_is_refused_for_good(string to)
    {
        var refusal = Assert.Throws<MailRefusedException>(() => Compose(to, "Hello"));
        Assert.True(refusal.IsPermanent);
    }

    [Theory]
    [InlineData(64, 190, false)]
    [InlineData(65, 20, false)]
    [InlineData(64, 189, true)]
    [InlineData(1_000_000, 20, false)]
    public void Very_long_address_is_refused(int localPart, int domain, bool isAccepted)
    {
        string label = new('d', 62);
        string host = string.Concat(Enumerable.Repeat(label + ".", 4))[..(domain - 2)] + ".t";
        string to = new string('a', localPart) + "@" + host.Replace("..t", "dt", StringComparison.Ordinal);
        if (isAccepted)
        {
            Assert.Equal(to, Assert.Single(Compose(to, "Hello").To.Mailboxes).Address);
            return;
        }

        Assert.Throws<MailRefusedException>(() => Compose(to, "Hello"));
    }

    [Theory]
    [InlineData("ines@outside.test")]
    [InlineData("i.n+e_s'o'neill@sub.outside.test")]
    [InlineData("ines@xn--outsde-s9a.test")]
    public void Plain_address_is_taken_as_it_is(string to)
    {
        using MimeMessage message = Compose(to, "Hello");
        Assert.Equal(to, MailboxAddress.EncodeAddrspec(Assert.Single(message.To.Mailboxes).Address));
    }

    [Theory]
    [InlineData("Hello\r\nBcc: eve@evil.test")]
    [InlineData("Hello\nBcc: eve@evil.test")]
    [InlineData("Hello\rBcc: eve@evil.test")]
    [InlineData("Hello\r\n\r\n<script>alert(1)</script>")]
    [InlineData("Hello\r\n.\r\nMAIL FROM:<eve@evil.test>")]
    [InlineData("Hello\0Bcc: eve@evil.test")]
    [InlineData("Hello\u0085Bcc: eve@evil.test")]
    [InlineData("Hello\u2028Bcc: eve@evil.test\u2029")]
    [InlineData("=?utf-8?q?Hello=0D=0ABcc:_eve@evil.test?=")]
    [InlineData("\u202egnp.exe")]
    [InlineData("😀 Grüße \ud800 from a lone surrogate")]
    [InlineData("")]
    public void Subject_begins_no_header(string subject)
    {
        string raw = Raw(subject);
        string head = raw[..raw.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        string[] names = [.. head.Split("\r\n").Where(line => line[0] is not (' ' or '\t')).Select(line => line.Split(':')[0])];
        Assert.Equal(["Auto-Submitted", "Content-Type", "Date", "From", "MIME-Version", "Message-Id", "Subject", "To"], names.Order(StringComparer.Ordinal));
        Assert.All(head, character => Assert.InRange(character, '\t', '~'));
        using MimeMessage read = MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(raw)));
        Assert.DoesNotContain(read.Subject ?? "", character => char.IsControl(character) || character is '\u2028' or '\u2029' or '\u202e');
        Assert.Equal("ines@outside.test", Assert.Single(read.GetRecipients()).Address);
    }

    [Fact]
    public void Very_long_subject_is_cut_and_folded()
    {
        string raw = Raw(string.Concat(Enumerable.Repeat("Acmé 😀", 20_000)));
        Assert.All(raw.Split("\r\n"), line => Assert.InRange(line.Length, 0, 998));
        using MimeMessage read = MimeMessage.Load(new MemoryStream(Encoding.UTF8.GetBytes(raw)));
        Assert.NotNull(read.Subject);
        Assert.InRange(read.Subject.Length, 390, 410);
        Assert.EndsWith("…", read.Subject, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OrgGraph")]
    [InlineData("a@b.test, c@d.test")]
    [InlineData("a@b.test\r\nBcc: c@d.test")]
    public void Sender_is_one_address_or_the_server_does_not_start(string from) =>
        Assert.Throws<InvalidOperationException>(() => new PickupFolderSender(Path.GetTempPath(), new MailOptions { From = from }, TimeProvider.System));

    private static MimeMessage Compose(string to, string subject) =>
        MailMessage.Compose(new OutboundMail(Guid.Empty, to, subject, "text", "<p>html</p>"), From, DateTimeOffset.UnixEpoch);

    private static string Raw(string subject)
    {
        using MimeMessage message = Compose("ines@outside.test", subject);
        using var stream = new MemoryStream();
        FormatOptions format = FormatOptions.Default.Clone();
        format.NewLineFormat = NewLineFormat.Dos;
        message.WriteTo(format, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
