namespace OrgGraph.Secrets;

/// <summary>All keys of a ring at one moment, newest first; immutable, swapped as a whole when the ring changes.</summary>
internal sealed class RingState
{
    public const int MaxPeppers = 3;

    /// <summary>Sorts and checks the keys.</summary>
    public RingState(string ringId, IEnumerable<RingKey> keys, byte[] manifest, string source)
    {
        RingId = ringId;
        Manifest = manifest;
        All = [.. keys];
        Array.Sort(All, (one, other) => RingKeyId.CompareNewestFirst(one.Id, other.Id));
        EncryptionKeys = [.. All.Where(key => key.Id.Kind == RingKeyKind.Encryption)];
        Peppers = [.. All.Where(key => key.Id.Kind == RingKeyKind.Pepper)];
        if (EncryptionKeys.Length == 0 || Peppers.Length is 0 or > MaxPeppers)
        {
            throw new KeyRingException(
                $"The key ring {source} holds {EncryptionKeys.Length} key-encryption keys (kek-...) and {Peppers.Length} peppers (pepper-...); "
                + $"it needs at least 1, and 1 to {MaxPeppers}. Restore it from its backup, or give the missing values.");
        }

        // Equal keys under two names would make a rotation look done that is not.
        for (var i = 0; i < All.Length; i++)
        {
            if (Array.FindIndex(All, i + 1, key => key.HasSameMaterial(All[i])) is var twin and >= 0)
            {
                throw new KeyRingException($"The key ring {source} has the same key under '{All[i].Id.Text}' and '{All[twin].Id.Text}'. Give each its own random 32 bytes.");
            }
        }
    }

    /// <summary>Random name of the ring; empty for one given by configuration.</summary>
    public string RingId { get; }

    /// <summary>The bytes of the list on disk; empty for a ring given by configuration.</summary>
    public byte[] Manifest { get; }

    public RingKey[] All { get; }

    public RingKey[] EncryptionKeys { get; }

    public RingKey[] Peppers { get; }

    public RingKey? Find(string id) => Array.Find(All, key => key.Id.Text == id);
}
