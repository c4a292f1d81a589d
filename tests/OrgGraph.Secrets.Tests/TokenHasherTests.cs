using System.Text;

namespace OrgGraph.Secrets.Tests;

public sealed class TokenHasherTests
{
    private const string Token = "sk-003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf2j7ZOG";

    [Theory]
    [InlineData(TokenPurpose.ApiKey, "623229a5aad0f64bfdaf3144f4af06da8ff41755a170ad34011bbaafc94c8e5e")]
    [InlineData(TokenPurpose.ServiceToken, "5fdc9f826deabd5aa42e7d836e51bf5a36689b24ea1a6b8e1c0cf3db580756b0")]
    [InlineData(TokenPurpose.Invitation, "6814222f2e7744f13e5fea290c77d06facd03d89bbdbc520422d7a6b2a8b6dc9")]
    [InlineData(TokenPurpose.OAuthState, "cbaaba9ee341e1872cc9cb62a7b0ca163f2cac5297820bda44f767f48dd7b79f")]
    [InlineData(TokenPurpose.Audit, "a710ae780ded4db5c6f54a2c115c230816434f7173262218720350abf5ef371f")]
    public void Hashes_as_computed_elsewhere(TokenPurpose purpose, string expected)
    {
        var hasher = new TokenHasher(FixedRing.WithOnePepper());
        Assert.Equal(new TokenHash("pepper-1", expected), hasher.Hash(purpose, Token));
        Assert.Equal(new TokenHash("pepper-1", expected), hasher.Hash(purpose, Encoding.UTF8.GetBytes(Token)));
    }

    [Fact]
    public void Hashes_long_and_non_ascii_text_as_its_utf8()
    {
        var hasher = new TokenHasher(FixedRing.WithOnePepper());
        var text = string.Concat(Enumerable.Repeat("\u043a\u043b\u044e\u0447\U0001F511", 500));
        Assert.Equal(hasher.Hash(TokenPurpose.Audit, Encoding.UTF8.GetBytes(text)), hasher.Hash(TokenPurpose.Audit, text));
    }

    [Fact]
    public void Tokens_of_two_peppers_are_both_candidates_newest_first()
    {
        var old = new TokenHasher(FixedRing.WithOnePepper()).Hash(TokenPurpose.ApiKey, Token);
        var hasher = new TokenHasher(FixedRing.WithTwoPeppers());
        var candidates = hasher.Candidates(TokenPurpose.ApiKey, Token);
        Assert.Equal([hasher.Hash(TokenPurpose.ApiKey, Token), old], candidates);
        Assert.Equal(["pepper-2", "pepper-1"], candidates.Select(candidate => candidate.PepperId));
        Assert.Equal(old, hasher.Hash("pepper-1", TokenPurpose.ApiKey, Encoding.UTF8.GetBytes(Token)));
    }

    [Fact]
    public void Compares_hash_and_pepper()
    {
        var hash = new TokenHasher(FixedRing.WithOnePepper()).Hash(TokenPurpose.ApiKey, Token);
        Assert.True(TokenHasher.FixedTimeEquals(hash, new TokenHash("pepper-1", new string(hash.Hash))));
        Assert.False(TokenHasher.FixedTimeEquals(hash, hash with { PepperId = "pepper-2" }));
        Assert.False(TokenHasher.FixedTimeEquals(hash, hash with { Hash = hash.Hash[..^1] + "X" }));
        Assert.False(TokenHasher.FixedTimeEquals(hash, hash with { Hash = hash.Hash[..^1] }));
        Assert.False(TokenHasher.FixedTimeEquals(hash, hash with { Hash = hash.Hash.ToUpperInvariant() }));
    }

    [Fact]
    public void Derives_invitation_tokens_as_computed_elsewhere_before_and_after_a_rotation()
    {
        var before = new TokenHasher(FixedRing.WithOnePepper());
        var after = new TokenHasher(FixedRing.WithTwoPeppers());
        Assert.Equal("vBkACwmvmPLpYnfuFkiMfStHR0UtVfauQdtUwGXhtF7", before.DeriveInvitationToken(FixedRing.One, 0).Reveal());
        Assert.Equal("Njj1dKLT1Hi1SRpJGyL0zt0R4xktz0meWxQ8w8J0pZJ", before.DeriveInvitationToken(FixedRing.One, 1).Reveal());
        Assert.Equal("PjH2WWOUTPwNa2ejj5u0FYAVNkh1IKCIlzyrMy54psa", after.DeriveInvitationToken(FixedRing.One, 0).Reveal());
        Assert.Equal("Njj1dKLT1Hi1SRpJGyL0zt0R4xktz0meWxQ8w8J0pZJ", after.DeriveInvitationToken(FixedRing.One, 1, "pepper-1").Reveal());
    }

    [Fact]
    public void Created_invitation_token_is_found_and_made_again()
    {
        var hasher = new TokenHasher(FixedRing.WithTwoPeppers());
        var (token, hash) = hasher.CreateInvitationToken(FixedRing.One, 3);
        Assert.True(TokenHasher.IsWellFormed(token.Reveal()));
        Assert.Contains(hash, hasher.Candidates(TokenPurpose.Invitation, token.Reveal()));
        Assert.Equal(token.Reveal(), hasher.DeriveInvitationToken(FixedRing.One, 3, hash.PepperId).Reveal());
    }

    [Fact]
    public void Unknown_pepper_is_refused_with_advice()
    {
        var hasher = new TokenHasher(FixedRing.WithOnePepper());
        var refused = Assert.Throws<KeyRingException>(() => hasher.DeriveInvitationToken(FixedRing.One, 0, "pepper-9"));
        Assert.Contains("backup", refused.Message, StringComparison.Ordinal);
    }
}
