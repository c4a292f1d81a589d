using MimeKit;
using OrgGraph.Server.Mail;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.Tests.Mail;

public sealed class PickupFolderSenderTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("orggraph-mail-").FullName;

    public void Dispose() => Directory.Delete(_data, recursive: true);

    [Fact]
    public async Task Writes_one_whole_file_named_by_time_and_id()
    {
        await Sender().SendAsync(MailKitSenderTests.Invitation, default);

        string file = Assert.Single(Directory.GetFiles(Path.Combine(_data, "mail")));
        Assert.Equal("20260304T050607000Z-0198c0de000070008000000000000001.eml", Path.GetFileName(file));
        using MimeMessage message = await MimeMessage.LoadAsync(file);
        Assert.Equal(MailKitSenderTests.Invitation.Text, message.TextBody);
        Assert.Equal(MailKitSenderTests.Invitation.Html, message.HtmlBody);
        Assert.Equal("0198c0de000070008000000000000001@localhost", message.MessageId);
        Assert.Equal("ines@outside.test", message.To.ToString());
    }

    [SkippableFact]
    public async Task Files_are_readable_for_their_owner_only()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no Unix file modes.");
        string folder = Path.Combine(_data, "mail");
        Directory.CreateDirectory(folder);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
            await Sender().SendAsync(MailKitSenderTests.Invitation, default);
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(folder))));
        }
    }

    [Fact]
    public async Task Never_shows_half_a_mail_under_its_name()
    {
        PickupFolderSender sender = Sender();
        string folder = Path.Combine(_data, "mail");
        OutboundMail large = MailKitSenderTests.Invitation with { Text = new string('x', 5_000_000) };
        Task sending = Task.Run(() => sender.SendAsync(large, default));
        while (!sending.IsCompleted)
        {
            Assert.All(Directory.GetFiles(folder, "*.eml"), file => Assert.InRange(new FileInfo(file).Length, 5_000_000, long.MaxValue));
        }

        await sending;
        Assert.EndsWith(".eml", Assert.Single(Directory.GetFiles(folder)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_address_leaves_no_file()
    {
        await Assert.ThrowsAsync<MailRefusedException>(() => Sender().SendAsync(MailKitSenderTests.Invitation with { To = "a@b.test,c@d.test" }, default));
        Assert.Empty(Directory.GetFiles(Path.Combine(_data, "mail")));
    }

    [Fact]
    public async Task Cancelled_mail_leaves_no_file()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Sender().SendAsync(MailKitSenderTests.Invitation, new CancellationToken(canceled: true)));
        Assert.Empty(Directory.GetFiles(Path.Combine(_data, "mail")));
    }

    [Fact]
    public async Task Lost_folder_is_a_passing_refusal_without_a_path()
    {
        PickupFolderSender sender = Sender();
        Directory.Delete(Path.Combine(_data, "mail"), recursive: true);
        var refusal = await Assert.ThrowsAsync<MailRefusedException>(() => sender.SendAsync(MailKitSenderTests.Invitation, default));
        Assert.False(refusal.IsPermanent);
        Assert.DoesNotContain(_data, refusal.Message, StringComparison.Ordinal);
    }

    private PickupFolderSender Sender() => new(_data, new MailOptions(), MailKitSenderTests.Clock);
}
