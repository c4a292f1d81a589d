using System.Diagnostics;
using System.Globalization;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>A file system mounted for a test; where that is not allowed the test is skipped.</summary>
internal sealed class Mounted : IDisposable
{
    private readonly string _folder;

    private Mounted(string folder) => _folder = folder;

    /// <summary>An empty one in memory of that size.</summary>
    public static Mounted Small(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        Mount("-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m,mode=0700"), "tmpfs", folder);
        return new Mounted(folder);
    }

    /// <summary>The folder, not to be written.</summary>
    public static Mounted ReadOnly(string folder)
    {
        Mount("--bind", folder, folder);
        var mounted = new Mounted(folder);
        Mount("-o", "remount,bind,ro", folder);
        return mounted;
    }

    public void Dispose() => Run("umount", "--lazy", _folder);

    private static void Mount(params string[] arguments)
    {
        var (exit, error) = OperatingSystem.IsLinux() ? Run("mount", arguments) : (1, "there are no mounts here");
        Skip.If(exit != 0, $"Needs a mount, which this machine does not allow: {error.Trim()}");
    }

    /// <summary>Runs a command of the system to its end.</summary>
    public static (int Exit, string Error) Run(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, error);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (127, e.Message);
        }
    }
}
