using System.Security.Cryptography;

namespace OrgGraph.Secrets;

/// <summary>AES-256-GCM (NIST SP 800-38D) laid out as nonce (12 bytes), tag (16 bytes), ciphertext.</summary>
internal static class AesBox
{
    public const int NonceBytes = 12;
    public const int TagBytes = 16;
    public const int Overhead = NonceBytes + TagBytes;

    /// <summary>Seals under a new random nonce. A key that seals more than once stays below 2^31 boxes, so that equal nonces stay out of reach.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated)
    {
        Span<byte> nonce = stackalloc byte[NonceBytes];
        RandomNumberGenerator.Fill(nonce);
        return Seal(key, nonce, plain, associated);
    }

    /// <summary>Seals under a given nonce, which no other box of this key may have.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> associated)
    {
        var box = new byte[Overhead + plain.Length];
        nonce.CopyTo(box);
        // One instance per call: the class promises nothing about use by several threads.
        using var aes = new AesGcm(key, TagBytes);
        aes.Encrypt(nonce, plain, box.AsSpan(Overhead), box.AsSpan(NonceBytes, TagBytes), associated);
        return box;
    }

    /// <summary>Opens into <paramref name="plain"/>, which is wiped when the tag does not fit.</summary>
    public static bool TryOpen(ReadOnlySpan<byte> key, ReadOnlySpan<byte> box, ReadOnlySpan<byte> associated, Span<byte> plain)
    {
        using var aes = new AesGcm(key, TagBytes);
        try
        {
            aes.Decrypt(box[..NonceBytes], box[Overhead..], box.Slice(NonceBytes, TagBytes), plain, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            CryptographicOperations.ZeroMemory(plain);
            return false;
        }
    }
}
