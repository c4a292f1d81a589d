using System.Buffers.Binary;
using System.Text;

namespace OrgGraph.Secrets;

/// <summary>
/// An encrypted secret with its wrapped data key. Immutable. Byte form: format version (1 byte, now 1); length (2 bytes, big-endian) and UTF-8 of the
/// key-encryption key's id;
/// length (2 bytes) and bytes of the wrapped data key; nonce (12 bytes); tag (16 bytes); ciphertext (the rest).
/// </summary>
public sealed class SealedSecret
{
    internal const byte CurrentVersion = 1;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    internal SealedSecret(WrappedKey key, byte[] box)
    {
        WrappedKey = key;
        Box = box;
    }

    /// <summary>The encrypted data key and the id of the key-encryption key it is under; store the id in a column of its own to count a key's uses.</summary>
    public WrappedKey WrappedKey { get; }

    /// <summary>Nonce, tag, ciphertext.</summary>
    internal byte[] Box { get; }

    /// <summary>The self-describing byte form, to be stored.</summary>
    /// <returns>About 140 bytes plus the length of the plain text.</returns>
    public byte[] ToBytes()
    {
        var id = Encoding.UTF8.GetBytes(WrappedKey.KeyId);
        var wrapped = WrappedKey.Bytes;
        var bytes = new byte[1 + sizeof(ushort) + id.Length + sizeof(ushort) + wrapped.Length + Box.Length];
        bytes[0] = CurrentVersion;
        var rest = WritePart(id, bytes.AsSpan(1));
        rest = WritePart(wrapped, rest);
        Box.CopyTo(rest);
        return bytes;
    }

    /// <summary>Reads the byte form. Whether it is genuine shows when it is opened.</summary>
    /// <param name="bytes">What <see cref="ToBytes"/> gave.</param>
    /// <returns>The sealed secret, holding copies.</returns>
    /// <exception cref="SecretUnreadableException">The format version is unknown, or the bytes are cut or altered.</exception>
    public static SealedSecret Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new SecretUnreadableException(SecretUnreadableReason.Tampered);
        }

        if (bytes[0] != CurrentVersion)
        {
            throw new SecretUnreadableException(SecretUnreadableReason.UnknownFormat);
        }

        var id = ReadPart(bytes[1..], out var rest);
        var wrapped = ReadPart(rest, out rest);
        if (id.IsEmpty || wrapped.IsEmpty || rest.Length < AesBox.Overhead)
        {
            throw new SecretUnreadableException(SecretUnreadableReason.Tampered);
        }

        return new SealedSecret(new WrappedKey(ReadId(id), wrapped.ToArray()), rest.ToArray());
    }

    private static string ReadId(ReadOnlySpan<byte> id)
    {
        try
        {
            return StrictUtf8.GetString(id);
        }
        catch (DecoderFallbackException failure)
        {
            throw new SecretUnreadableException(SecretUnreadableReason.Tampered, inner: failure);
        }
    }

    private static Span<byte> WritePart(ReadOnlySpan<byte> part, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, checked((ushort)part.Length));
        part.CopyTo(target[sizeof(ushort)..]);
        return target[(sizeof(ushort) + part.Length)..];
    }

    private static ReadOnlySpan<byte> ReadPart(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> rest)
    {
        if (source.Length < sizeof(ushort) || source.Length - sizeof(ushort) < BinaryPrimitives.ReadUInt16BigEndian(source))
        {
            throw new SecretUnreadableException(SecretUnreadableReason.Tampered);
        }

        var length = BinaryPrimitives.ReadUInt16BigEndian(source);
        rest = source[(sizeof(ushort) + length)..];
        return source.Slice(sizeof(ushort), length);
    }
}
