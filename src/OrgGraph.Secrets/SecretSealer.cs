using System.Security.Cryptography;
using System.Text;

namespace OrgGraph.Secrets;

/// <summary>
/// Envelope encryption of stored secrets: each write has a new random 256-bit data key and 96-bit nonce, AES-256-GCM with a 128-bit tag (NIST SP 800-38D),
/// and associated data
/// that binds it to its place. Safe for use by many threads.
/// </summary>
/// <remarks>Data keys are pinned, so the collector leaves no copies, and wiped after use. Text that was a .NET string once cannot be wiped.</remarks>
/// <param name="wrapper">Wraps the data keys.</param>
public sealed class SecretSealer(IKeyWrapper wrapper)
{
    /// <summary>The length of a data key, in bytes.</summary>
    public const int DataKeyBytes = RingKey.KeyBytes;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Encrypts bytes for one place.</summary>
    /// <param name="context">The place; its secret id is new at each write.</param>
    /// <param name="plain">The plain text, any length; the caller wipes it.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The sealed secret.</returns>
    /// <exception cref="ArgumentException">The context's field is empty or too long.</exception>
    public async ValueTask<SealedSecret> SealAsync(SecretContext context, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken = default)
    {
        var associated = context.ToAssociatedData(SealedSecret.CurrentVersion);
        var dataKey = GC.AllocateUninitializedArray<byte>(RingKey.KeyBytes, pinned: true);
        try
        {
            RandomNumberGenerator.Fill(dataKey);
            var wrapped = await wrapper.WrapAsync(context, dataKey, cancellationToken);
            return new SealedSecret(wrapped, AesBox.Seal(dataKey, plain.Span, associated));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Encrypts text, as UTF-8.</summary>
    /// <param name="context">The place; its secret id is new at each write.</param>
    /// <param name="secret">The text.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The sealed secret.</returns>
    /// <exception cref="ArgumentException">The context's field is empty or too long, or the text has half a surrogate pair (it would come back
    /// changed).</exception>
    public async ValueTask<SealedSecret> SealAsync(SecretContext context, Secret secret, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var text = secret.Reveal();
        var plain = GC.AllocateUninitializedArray<byte>(StrictUtf8.GetByteCount(text), pinned: true);
        try
        {
            StrictUtf8.GetBytes(text, plain);
            return await SealAsync(context, plain, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Decrypts a secret at its place.</summary>
    /// <param name="context">The place it was sealed for.</param>
    /// <param name="sealedSecret">The sealed secret.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The plain text in a pinned array that the caller wipes.</returns>
    /// <exception cref="SecretUnreadableException">The key is missing, or the secret was altered or moved; says which and what to do.</exception>
    public async ValueTask<byte[]> OpenAsync(SecretContext context, SealedSecret sealedSecret, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sealedSecret);
        var associated = context.ToAssociatedData(SealedSecret.CurrentVersion);
        var dataKey = await UnwrapAsync(context, sealedSecret.WrappedKey, cancellationToken);
        try
        {
            var plain = GC.AllocateUninitializedArray<byte>(sealedSecret.Box.Length - AesBox.Overhead, pinned: true);
            return AesBox.TryOpen(dataKey, sealedSecret.Box, associated, plain)
                ? plain
                : throw new SecretUnreadableException(SecretUnreadableReason.Tampered, sealedSecret.WrappedKey.KeyId, context);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    /// <summary>Decrypts a text at its place.</summary>
    /// <param name="context">The place it was sealed for.</param>
    /// <param name="sealedSecret">The sealed secret.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The text.</returns>
    /// <exception cref="SecretUnreadableException">As at <see cref="OpenAsync"/>.</exception>
    public async ValueTask<Secret> OpenTextAsync(SecretContext context, SealedSecret sealedSecret, CancellationToken cancellationToken = default)
    {
        var plain = await OpenAsync(context, sealedSecret, cancellationToken);
        try
        {
            return new Secret(StrictUtf8.GetString(plain));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    /// <summary>Wraps the data key anew under the newest key-encryption key; nonce, tag and ciphertext stay.</summary>
    /// <param name="context">The place it was sealed for.</param>
    /// <param name="sealedSecret">The sealed secret.</param>
    /// <param name="cancellationToken">Ends the wait for a key service.</param>
    /// <returns>The re-wrapped secret; the same instance when it was under the newest key already, so that an interrupted pass can be begun again.</returns>
    /// <exception cref="SecretUnreadableException">The old key is missing, or the wrapped key was altered.</exception>
    public async ValueTask<SealedSecret> RewrapAsync(SecretContext context, SealedSecret sealedSecret, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(sealedSecret);
        if (sealedSecret.WrappedKey.KeyId == wrapper.NewestKeyId)
        {
            return sealedSecret;
        }

        var dataKey = await UnwrapAsync(context, sealedSecret.WrappedKey, cancellationToken);
        try
        {
            return new SealedSecret(await wrapper.WrapAsync(context, dataKey, cancellationToken), sealedSecret.Box);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(dataKey);
        }
    }

    private async ValueTask<byte[]> UnwrapAsync(SecretContext context, WrappedKey key, CancellationToken cancellationToken)
    {
        byte[] dataKey;
        try
        {
            dataKey = await wrapper.UnwrapAsync(context, key, cancellationToken);
        }
        catch (SecretUnreadableException failure) when (failure.Context is null)
        {
            // The wrapper does not know the place; an operator needs it.
            throw new SecretUnreadableException(failure.Reason, failure.KeyId, context, failure);
        }

        if (dataKey.Length != RingKey.KeyBytes)
        {
            CryptographicOperations.ZeroMemory(dataKey);
            throw new SecretUnreadableException(SecretUnreadableReason.Tampered, key.KeyId, context);
        }

        return dataKey;
    }
}
