using Microsoft.Win32.SafeHandles;

namespace OrgGraph.Secrets;

/// <summary>Files that only their owner may use: the mode is checked before a byte is read.</summary>
internal static class OwnersFile
{
    private const UnixFileMode AnybodyElse = (UnixFileMode)0b000_111_111;
    private const int MaxFileBytes = 64 * 1024;

    /// <summary>Refuses a folder that others than its owner may use.</summary>
    public static void RefuseLooseFolder(string path) => RefuseLoose(path, handle: null, "700");

    /// <summary>Reads a whole small file into a pinned array; refuses one that others than its owner may use.</summary>
    public static byte[] Read(string path)
    {
        using var file = File.OpenHandle(path);
        RefuseLoose(path, file, "600");
        var length = RandomAccess.GetLength(file);
        if (length > MaxFileBytes)
        {
            throw new KeyRingException($"The file {path} has {length} bytes and is no file of a key ring. Restore the folder from its backup.");
        }

        var bytes = GC.AllocateUninitializedArray<byte>((int)length, pinned: true);
        var read = RandomAccess.Read(file, bytes, 0);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    private static void RefuseLoose(string path, SafeFileHandle? handle, string wanted)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var mode = handle is null ? File.GetUnixFileMode(path) : File.GetUnixFileMode(handle);
        if ((mode & AnybodyElse) != 0)
        {
            throw new KeyRingException($"Others than its owner may use {path}. Run `chmod {wanted} {path}`; if others could read it before, rotate with `keys rotate`.");
        }
    }
}
