using System.Security.Cryptography;
using System.Text;

namespace OrgGraph.Secrets;

/// <summary>A key of the ring, without the key itself.</summary>
/// <param name="Id">Its name, for instance <c>kek-2-9f31c20a</c>.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Fingerprint">16 hexadecimal characters derived one-way (HKDF-SHA-256) from the key: equal only for equal keys, safe to store and
/// print.</param>
/// <param name="IsNewest">True for the one of its kind that new wraps or hashes use.</param>
public sealed record RingKeyInfo(string Id, RingKeyKind Kind, string Fingerprint, bool IsNewest);

/// <summary>What <see cref="KeyRing.Check"/> found.</summary>
/// <param name="IsUsable">True when every key is there, readable by its owner only, and opens its canary.</param>
/// <param name="Problem">What is wrong and what to do, or null. Holds paths: for the log and the operator, not for a public answer.</param>
public sealed record KeyRingHealth(bool IsUsable, string? Problem);

/// <summary>
/// The server's long-lived keys: key-encryption keys, which wrap the data keys of stored secrets, and peppers, which key the hashes of tokens. The newest of
/// a kind is used
/// for what is new, the older ones for what is there. Kept as a folder of files, or given by configuration. Safe for use by many threads; several processes
/// may share a folder.
/// </summary>
public sealed partial class KeyRing : IKeyWrapper
{
    private readonly RingFolder? _folder;
    private readonly Lock _changing = new();
    private volatile RingState _state;

    private KeyRing(RingFolder? folder, RingState state)
    {
        _folder = folder;
        _state = state;
    }

    /// <inheritdoc/>
    public string NewestKeyId => _state.EncryptionKeys[0].Id.Text;

    /// <summary>The id of the pepper that new hashes use.</summary>
    public string NewestPepperId => _state.Peppers[0].Id.Text;

    /// <summary>All keys, newest first, without the keys themselves.</summary>
    public IReadOnlyList<RingKeyInfo> Keys
    {
        get
        {
            var state = _state;
            return [.. state.All.Select(key => new RingKeyInfo(key.Id.Text, key.Id.Kind, key.Fingerprint, key == state.EncryptionKeys[0] || key == state.Peppers[0]))];
        }
    }

    /// <summary>32 hexadecimal characters that change with every change of the ring; equal on all nodes that hold the same keys. Tells nothing about the
    /// keys.</summary>
    public string Fingerprint
    {
        get
        {
            var all = string.Concat(_state.All.Select(key => key.Id.Text + " " + key.Fingerprint + "\n"));
            return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(all)).AsSpan(0, 16));
        }
    }

    internal RingState State => _state;

    /// <summary>Opens a ring's folder and each key's canary.</summary>
    /// <param name="path">The folder.</param>
    /// <returns>The ring.</returns>
    /// <exception cref="KeyRingException">The folder is missing, others than the owner may use it or a file in it, a file is missing, half-written or
    /// altered, or a key is not the one the ring was made with. Nothing is changed; the message says what to do.</exception>
    public static KeyRing Open(string path)
    {
        var folder = new RingFolder(path);
        return Guarded(folder.FolderPath, () => new KeyRing(folder, folder.Load(known: null)));
    }

    /// <summary>A ring given by configuration, for instance by the environment. It cannot be changed from here.</summary>
    /// <param name="idToBase64">Id to key: ids are <c>kek-NUMBER</c> and <c>pepper-NUMBER</c>, optionally with <c>-TAIL</c> of letters and digits (letter
    /// case is ignored and
    /// <c>_</c> reads as <c>-</c>, as environment variables need); the highest number is the newest. Keys are 32 random bytes in base64: <c>openssl rand
    /// -base64 32</c>.</param>
    /// <returns>The ring.</returns>
    /// <exception cref="KeyRingException">An id or key is malformed, two keys are equal, or there is no key-encryption key, no pepper or more than
    /// three.</exception>
    public static KeyRing FromValues(IReadOnlyDictionary<string, string> idToBase64)
    {
        ArgumentNullException.ThrowIfNull(idToBase64);
        var keys = new List<RingKey>();
        foreach (var (name, value) in idToBase64)
        {
            var text = name.ToLowerInvariant().Replace('_', '-');
            if (!RingKeyId.TryParse(text, out var id) || keys.Exists(key => key.Id.Text == text))
            {
                throw new KeyRingException($"'{name}' is no new name of a key. Names are kek-NUMBER and pepper-NUMBER, each once.");
            }

            keys.Add(new RingKey(id, Decode(name, value)));
        }

        return new KeyRing(folder: null, new RingState(ringId: "", keys, manifest: [], source: "in the configuration"));
    }

    /// <inheritdoc/>
    public bool Holds(string keyId) => FindEncryptionKey(keyId) is not null;

    /// <inheritdoc/>
    public ValueTask<WrappedKey> WrapAsync(SecretContext context, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken)
    {
        if (dataKey.Length != RingKey.KeyBytes)
        {
            throw new ArgumentException("A data key has 32 bytes.", nameof(dataKey));
        }

        var key = KeptNewest();
        return ValueTask.FromResult(new WrappedKey(key.Id.Text, key.Wrap(dataKey.Span)));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> UnwrapAsync(SecretContext context, WrappedKey key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        var found = FindEncryptionKey(key.KeyId);
        try
        {
            // Another process may have rotated since; looked for even when nothing had changed, as another thread may have taken it in.
            if (found is null)
            {
                Refresh();
                found = FindEncryptionKey(key.KeyId);
            }
        }
        catch (KeyRingException failure)
        {
            throw new SecretUnreadableException(SecretUnreadableReason.KeyMissing, key.KeyId, inner: failure);
        }

        return found is not null
            ? ValueTask.FromResult(found.Unwrap(key.Bytes))
            : throw new SecretUnreadableException(SecretUnreadableReason.KeyMissing, key.KeyId);
    }

    /// <inheritdoc/>
    public ValueTask<KeyRingHealth> CheckAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Check());

    // What is wrapped under a key that is in memory alone is lost with the process. And after a rotation by another process nothing more
    // is to go under the old key.
    private RingKey KeptNewest()
    {
        if (_folder is not { } folder)
        {
            return _state.EncryptionKeys[0];
        }

        Refresh();
        var key = _state.EncryptionKeys[0];
        return Guarded(folder.FolderPath, () => folder.Keeps(key))
            ? key
            : throw new KeyRingException($"The file of the key '{key.Id.Text}' in {folder.FolderPath} holds another key by now. Nothing is encrypted under it: restore the folder from its backup.");
    }

    private static byte[] Decode(string name, string value)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(RingKey.KeyBytes, pinned: true);
        var isKey = Convert.TryFromBase64String(value.Trim(), bytes, out var written) && written == RingKey.KeyBytes && bytes.AsSpan().ContainsAnyExcept(bytes[0]);
        return isKey ? bytes : throw new KeyRingException($"The value of '{name}' is not 32 random bytes in base64. Make one with `openssl rand -base64 32`.");
    }

    private RingKey? FindEncryptionKey(string id) => Array.Find(_state.EncryptionKeys, key => key.Id.Text == id);
}
