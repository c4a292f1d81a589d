using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>Metadata and keys that must not be believed, or not be waited for.</summary>
public sealed class IssuerDocumentsTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly TestKey _key = TestKey.P256("first");
    private TestIssuer _issuer = null!;
    private TestIssuer _elsewhere = null!;

    public async Task InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync(_key);
        _elsewhere = await TestIssuer.StartAsync(_key);
    }

    public async Task DisposeAsync()
    {
        await _issuer.DisposeAsync();
        await _elsewhere.DisposeAsync();
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/tenant")]
    [InlineData(null)]
    public async Task Unavailable_when_metadata_names_another_issuer_or_none(string? suffix)
    {
        _issuer.Metadata = metadata => metadata["issuer"] = suffix is null ? null : suffix.Length == 0 ? _elsewhere.Authority : _issuer.Authority + suffix;

        await AssertUnavailable();
    }

    [Fact]
    public async Task Unavailable_and_target_untouched_when_metadata_redirects()
    {
        _issuer.InPlaceOfMetadata = context => Redirect(context, _elsewhere.Authority + "/.well-known/openid-configuration");

        await AssertUnavailable();
        Assert.Equal(0, _elsewhere.MetadataFetches);
    }

    [Fact]
    public async Task Unavailable_and_target_untouched_when_keys_redirect()
    {
        _issuer.InPlaceOfKeys = context => Redirect(context, _elsewhere.Authority + "/keys");

        await AssertUnavailable();
        Assert.Equal(0, _elsewhere.KeyFetches);
    }

    [Fact]
    public async Task Unavailable_when_metadata_is_longer_than_256_KiB()
    {
        _issuer.Metadata = metadata => metadata["pad"] = new string('p', 256 * 1024);

        await AssertUnavailable();
    }

    [Fact]
    public async Task Unavailable_when_keys_never_end()
    {
        _issuer.InPlaceOfKeys = async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(new string(' ', 64 * 1024), context.RequestAborted);
            }
        };

        await AssertUnavailable();
    }

    [Fact]
    public async Task Accepted_when_metadata_is_just_short_of_256_KiB()
    {
        _issuer.Metadata = metadata => metadata["pad"] = new string('p', (256 * 1024) - 200);

        Assert.IsType<PersonTokenOutcome.Accepted>(await Verify());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Unavailable_after_5_seconds_when_issuer_hangs(bool afterHeaders)
    {
        var arrived = new TaskCompletionSource();
        _issuer.InPlaceOfMetadata = async context =>
        {
            if (afterHeaders)
            {
                await context.Response.WriteAsync("{", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            arrived.SetResult();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        };

        var outcome = Verify();
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.False(outcome.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<PersonTokenOutcome.Unavailable>(await outcome);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(404)]
    [InlineData(204)]
    public async Task Unavailable_when_issuer_answers_otherwise_than_200(int status)
    {
        _issuer.InPlaceOfMetadata = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        await AssertUnavailable();
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{\"keys\": []}")]
    [InlineData("{\"keys\": [{\"kty\": \"oct\", \"kid\": \"first\", \"k\": \"c2VjcmV0\"}]}")]
    [InlineData("{\"keys\": [{\"kty\": \"RSA\", \"kid\": \"first\", \"n\": \"%%%\", \"e\": \"AQAB\"}]}")]
    public async Task Unavailable_when_keys_are_of_no_use(string keys)
    {
        _issuer.InPlaceOfKeys = context => context.Response.WriteAsync(keys);

        await AssertUnavailable();
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/keys")]
    [InlineData("keys")]
    public async Task Unavailable_when_keys_lie_at_no_web_address(string address)
    {
        _issuer.Metadata = metadata => metadata["jwks_uri"] = address;

        await AssertUnavailable();
    }

    [Fact]
    public async Task Keys_for_encryption_passed_over_when_a_signature_names_them()
    {
        var encryption = TestKey.P256("enc");
        var jwk = encryption.ToJwk();
        jwk["use"] = "enc";
        _issuer.InPlaceOfKeys = context => context.Response.WriteAsync(new JsonObject { ["keys"] = new JsonArray(_key.ToJwk(), jwk) }.ToJsonString());
        using var verifier = CreateVerifier(_issuer.Authority);

        Assert.IsType<PersonTokenOutcome.Refused>(
            await verifier.VerifyAsync(new TokenForge(_issuer.Authority, encryption, _time.GetUtcNow()).Sign(), CancellationToken.None));
    }

    [Fact]
    public async Task Accepted_when_authority_ends_with_a_slash_as_its_tokens_do()
    {
        var authority = _issuer.Authority + "/";
        _issuer.Metadata = metadata => metadata["issuer"] = authority;
        using var verifier = CreateVerifier(authority);

        Assert.IsType<PersonTokenOutcome.Accepted>(await verifier.VerifyAsync(new TokenForge(authority, _key, _time.GetUtcNow()).Sign(), CancellationToken.None));
    }

    private static Task Redirect(HttpContext context, string target)
    {
        context.Response.Redirect(target);
        return Task.CompletedTask;
    }

    private PersonTokenVerifier CreateVerifier(string authority) => new(
        [new IssuerOptions { Authority = authority, Audience = "orggraph-test" }], null, isDevelopment: true, _time, NullLogger<PersonTokenVerifier>.Instance);

    private async Task<PersonTokenOutcome> Verify()
    {
        using var verifier = CreateVerifier(_issuer.Authority);
        return await verifier.VerifyAsync(new TokenForge(_issuer.Authority, _key, _time.GetUtcNow()).Sign(), CancellationToken.None);
    }

    private async Task AssertUnavailable() => Assert.IsType<PersonTokenOutcome.Unavailable>(await Verify());
}
