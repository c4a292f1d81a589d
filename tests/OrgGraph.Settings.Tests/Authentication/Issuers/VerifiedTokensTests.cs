using System.Security.Cryptography;
using Microsoft.Extensions.Time.Testing;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>What is remembered of verified tokens, and for how long.</summary>
public sealed class VerifiedTokensTests(IssuerScene scene) : IClassFixture<IssuerScene>
{
    [Fact]
    public async Task Same_outcome_when_a_token_comes_again()
    {
        var token = scene.Token().Sign();

        Assert.Same(await scene.Accepted(token), await scene.Accepted(token));
    }

    [Fact]
    public async Task Refused_when_a_remembered_token_has_expired()
    {
        var time = new FakeTimeProvider(scene.Time.GetUtcNow());
        using var verifier = IssuerScene.CreateVerifier(time, new IssuerOptions { Authority = scene.Main.Authority, Audience = "orggraph-test" });
        var token = scene.Token().Sign();
        time.Advance(TimeSpan.FromSeconds(629));
        Assert.IsType<PersonTokenOutcome.Accepted>(await verifier.VerifyAsync(token, CancellationToken.None));
        Assert.IsType<PersonTokenOutcome.Accepted>(await verifier.VerifyAsync(token, CancellationToken.None));
        Assert.Equal(1, verifier.RememberedTokens);

        time.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<PersonTokenOutcome.Refused>(await verifier.VerifyAsync(token, CancellationToken.None));
        Assert.Equal(0, verifier.RememberedTokens);
    }

    [Fact]
    public async Task Nothing_remembered_when_a_token_is_refused()
    {
        using var verifier = IssuerScene.CreateVerifier(scene.Time, new IssuerOptions { Authority = scene.Main.Authority, Audience = "orggraph-test" });

        await verifier.VerifyAsync(scene.Token().Sign(scene.Stranger), CancellationToken.None);

        Assert.Equal(0, verifier.RememberedTokens);
    }

    [Fact]
    public void Oldest_forgotten_when_more_than_10000_are_remembered()
    {
        var tokens = new VerifiedTokens();
        var token = new VerifiedToken(null!, null!, null, "ES256", "");

        for (var index = 0; index <= VerifiedTokens.Capacity; index++)
        {
            tokens.Remember(TokenHash.Of($"token-{index}"), token);
        }

        Assert.Equal(VerifiedTokens.Capacity, tokens.Count);
        Assert.Null(tokens.Find(TokenHash.Of("token-0")));
        Assert.NotNull(tokens.Find(TokenHash.Of("token-1")));
    }

    [Fact]
    public void Hash_is_SHA256_of_the_whole_token()
    {
        Assert.NotEqual(TokenHash.Of(new string('a', 8191)), TokenHash.Of(new string('a', 8192)));
        Assert.Equal(SHA256.HashData("a.b.c"u8), System.Runtime.InteropServices.MemoryMarshal.AsBytes([TokenHash.Of("a.b.c")]).ToArray());
    }
}
