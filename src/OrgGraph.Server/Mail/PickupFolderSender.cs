using System.Globalization;
using MimeKit;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Server.Mail;

/// <summary>
/// Writes each mail whole to <c>&lt;data folder&gt;/mail/&lt;time&gt;-&lt;id&gt;.eml</c>, readable for the server's user only: it holds a link that admits.
/// </summary>
public sealed class PickupFolderSender : IMailSender
{
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;

    private readonly string _folder;
    private readonly MailboxAddress _from;
    private readonly TimeProvider _clock;

    /// <summary>Makes the folder, or tightens the mode of the one that is there.</summary>
    public PickupFolderSender(string dataFolder, MailOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _folder = Path.Combine(dataFolder, "mail");
        _from = MailAddress.ReadSender(options.From ?? "OrgGraph <no-reply@localhost>");
        _clock = clock;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(_folder);
            return;
        }

        Directory.CreateDirectory(_folder, OwnerOnlyFolder);
        File.SetUnixFileMode(_folder, OwnerOnlyFolder);
    }

    /// <inheritdoc/>
    public async Task SendAsync(OutboundMail mail, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(mail);
        DateTimeOffset now = _clock.GetUtcNow();
        using MimeMessage message = MailMessage.Compose(mail, _from, now);
        string name = string.Create(CultureInfo.InvariantCulture, $"{now.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}-{mail.Id:N}.eml");
        try
        {
            await WriteAsync(message, name, cancellation);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new MailRefusedException("The mail could not be stored.", isPermanent: false, problem);
        }
    }

    // Same folder, so that the rename is atomic; flushed before, so that a name never stands for half a mail; the folder synced after, so that a
    // mail that is told as sent is still there after a power cut.
    private async Task WriteAsync(MimeMessage message, string name, CancellationToken cancellation)
    {
        string temporary = Path.Combine(_folder, name + ".tmp");
        File.Delete(temporary);
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = OwnerOnlyFile;
            }

            await using (var file = new FileStream(temporary, options))
            {
                await message.WriteToAsync(file, cancellation);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, Path.Combine(_folder, name), overwrite: true);
            DurableFile.SyncFolder(_folder);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
