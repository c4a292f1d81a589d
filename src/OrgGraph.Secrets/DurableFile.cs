using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace OrgGraph.Secrets;

/// <summary>Files that after a power cut are there whole or not at all, and only their owner reads.</summary>
internal static class DurableFile
{
    public const string TemporaryExtension = ".tmp";

    private const UnixFileMode OwnerFolder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes to a temporary name, syncs, renames, syncs the folder.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        var temporary = path + "." + RandomNumberGenerator.GetHexString(8, lowercase: true) + TemporaryExtension;
        try
        {
            using (var file = new FileStream(temporary, OwnerOnly(FileMode.CreateNew)))
            {
                file.Write(content);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }

        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Opens or makes a file of mode 0600 that no other handle may have open.</summary>
    public static FileStream OpenExclusive(string path) => new(path, OwnerOnly(FileMode.OpenOrCreate));

    /// <summary>Makes a folder of mode 0700, or gives an existing one that mode.</summary>
    public static void MakeFolder(string path)
    {
        Directory.CreateDirectory(path);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, OwnerFolder);
        }
    }

    /// <summary>Makes renames in a folder survive a power cut: on Linux a rename is only durable once its folder is synced. Windows needs and offers no such
    /// call.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using var folder = new SafeFileHandle(Open(Encoding.UTF8.GetBytes(path + "\0"), 0), ownsHandle: true);
        if (folder.IsInvalid)
        {
            throw new IOException($"Cannot open the folder {path} to sync it (error {Marshal.GetLastPInvokeError()}).");
        }

        RandomAccess.FlushToDisk(folder);
    }

    private static FileStreamOptions OwnerOnly(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerFile;
        }

        return options;
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);
}
