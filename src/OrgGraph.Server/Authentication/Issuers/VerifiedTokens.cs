using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>The SHA-256 of a token: the token itself is kept nowhere.</summary>
internal readonly record struct TokenHash(UInt128 First, UInt128 Second)
{
    /// <summary>The text is well-formed, hence ASCII and at most 8 KiB.</summary>
    public static TokenHash Of(string wellFormed)
    {
        Span<byte> bytes = stackalloc byte[JwtContent.MaximumLength];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.ASCII.GetBytes(wellFormed, bytes)], hash);
        return MemoryMarshal.Read<TokenHash>(hash);
    }
}

/// <summary>A token whose signature was good, and the key that made it.</summary>
internal sealed record VerifiedToken(PersonTokenOutcome.Accepted Outcome, Issuer Issuer, string? KeyId, string Algorithm, string KeyThumbprint)
{
    public bool HasNotExpired(DateTimeOffset now) => now < Outcome.Token.ExpiresAt;
}

/// <summary>
/// Remembers verified tokens, so that a signature is not checked on each request. When full, the oldest entry goes: it costs
/// its owner one check. The caller asks for the key at every use, so an entry ends with its key.
/// </summary>
internal sealed class VerifiedTokens
{
    private readonly ConcurrentDictionary<TokenHash, VerifiedToken> _tokens = new();
    private readonly ConcurrentQueue<TokenHash> _order = new();

    public const int Capacity = 10_000;

    public int Count => _tokens.Count;

    public VerifiedToken? Find(TokenHash hash) => _tokens.GetValueOrDefault(hash);

    public void Remember(TokenHash hash, VerifiedToken token)
    {
        _tokens[hash] = token;
        _order.Enqueue(hash);
        while (_order.Count > Capacity && _order.TryDequeue(out var oldest))
        {
            _tokens.TryRemove(oldest, out _);
        }
    }

    public void Forget(TokenHash hash) => _tokens.TryRemove(hash, out _);
}
