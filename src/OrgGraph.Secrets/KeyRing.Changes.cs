namespace OrgGraph.Secrets;

/// <content>Rotation, retirement and health.</content>
public sealed partial class KeyRing
{
    /// <summary>Adds a key-encryption key, used for all new wraps from now on; the old ones stay to unwrap. Rotate before 2^31 wraps (NIST SP 800-38D, 8.3,
    /// with room to spare).</summary>
    /// <returns>The new key's id. The files are synced to disk before this returns; a kill in between leaves the ring as it was.</returns>
    /// <exception cref="KeyRingException">The ring is given by configuration, unusable, locked for 10 s by another process, or cannot be written.</exception>
    public string AddEncryptionKey() => Add(RingKeyKind.Encryption);

    /// <summary>Adds a pepper, used for all new hashes from now on; the old ones stay for look-ups.</summary>
    /// <returns>The new pepper's id. Other processes on the folder find tokens hashed with it once they have called <see cref="Refresh"/>.</returns>
    /// <exception cref="KeyRingException">There are three peppers already: retire one first; or as at <see cref="AddEncryptionKey"/>.</exception>
    public string AddPepper() => Add(RingKeyKind.Pepper);

    /// <summary>Takes a key out of the ring. Its file is kept beside as <c>ID.retired</c>, since a backup of the database may need it.</summary>
    /// <param name="keyId">The key; not the newest of its kind.</param>
    /// <param name="countUses">Counts what still needs the key of that id (wrapped data keys; or unended tokens, pending invitations, audit entries); called
    /// while the ring is locked.</param>
    /// <exception cref="KeyRingException">The key is unknown, the newest of its kind or in use; or as at <see cref="AddEncryptionKey"/>.</exception>
    public void Retire(string keyId, Func<string, long> countUses)
    {
        ArgumentNullException.ThrowIfNull(countUses);
        Change((folder, state) =>
        {
            var key = state.Find(keyId) ?? throw new KeyRingException($"The ring has no key '{keyId}'.");
            if (key == state.EncryptionKeys[0] || key == state.Peppers[0])
            {
                throw new KeyRingException($"'{keyId}' is the newest of its kind and in use. Add a new one first (`keys rotate`).");
            }

            if (countUses(keyId) is var uses and not 0)
            {
                throw new KeyRingException($"'{keyId}' is still needed by {uses} rows and cannot be retired. Re-wrap them (`keys rotate`), or wait until the last token under it has ended.");
            }

            RingKey[] rest = [.. state.All.Where(other => other != key)];
            var list = folder.WriteManifest(state.RingId, rest);
            folder.SetAside(key.Id);
            return new RingState(state.RingId, rest, list, folder.FolderPath);
        });
    }

    /// <summary>Takes in what another process changed in the folder. Cheap when nothing changed (reads one file of about 200 bytes a key), so it may be
    /// called before a token is refused as unknown.</summary>
    /// <returns>True when the ring changed.</returns>
    /// <exception cref="KeyRingException">The ring on disk is unusable; the keys in memory stay.</exception>
    public bool Refresh()
    {
        if (_folder is not { } folder || Guarded(folder.FolderPath, folder.ReadManifestBytes).AsSpan().SequenceEqual(_state.Manifest))
        {
            return false;
        }

        Reload(folder);
        return true;
    }

    /// <summary>For readiness: reads every file anew, opens every canary, and takes in what another process changed. The keys in memory stay when it
    /// fails.</summary>
    /// <returns>Whether the ring is usable, and if not what to do. Never throws.</returns>
    public KeyRingHealth Check()
    {
        try
        {
            if (_folder is { } folder)
            {
                Reload(folder);
            }
            else if (!_state.All.All(key => key.OpensCanary(_state.RingId, key.MakeCanary(_state.RingId))))
            {
                return new KeyRingHealth(false, "A key in memory does not open its own canary. Restart the server; if it stays so, look at the machine's memory.");
            }

            return new KeyRingHealth(true, Problem: null);
        }
        catch (KeyRingException failure)
        {
            return new KeyRingHealth(false, failure.Message);
        }
    }

    private static T Guarded<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new KeyRingException($"The key ring {path} cannot be read or written: {failure.Message} Look at the disk and at who owns the folder.", failure);
        }
    }

    private void Reload(RingFolder folder)
    {
        lock (_changing)
        {
            _state = Guarded(folder.FolderPath, () => folder.Load(_state));
        }
    }

    private string Add(RingKeyKind kind)
    {
        var id = default(RingKeyId);
        Change((folder, state) =>
        {
            if (kind == RingKeyKind.Pepper && state.Peppers.Length == RingState.MaxPeppers)
            {
                throw new KeyRingException($"The ring has {RingState.MaxPeppers} peppers already. Retire the oldest, '{state.Peppers[^1].Id.Text}', once its last token has ended.");
            }

            var ofKind = kind == RingKeyKind.Pepper ? state.Peppers : state.EncryptionKeys;
            id = RingKeyId.New(kind, checked(ofKind[0].Id.Number + 1));
            var key = RingKey.NewRandom(id);
            folder.RemoveTemporaryFiles();
            folder.WriteKey(key);
            RingKey[] keys = [.. state.All, key];
            return new RingState(state.RingId, keys, folder.WriteManifest(state.RingId, keys), folder.FolderPath);
        });
        return id.Text;
    }

    private void Change(Func<RingFolder, RingState, RingState> change)
    {
        var folder = _folder ?? throw new KeyRingException("This ring is given by configuration: add or take away its values there, then restart.");
        lock (_changing)
        {
            _state = Guarded(folder.FolderPath, () =>
            {
                using var exclusive = folder.Lock();
                return change(folder, folder.Load(_state));
            });
        }
    }
}
