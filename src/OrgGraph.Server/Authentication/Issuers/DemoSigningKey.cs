using System.Security.Cryptography;
using System.Text;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>The demo issuer's private key: random, one per data folder, in a file that only its owner reads.</summary>
internal static class DemoSigningKey
{
    public const string FileName = "demo-issuer.pem";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const int PatienceInMilliseconds = 10_000;
    private const int PauseInMilliseconds = 10;

    /// <summary>Reads the key, or makes it. Of nodes that start at once one makes it, the others read it.</summary>
    public static ECDsa Open(string dataDirectory)
    {
        var path = Path.Combine(dataDirectory, FileName);
        if (File.Exists(path))
        {
            return Read(path);
        }

        // A rename alone would let two starting nodes each keep a key of their own: the later replaces the earlier one's file.
        using (Lock(path + ".lock"))
        {
            if (!File.Exists(path))
            {
                Write(path);
            }
        }

        return Read(path);
    }

    private static ECDsa Read(string path)
    {
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~OwnerOnly) != 0)
        {
            throw new InvalidOperationException($"{path} can be read by others than its owner. Run: chmod 600 {path}");
        }

        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(path));
            return key.KeySize == 256 ? key : throw new CryptographicException("Not a P-256 key.");
        }
        catch (Exception problem) when (problem is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw new InvalidOperationException($"{path} holds no key. Delete it and start anew: people of the demo sign in again.", problem);
        }
    }

    private static void Write(string path)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var temporary = $"{path}.{RandomNumberGenerator.GetHexString(16, lowercase: true)}.tmp";
        try
        {
            using (var file = OpenOwnerOnly(temporary, FileMode.CreateNew, FileShare.None))
            {
                file.Write(Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: false);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static FileStream Lock(string path)
    {
        for (var waited = 0; ; waited += PauseInMilliseconds)
        {
            try
            {
                return OpenOwnerOnly(path, FileMode.OpenOrCreate, FileShare.None);
            }
            catch (IOException) when (waited < PatienceInMilliseconds && File.Exists(path))
            {
                Thread.Sleep(PauseInMilliseconds);
            }
        }
    }

    private static FileStream OpenOwnerOnly(string path, FileMode mode, FileShare share)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return new FileStream(path, options);
    }
}
