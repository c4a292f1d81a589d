using System.Security.Cryptography;
using System.Text;

namespace OrgGraph.Secrets;

/// <summary>
/// One 256-bit key in memory. It is never used as it is: each use has its own key derived by HKDF-SHA-256 (RFC 5869, no salt, as the key is uniformly
/// random),
/// so that no answer of one use says anything about another.
/// </summary>
internal sealed class RingKey
{
    public const int KeyBytes = 32;

    private const byte WrapVersion = 1;
    private static readonly byte[] CanaryText = "orggraph canary1"u8.ToArray();

    private readonly byte[] _key;
    private readonly byte[] _wrapKey;
    private readonly byte[] _canaryKey;
    private readonly byte[] _wrapAssociated;
    private readonly byte[][] _purposeKeys;
    private readonly byte[] _invitationTokenKey;

    /// <summary>Takes over <paramref name="key"/>, a pinned array of 32 bytes.</summary>
    public RingKey(RingKeyId id, byte[] key)
    {
        Id = id;
        _key = key;
        _wrapKey = Derive("orggraph/wrap/v1");
        _canaryKey = Derive("orggraph/canary/v1");
        _wrapAssociated = Encoding.UTF8.GetBytes("orggraph/wrap/v1\n" + id.Text);
        _purposeKeys = [.. Enum.GetValues<TokenPurpose>().Select(purpose => Derive("orggraph/token/v1/" + TokenHasher.Label(purpose)))];
        _invitationTokenKey = Derive("orggraph/invitation-token/v1");
        Fingerprint = Convert.ToHexStringLower(Derive("orggraph/fingerprint/v1").AsSpan(0, 8));
    }

    public RingKeyId Id { get; }

    public string Fingerprint { get; }

    public ReadOnlySpan<byte> Material => _key;

    public ReadOnlySpan<byte> InvitationTokenKey => _invitationTokenKey;

    public static RingKey NewRandom(RingKeyId id)
    {
        var key = GC.AllocateUninitializedArray<byte>(KeyBytes, pinned: true);
        RandomNumberGenerator.Fill(key);
        return new RingKey(id, key);
    }

    public ReadOnlySpan<byte> KeyFor(TokenPurpose purpose) => _purposeKeys[(int)purpose];

    public bool HasSameMaterial(RingKey other) => CryptographicOperations.FixedTimeEquals(_key, other._key);

    public byte[] Wrap(ReadOnlySpan<byte> dataKey)
    {
        var box = AesBox.Seal(_wrapKey, dataKey, _wrapAssociated);
        return [WrapVersion, .. box];
    }

    public byte[] Unwrap(ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length != 1 + AesBox.Overhead + KeyBytes)
        {
            throw new SecretUnreadableException(SecretUnreadableReason.Tampered, Id.Text);
        }

        if (wrapped[0] != WrapVersion)
        {
            throw new SecretUnreadableException(SecretUnreadableReason.UnknownFormat, Id.Text);
        }

        var dataKey = GC.AllocateUninitializedArray<byte>(KeyBytes, pinned: true);
        return AesBox.TryOpen(_wrapKey, wrapped[1..], _wrapAssociated, dataKey)
            ? dataKey
            : throw new SecretUnreadableException(SecretUnreadableReason.Tampered, Id.Text);
    }

    /// <summary>A known text that only this key, in this ring and under this id, opens.</summary>
    public byte[] MakeCanary(string ringId) => AesBox.Seal(_canaryKey, CanaryText, CanaryPlace(ringId));

    public bool OpensCanary(string ringId, ReadOnlySpan<byte> canary)
    {
        Span<byte> text = stackalloc byte[CanaryText.Length];
        return canary.Length == AesBox.Overhead + CanaryText.Length
            && AesBox.TryOpen(_canaryKey, canary, CanaryPlace(ringId), text)
            && text.SequenceEqual(CanaryText);
    }

    /// <summary>For keys that never came into use; a key in use may be in another thread's hands and is left to the collector.</summary>
    public void Wipe()
    {
        byte[][] all = [_key, _wrapKey, _canaryKey, _invitationTokenKey, .. _purposeKeys];
        foreach (var key in all)
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private byte[] CanaryPlace(string ringId) => Encoding.UTF8.GetBytes("orggraph/canary/v1\n" + ringId + "\n" + Id.Text);

    private byte[] Derive(string label)
    {
        var derived = GC.AllocateUninitializedArray<byte>(KeyBytes, pinned: true);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, derived, salt: [], info: Encoding.UTF8.GetBytes(label));
        return derived;
    }
}
