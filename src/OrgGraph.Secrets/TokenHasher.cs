using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OrgGraph.Secrets;

/// <summary>What a hash is for. Each purpose has a key of its own, so a hash of one purpose is worth nothing in another.</summary>
public enum TokenPurpose
{
    /// <summary>API keys.</summary>
    ApiKey,

    /// <summary>Service tokens.</summary>
    ServiceToken,

    /// <summary>Tokens in invitation mails.</summary>
    Invitation,

    /// <summary>The state of an OAuth round trip.</summary>
    OAuthState,

    /// <summary>The chain of audit entries.</summary>
    Audit,
}

/// <summary>A keyed hash as it is stored.</summary>
/// <param name="PepperId">The pepper it was made with, for instance <c>pepper-1-77ab01de</c>.</param>
/// <param name="Hash">HMAC-SHA-256 as 64 lower-case hexadecimal characters: equal under every database's collation exactly when the bytes are.</param>
public readonly record struct TokenHash(string PepperId, string Hash);

/// <summary>
/// Hashes tokens with HMAC-SHA-256 (RFC 2104) under a key derived by HKDF-SHA-256 (RFC 5869) from a pepper of the ring, one per purpose: a stolen database
/// without the ring
/// tells nothing, not even whether a guessed token exists. Reads the ring at each call, so a rotation needs no new instance. Safe for use by many threads.
/// </summary>
public sealed class TokenHasher
{
    private const int StackBytes = 512;
    private readonly KeyRing _ring;

    /// <summary>Hashes with the peppers of a ring.</summary>
    /// <param name="ring">The ring.</param>
    public TokenHasher(KeyRing ring)
    {
        ArgumentNullException.ThrowIfNull(ring);
        _ring = ring;
    }

    /// <summary>The hash to store, made with the newest pepper.</summary>
    /// <param name="purpose">What the token is for.</param>
    /// <param name="token">The whole token.</param>
    /// <returns>The hash and the pepper's id.</returns>
    public TokenHash Hash(TokenPurpose purpose, ReadOnlySpan<char> token) => HashWith(_ring.State.Peppers[0], purpose, token);

    /// <summary>The hash of bytes, made with the newest pepper; for the audit chain.</summary>
    /// <param name="purpose">What the bytes are for.</param>
    /// <param name="content">The bytes.</param>
    /// <returns>The hash and the pepper's id.</returns>
    public TokenHash Hash(TokenPurpose purpose, ReadOnlySpan<byte> content) => HashWith(_ring.State.Peppers[0], purpose, content);

    /// <summary>The hash of bytes made with a named pepper; to verify the audit chain.</summary>
    /// <param name="pepperId">The pepper.</param>
    /// <param name="purpose">What the bytes are for.</param>
    /// <param name="content">The bytes.</param>
    /// <returns>The hash.</returns>
    /// <exception cref="KeyRingException">The ring has no such pepper.</exception>
    public TokenHash Hash(string pepperId, TokenPurpose purpose, ReadOnlySpan<byte> content) => HashWith(Pepper(pepperId), purpose, content);

    /// <summary>All hashes under which a presented token may be stored.</summary>
    /// <param name="purpose">What the token is for.</param>
    /// <param name="token">The whole token.</param>
    /// <returns>One hash a pepper, newest first, at most three. Always as many as there are peppers, so a look-up takes the same time for known and unknown
    /// tokens.</returns>
    public IReadOnlyList<TokenHash> Candidates(TokenPurpose purpose, ReadOnlySpan<char> token)
    {
        var peppers = _ring.State.Peppers;
        var candidates = new TokenHash[peppers.Length];
        for (var i = 0; i < peppers.Length; i++)
        {
            candidates[i] = HashWith(peppers[i], purpose, token);
        }

        return candidates;
    }

    /// <summary>Takes in what another process changed in the ring: to be called before a token is refused as unknown. See <see cref="KeyRing.Refresh"/>.</summary>
    /// <returns>True when the ring changed: then the candidates may be others.</returns>
    /// <exception cref="KeyRingException">The ring on disk is unusable; the keys in memory stay.</exception>
    public bool Refresh() => _ring.Refresh();

    /// <summary>Compares two hashes in a time that depends on their length only. The index found the row; this keeps a lax collation from deciding who gets
    /// in.</summary>
    /// <param name="one">A hash.</param>
    /// <param name="other">Another.</param>
    /// <returns>True when pepper and hash are equal.</returns>
    public static bool FixedTimeEquals(TokenHash one, TokenHash other) =>
        FixedTimeEquals(one.Hash, other.Hash) & FixedTimeEquals(one.PepperId, other.PepperId);

    /// <summary>The token of an invitation mail, by the newest pepper. Store the pepper's id with it: see <see cref="CreateInvitationToken"/>.</summary>
    /// <param name="invitationId">The invitation.</param>
    /// <param name="sendNumber">How often it was sent before; each sending has its own token.</param>
    /// <returns>43 base62 characters.</returns>
    public Secret DeriveInvitationToken(Guid invitationId, int sendNumber) => DeriveWith(_ring.State.Peppers[0], invitationId, sendNumber);

    /// <summary>The same token again, for instance by a mailer that was killed before sending, whatever was rotated since.</summary>
    /// <param name="invitationId">The invitation.</param>
    /// <param name="sendNumber">The sending.</param>
    /// <param name="pepperId">The pepper it was created with.</param>
    /// <returns>43 base62 characters.</returns>
    /// <exception cref="KeyRingException">The ring has no such pepper.</exception>
    public Secret DeriveInvitationToken(Guid invitationId, int sendNumber, string pepperId) => DeriveWith(Pepper(pepperId), invitationId, sendNumber);

    /// <summary>An invitation's token together with what is stored of it, all by one pepper.</summary>
    /// <param name="invitationId">The invitation.</param>
    /// <param name="sendNumber">The sending.</param>
    /// <returns>The token, and its hash with the id of the pepper that makes the token again.</returns>
    public (Secret Token, TokenHash Hash) CreateInvitationToken(Guid invitationId, int sendNumber)
    {
        var pepper = _ring.State.Peppers[0];
        var token = DeriveWith(pepper, invitationId, sendNumber);
        return (token, HashWith(pepper, TokenPurpose.Invitation, token.Reveal()));
    }

    /// <summary>Tells without a look-up whether a text can be an invitation's token or an OAuth state: 43 base62 characters of a value below 2^256.</summary>
    /// <param name="text">What was presented.</param>
    /// <returns>True when it can be. Never throws, allocates nothing.</returns>
    public static bool IsWellFormed(ReadOnlySpan<char> text) => Base62.IsValue(text);

    internal static string Label(TokenPurpose purpose) => purpose switch
    {
        TokenPurpose.ApiKey => "api-key",
        TokenPurpose.ServiceToken => "service-token",
        TokenPurpose.Invitation => "invitation",
        TokenPurpose.OAuthState => "oauth-state",
        TokenPurpose.Audit => "audit",
        _ => throw new ArgumentOutOfRangeException(nameof(purpose), purpose, "Unknown purpose."),
    };

    private static bool FixedTimeEquals(string one, string other) =>
        CryptographicOperations.FixedTimeEquals(MemoryMarshal.AsBytes(one.AsSpan()), MemoryMarshal.AsBytes(other.AsSpan()));

    private static TokenHash HashWith(RingKey pepper, TokenPurpose purpose, ReadOnlySpan<char> token)
    {
        var length = Encoding.UTF8.GetMaxByteCount(token.Length);
        var bytes = length <= StackBytes ? stackalloc byte[StackBytes] : new byte[length];
        var hash = HashWith(pepper, purpose, bytes[..Encoding.UTF8.GetBytes(token, bytes)]);
        CryptographicOperations.ZeroMemory(bytes);
        return hash;
    }

    private static TokenHash HashWith(RingKey pepper, TokenPurpose purpose, ReadOnlySpan<byte> content)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(pepper.KeyFor(purpose), content, hash);
        return new TokenHash(pepper.Id.Text, Convert.ToHexStringLower(hash));
    }

    private static Secret DeriveWith(RingKey pepper, Guid invitationId, int sendNumber)
    {
        Span<byte> place = stackalloc byte[16 + sizeof(int)];
        Span<byte> value = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<char> text = stackalloc char[Base62.ValueChars];
        invitationId.TryWriteBytes(place, bigEndian: true, out _);
        BinaryPrimitives.WriteInt32BigEndian(place[16..], sendNumber);
        HMACSHA256.HashData(pepper.InvitationTokenKey, place, value);
        Base62.Encode(value, text);
        CryptographicOperations.ZeroMemory(value);
        return new Secret(new string(text));
    }

    // Another process may have added it since; looked for even when nothing had changed, as another thread may have taken it in.
    private RingKey Pepper(string id)
    {
        if (FindPepper(id) is { } known)
        {
            return known;
        }

        _ring.Refresh();
        return FindPepper(id) ?? throw new KeyRingException($"The ring has no pepper '{id}': it was retired, or this is another ring. Restore the ring from its backup.");
    }

    private RingKey? FindPepper(string id) => Array.Find(_ring.State.Peppers, pepper => pepper.Id.Text == id);
}
