using System.Text.Json.Nodes;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>What a token must be, tried from both sides of each rule.</summary>
public sealed class ForgedTokensTests(IssuerScene scene) : IClassFixture<IssuerScene>
{
    public static TheoryData<string> Forgeries => [.. ForgedTokens.All.Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Refused_when_token_is_forged_or_wrong(string forgery)
    {
        // A good token first: the keys are at hand, so that a refusal is the token's own.
        await scene.Accepted(scene.Token().Sign());

        Assert.IsType<PersonTokenOutcome.Refused>(await scene.Verify(ForgedTokens.All[forgery](scene)));
    }

    [Theory]
    [InlineData("RS256")]
    [InlineData("PS256")]
    [InlineData("ES256")]
    public async Task Accepted_when_algorithm_is_allowed(string algorithm)
    {
        var token = scene.Token(algorithm == "ES256" ? scene.Ec : scene.Rsa).WithHeader("alg", algorithm).Sign();

        Assert.Equal((scene.Main.Authority, "person-1"), await scene.Accepted(token) is var person ? (person.Issuer, person.Subject) : default);
    }

    [Fact]
    public async Task Accepted_when_times_are_at_their_limits()
    {
        await scene.Accepted(scene.Token().With("exp", scene.In(-29)).With("iat", scene.In(-60)).Sign());
        await scene.Accepted(scene.Token().With("nbf", scene.In(30)).Sign());
        await scene.Accepted(scene.Token().With("iat", scene.In(30)).Sign());
        await scene.Accepted(scene.Token().With("exp", scene.In(86_400)).Sign());
        await scene.Accepted(scene.Token().Without("iat").With("exp", scene.In(86_400)).Sign());
    }

    [Fact]
    public async Task Accepted_when_shape_is_at_its_limits()
    {
        await scene.Accepted(scene.Token().WithHeader("typ", "at+jwt").Sign());
        await scene.Accepted(scene.Token().With("aud", new JsonArray("another", "orggraph-test")).Sign());
        await scene.Accepted(scene.Token().With("sub", new string('s', 256)).Sign());
        var room = (8192 - scene.Token().With("pad", "").Sign().Length) * 3 / 4;
        await scene.Accepted(scene.Token().With("pad", new string('p', room)).Sign());
    }

    [Fact]
    public async Task Accepted_without_a_fetch_when_key_headers_stand_beside_a_good_signature()
    {
        var fetches = scene.Other.KeyFetches;
        var token = scene.Token().WithHeader("jku", scene.Other.Authority + "/keys").WithHeader("x5u", scene.Other.Authority + "/keys")
            .WithHeader("jwk", scene.Stranger.ToJwk());

        await scene.Accepted(token.Sign());

        Assert.Equal(fetches, scene.Other.KeyFetches);
    }

    [Fact]
    public async Task Never_accepted_nor_thrown_when_any_character_of_a_token_changes()
    {
        var token = scene.Token(scene.Ec).Sign();

        for (var index = 0; index < token.Length - 1; index++)
        {
            var other = token[index] == 'A' ? 'B' : 'A';
            Assert.IsNotType<PersonTokenOutcome.Accepted>(await scene.Verify(token[..index] + other + token[(index + 1)..]));
        }
    }
}
