using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace OrgGraph.Secrets;

/// <summary>
/// A ring's folder (0700): <c>ring.list</c> (<see cref="RingManifest"/>), one <c>ID.key</c> per key (0600), <c>ring.lock</c>.
/// A key file: magic (8 bytes), id length (1), id, key (32), first 8 bytes of SHA-256 over all before. A key file that is not listed is what a killed
/// rotation left: never used, ignored.
/// </summary>
internal sealed class RingFolder(string path)
{
    private const int SumBytes = 8;
    private static readonly TimeSpan LockWait = TimeSpan.FromSeconds(10);
    private static readonly byte[] Magic = "OGKEY 1\n"u8.ToArray();

    public string FolderPath { get; } = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private string ManifestPath => Path.Combine(FolderPath, "ring.list");

    private string LockPath => Path.Combine(FolderPath, "ring.lock");

    /// <summary>Reads everything anew and opens every canary; keys of <paramref name="known"/> are kept as objects, so that no second copy stays in
    /// memory.</summary>
    public RingState Load(RingState? known)
    {
        for (var attempt = 0; ; attempt++)
        {
            var list = ReadManifestBytes();
            try
            {
                return LoadListed(list, known);
            }
            catch (KeyRingException) when (attempt < 3 && !ReadManifestBytes().AsSpan().SequenceEqual(list))
            {
                // Another process changed the ring between the list and its keys.
            }
        }
    }

    public byte[] ReadManifestBytes()
    {
        if (!Directory.Exists(FolderPath))
        {
            throw new KeyRingException($"There is no key ring at {FolderPath}. Run `keys create`, or set OrgGraph__Secrets__KeyRing to the folder of the ring that this database was written with.");
        }

        OwnersFile.RefuseLooseFolder(FolderPath);
        return File.Exists(ManifestPath)
            ? OwnersFile.Read(ManifestPath)
            : throw new KeyRingException(
                $"The key ring {FolderPath} has no ring.list. If the ring was ever in use, restore the folder from its backup; "
                + "if not (an interrupted `keys create`), remove the folder and run `keys create`.");
    }

    public void WriteKey(RingKey key)
    {
        var id = Encoding.ASCII.GetBytes(key.Id.Text);
        var bytes = GC.AllocateUninitializedArray<byte>(Magic.Length + 1 + id.Length + RingKey.KeyBytes + SumBytes, pinned: true);
        Magic.CopyTo(bytes, 0);
        bytes[Magic.Length] = (byte)id.Length;
        id.CopyTo(bytes, Magic.Length + 1);
        key.Material.CopyTo(bytes.AsSpan(Magic.Length + 1 + id.Length));
        SHA256.HashData(bytes.AsSpan(..^SumBytes)).AsSpan(0, SumBytes).CopyTo(bytes.AsSpan()[^SumBytes..]);
        DurableFile.Write(KeyPath(key.Id), bytes);
        CryptographicOperations.ZeroMemory(bytes);
    }

    public byte[] WriteManifest(string ringId, IEnumerable<RingKey> keys)
    {
        var list = RingManifest.Write(ringId, keys);
        DurableFile.Write(ManifestPath, list);
        return list;
    }

    /// <summary>Sets a key's file aside instead of deleting it: a backup of the database may still need it.</summary>
    public void SetAside(RingKeyId id)
    {
        File.Move(KeyPath(id), Path.ChangeExtension(KeyPath(id), ".retired"), overwrite: true);
        DurableFile.SyncFolder(FolderPath);
    }

    /// <summary>True when nothing but a lock is in the folder.</summary>
    public bool IsEmpty() => Directory.EnumerateFileSystemEntries(FolderPath).All(entry => entry == LockPath);

    /// <summary>Keeps other processes from changing the ring until disposed; the operating system lets go when a process dies.</summary>
    public FileStream Lock()
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return DurableFile.OpenExclusive(LockPath);
            }
            catch (IOException failure) when (waited.Elapsed > LockWait)
            {
                throw new KeyRingException($"The key ring {FolderPath} cannot be locked. Another process is changing it: wait for it, then try again. ({failure.Message})", failure);
            }
            catch (IOException)
            {
                Thread.Sleep(20);
            }
        }
    }

    public void RemoveTemporaryFiles()
    {
        foreach (var file in Directory.EnumerateFiles(FolderPath, "*" + DurableFile.TemporaryExtension))
        {
            File.Delete(file);
        }
    }

    /// <summary>Whether the key's file holds it still.</summary>
    /// <exception cref="KeyRingException">The file is missing, half-written, or open to others.</exception>
    public bool Keeps(RingKey key)
    {
        var kept = ReadKey(key.Id);
        var isSame = kept.HasSameMaterial(key);
        kept.Wipe();
        return isSame;
    }

    private RingState LoadListed(byte[] list, RingState? known)
    {
        var manifest = RingManifest.TryRead(list, ManifestPath)
            ?? throw new KeyRingException($"The key ring's list {ManifestPath} is half-written or altered. Restore the folder from its backup.");
        if (known is not null && known.RingId != manifest.RingId)
        {
            throw new KeyRingException($"The key ring {FolderPath} was replaced by another ring while the server runs. Put the right folder back, or restart the server if this is meant.");
        }

        var keys = new List<RingKey>();
        foreach (var (id, canary) in manifest.Keys)
        {
            var key = ReadKey(id);
            if (!key.OpensCanary(manifest.RingId, canary))
            {
                key.Wipe();
                throw new KeyRingException($"The key file {KeyPath(id)} is not the key that this ring was made with: its canary does not open. Restore the file from the ring's backup.");
            }

            if (known?.Find(id.Text) is { } same && same.HasSameMaterial(key))
            {
                key.Wipe();
                key = same;
            }

            keys.Add(key);
        }

        return new RingState(manifest.RingId, keys, list, FolderPath);
    }

    private RingKey ReadKey(RingKeyId id)
    {
        var path = KeyPath(id);
        if (!File.Exists(path))
        {
            throw new KeyRingException($"The key file {path} is missing. Secrets under it cannot be read: restore the file from the ring's backup.");
        }

        var bytes = OwnersFile.Read(path);
        var text = Encoding.ASCII.GetBytes(id.Text);
        byte[] head = [.. Magic, (byte)text.Length, .. text];
        var isWhole = bytes.Length == head.Length + RingKey.KeyBytes + SumBytes
            && bytes.AsSpan().StartsWith(head)
            && SHA256.HashData(bytes.AsSpan(..^SumBytes)).AsSpan(0, SumBytes).SequenceEqual(bytes.AsSpan()[^SumBytes..]);
        if (!isWhole)
        {
            CryptographicOperations.ZeroMemory(bytes);
            throw new KeyRingException($"The key file {path} is half-written, altered, or belongs to another name. Restore it from the ring's backup.");
        }

        var key = GC.AllocateUninitializedArray<byte>(RingKey.KeyBytes, pinned: true);
        bytes.AsSpan(head.Length, RingKey.KeyBytes).CopyTo(key);
        CryptographicOperations.ZeroMemory(bytes);
        return new RingKey(id, key);
    }

    private string KeyPath(RingKeyId id) => Path.Combine(FolderPath, id.Text + ".key");
}
