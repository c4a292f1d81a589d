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

    /// <summary>Wraps a data key under the newest key-encryption key.</summary>
    /// <param name="dataKey">32 bytes; the caller wipes them.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The wrapped key, bound to the id of the key-encryption key.</returns>
    /// <exception cref="ArgumentException"><paramref name="dataKey"/> is not 32 bytes.</exception>
    ValueTask<WrappedKey> WrapAsync(ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken);

    /// <summary>Opens a wrapped data key, whichever key of the ring it is under.</summary>
    /// <param name="key">The wrapped key.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The 32 bytes of the data key, in an array that the caller wipes.</returns>
    /// <exception cref="SecretUnreadableException">The key-encryption key is missing, or the wrapped key was altered.</exception>
    ValueTask<byte[]> UnwrapAsync(WrappedKey key, CancellationToken cancellationToken);
}
