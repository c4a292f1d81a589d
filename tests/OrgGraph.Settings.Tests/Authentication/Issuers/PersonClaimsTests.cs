using System.Text.Json.Nodes;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>What is taken from a good token, and above all whose e-mail counts.</summary>
public sealed class PersonClaimsTests(IssuerScene scene) : IClassFixture<IssuerScene>
{
    [Fact]
    public async Task All_claims_taken_when_they_are_sound()
    {
        var token = scene.Token().With("given_name", "Olivia").With("family_name", "Ode").With("name", "Olivia Ode").With("picture", "https://img.test/o.png");

        Assert.Equal(
            new PersonToken(
                scene.Main.Authority, "person-1", "olivia@acme.test", true, "Olivia", "Ode", "Olivia Ode", "https://img.test/o.png", scene.Time.GetUtcNow().AddSeconds(630)),
            await scene.Accepted(token.Sign()));
    }

    [Fact]
    public async Task Email_verified_when_issuer_is_trusted_and_says_true() => Assert.True((await scene.Accepted(scene.Token().Sign())).EmailIsVerified);

    [Fact]
    public async Task Email_not_verified_when_another_issuer_asserts_it()
    {
        var person = await scene.Accepted(scene.OtherToken().Sign());

        Assert.Equal(("olivia@acme.test", false), (person.Email, person.EmailIsVerified));
    }

    [Theory]
    [InlineData("\"true\"")]
    [InlineData("1")]
    [InlineData("false")]
    [InlineData("null")]
    [InlineData("[true]")]
    [InlineData("{\"value\": true}")]
    public async Task Email_not_verified_when_claim_is_not_JSON_true(string value) =>
        Assert.False((await scene.Accepted(scene.Token().With("email_verified", JsonNode.Parse(value)).Sign())).EmailIsVerified);

    [Fact]
    public async Task Email_not_verified_when_claim_is_missing() => Assert.False((await scene.Accepted(scene.Token().Without("email_verified").Sign())).EmailIsVerified);

    [Theory]
    [InlineData("olivia\r\n@acme.test")]
    [InlineData("oli\u202Evia@acme.test")]
    [InlineData("no address")]
    [InlineData("")]
    public async Task No_email_when_address_is_unsound(string email)
    {
        var person = await scene.Accepted(scene.Token().With("email", email).Sign());

        Assert.Equal((null, false), (person.Email, person.EmailIsVerified));
    }

    [Fact]
    public async Task No_email_rather_than_a_shortened_one_when_address_is_longer_than_254()
    {
        var longest = new string('o', 244) + "@acme.test";

        Assert.Equal(longest, (await scene.Accepted(scene.Token().With("email", longest).Sign())).Email);
        Assert.Null((await scene.Accepted(scene.Token().With("email", longest + "s").Sign())).Email);
    }

    [Fact]
    public async Task No_email_when_claim_is_no_string() => Assert.Null((await scene.Accepted(scene.Token().With("email", 1).Sign())).Email);

    [Fact]
    public async Task Names_cleaned_when_they_hold_control_characters()
    {
        var person = await scene.Accepted(scene.Token().With("given_name", "Oli\0via\r\n\u001b[31m").With("name", " \u202EOlivia\u2028 ").With("family_name", "\u0007").Sign());

        Assert.Equal(("Olivia[31m", null, "Olivia"), (person.GivenName, person.FamilyName, person.DisplayName));
    }

    [Fact]
    public async Task Names_cut_between_characters_when_longer_than_256()
    {
        var person = await scene.Accepted(scene.Token().With("given_name", new string('o', 300)).With("name", new string('o', 255) + "\U0001F600").Sign());

        Assert.Equal((256, 255), (person.GivenName!.Length, person.DisplayName!.Length));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:image/png;base64,AAAA")]
    [InlineData("//img.test/o.png")]
    [InlineData("https://user:secret@img.test/o.png")]
    [InlineData("no url")]
    public async Task No_avatar_when_picture_is_not_http(string picture) =>
        Assert.Null((await scene.Accepted(scene.Token().With("picture", picture).Sign())).AvatarUrl);

    [Fact]
    public async Task Email_verified_when_issuer_is_the_only_one_and_trust_is_unset()
    {
        using var verifier = IssuerScene.CreateVerifier(scene.Time, new IssuerOptions { Authority = scene.Other.Authority, Audience = "orggraph-test" });

        Assert.True(Assert.IsType<PersonTokenOutcome.Accepted>(await verifier.VerifyAsync(scene.OtherToken().Sign(), CancellationToken.None)).Token.EmailIsVerified);
    }
}
