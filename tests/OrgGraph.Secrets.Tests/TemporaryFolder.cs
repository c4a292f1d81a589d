namespace OrgGraph.Secrets.Tests;

/// <summary>A real folder that is gone after the test.</summary>
public sealed class TemporaryFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("orggraph-secrets-").FullName;

    /// <summary>Where a test's ring lives; made by <see cref="KeyRing.Create"/>.</summary>
    public string Ring => Path.Combine(Root, "keys");

    public string[] KeyFiles(string kind) => Directory.GetFiles(Ring, kind + "-*.key");

    public static string Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        SetMode(to, Mode(from));
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
        }

        return to;
    }

    public static UnixFileMode Mode(string path) => OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(path);

    public static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
