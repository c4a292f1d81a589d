namespace OrgGraph.Secrets;

/// <summary>A data key encrypted by a key-encryption key.</summary>
/// <param name="KeyId">The key-encryption key's id, up to 65,535 bytes of UTF-8.</param>
/// <param name="Bytes">The encrypted data key in the wrapper's own format, up to 65,535 bytes.</param>
public sealed record WrappedKey(string KeyId, byte[] Bytes);

/// <summary>
/// Wraps data keys under key-encryption keys: <see cref="KeyRing"/> in the process, or a key service outside it.
/// Implementations are safe for use by many threads.
/// </summary>
public interface IKeyWrapper
{
    /// <summary>The id of the key that <see cref="WrapAsync"/> uses now; a secret wrapped under another one is due for re-wrapping.</summary>
    string NewestKeyId { get; }

    /// <summary>Whether the key of that id is at hand, so that what is wrapped under it can be opened.</summary>
    /// <param name="keyId">The key-encryption key's id.</param>
    bool Holds(string keyId);

    /// <summary>Wraps a data key under the newest key-encryption key.</summary>
    /// <param name="context">Where the secret is stored, for key services that bind or record it.</param>
    /// <param name="dataKey">32 bytes; the caller wipes them.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The wrapped key, bound to the id of the key-encryption key.</returns>
    /// <exception cref="ArgumentException"><paramref name="dataKey"/> is not 32 bytes.</exception>
    /// <exception cref="KeyRingException">The key cannot be used now, or is not kept any more where it should be: what was wrapped under it could be lost.</exception>
    ValueTask<WrappedKey> WrapAsync(SecretContext context, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken);

    /// <summary>Opens a wrapped data key, whichever key of the ring it is under.</summary>
    /// <param name="context">Where the secret is stored.</param>
    /// <param name="key">The wrapped key.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The 32 bytes of the data key, in an array that the caller wipes.</returns>
    /// <exception cref="SecretUnreadableException">The key-encryption key is missing, or the wrapped key was altered.</exception>
    /// <exception cref="KeyRingException">A key service does not answer, or refuses.</exception>
    ValueTask<byte[]> UnwrapAsync(SecretContext context, WrappedKey key, CancellationToken cancellationToken);

    /// <summary>For readiness: whether the newest key is usable, and the others as far as can be told. Takes in what changed.</summary>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>Whether the keys are usable, and if not what to do.</returns>
    ValueTask<KeyRingHealth> CheckAsync(CancellationToken cancellationToken);
}
