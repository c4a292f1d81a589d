using System.Security.Cryptography;

namespace OrgGraph.Secrets;

/// <content>Making a new ring on disk.</content>
public sealed partial class KeyRing
{
    /// <summary>Makes a new ring of one key-encryption key and one pepper: a folder (0700) of files (0600), synced to disk before this returns.</summary>
    /// <param name="path">A folder that does not exist, or is empty (a mounted volume).</param>
    /// <returns>The ring, open.</returns>
    /// <exception cref="KeyRingException">The folder has content, or cannot be written.</exception>
    public static KeyRing Create(string path)
    {
        var folder = new RingFolder(path);
        return Guarded(folder.FolderPath, () =>
        {
            if (Directory.Exists(folder.FolderPath))
            {
                FillInPlace(folder);
            }
            else
            {
                FillAside(folder);
            }

            return Open(folder.FolderPath);
        });
    }

    // Made aside and renamed, so that no crash leaves half a ring.
    private static void FillAside(RingFolder folder)
    {
        var aside = new RingFolder(folder.FolderPath + "." + RandomNumberGenerator.GetHexString(8, lowercase: true) + DurableFile.TemporaryExtension);
        DurableFile.MakeFolder(aside.FolderPath);
        try
        {
            Fill(aside);
            Directory.Move(aside.FolderPath, folder.FolderPath);
        }
        catch
        {
            // Never in use, so nothing is lost with it.
            Directory.Delete(aside.FolderPath, recursive: true);
            throw;
        }

        DurableFile.SyncFolder(Path.GetDirectoryName(folder.FolderPath)!);
    }

    // A mounted volume cannot be renamed: filled under the lock, its list last.
    private static void FillInPlace(RingFolder folder)
    {
        if (!folder.IsEmpty())
        {
            throw NotEmpty(folder);
        }

        DurableFile.MakeFolder(folder.FolderPath);
        using var exclusive = folder.Lock();
        if (!folder.IsEmpty())
        {
            throw NotEmpty(folder);
        }

        Fill(folder);
    }

    private static KeyRingException NotEmpty(RingFolder folder) =>
        new($"{folder.FolderPath} exists and is not empty: a key ring is never overwritten. Use it, or choose another folder.");

    private static void Fill(RingFolder folder)
    {
        RingKey[] keys = [.. Enum.GetValues<RingKeyKind>().Select(kind => RingKey.NewRandom(RingKeyId.New(kind, number: 1)))];
        foreach (var key in keys)
        {
            folder.WriteKey(key);
        }

        folder.WriteManifest(RandomNumberGenerator.GetHexString(32, lowercase: true), keys);
        Array.ForEach(keys, key => key.Wipe());
    }
}
