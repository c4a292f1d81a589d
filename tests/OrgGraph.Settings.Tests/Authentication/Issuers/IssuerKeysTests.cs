using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>When an issuer's keys are fetched, how long they count, and what happens while it is down.</summary>
public sealed class IssuerKeysTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2030, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly TestKey _key = TestKey.P256("first");
    private readonly TestKey _newKey = TestKey.P256("second");
    private TestIssuer _issuer = null!;
    private PersonTokenVerifier _verifier = null!;
    private string _authority = "";

    public async Task InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync(_key);
        _authority = _issuer.Authority;
        _verifier = IssuerScene.CreateVerifier(_time, new IssuerOptions { Authority = _authority, Audience = "orggraph-test" });
    }

    public async Task DisposeAsync()
    {
        _verifier.Dispose();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task One_fetch_when_many_callers_come_at_once()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => Verify(Token(_key).Sign()))));

        Assert.All(outcomes, outcome => Assert.IsType<PersonTokenOutcome.Accepted>(outcome));
        Assert.Equal((1, 1), (_issuer.MetadataFetches, _issuer.KeyFetches));
    }

    [Fact]
    public async Task Accepted_without_kid_when_issuer_has_one_key() => await AssertAccepted(Token(_key).WithoutHeader("kid").Sign());

    [Fact]
    public async Task One_fetch_when_1000_random_kids_come()
    {
        await AssertAccepted(Token(_key).Sign());
        _time.Advance(TimeSpan.FromMinutes(2));

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 1000).Select(kid => Task.Run(() => Verify(Token(_newKey).WithHeader("kid", $"random-{kid}").Sign()))));

        Assert.All(outcomes, outcome => Assert.IsType<PersonTokenOutcome.Refused>(outcome));
        Assert.Equal(2, _issuer.KeyFetches);
    }

    [Fact]
    public async Task One_fetch_when_1000_random_kids_come_before_any_good_token()
    {
        for (var kid = 0; kid < 1000; kid++)
        {
            Assert.IsType<PersonTokenOutcome.Refused>(await Verify(Token(_newKey).WithHeader("kid", $"random-{kid}").Sign()));
        }

        Assert.Equal(1, _issuer.KeyFetches);
    }

    [Fact]
    public async Task Next_fetch_for_an_unknown_kid_when_a_minute_has_passed()
    {
        await Verify(Token(_newKey).Sign());
        _time.Advance(TimeSpan.FromSeconds(59));
        await Verify(Token(_newKey).Sign());
        Assert.Equal(1, _issuer.KeyFetches);

        _time.Advance(TimeSpan.FromSeconds(1));
        await Verify(Token(_newKey).Sign());
        Assert.Equal(2, _issuer.KeyFetches);
    }

    [Fact]
    public async Task New_key_accepted_at_once_when_issuer_rotates()
    {
        await AssertAccepted(Token(_key).Sign());
        _issuer.Keys = [_key, _newKey];

        await AssertAccepted(Token(_newKey).Sign());
        await AssertAccepted(Token(_key).Sign());
        Assert.Equal(2, _issuer.KeyFetches);
    }

    [Fact]
    public async Task Removed_key_refused_after_an_hour_when_its_token_is_remembered()
    {
        var token = Token(_key).With("exp", _time.GetUtcNow().AddHours(5).ToUnixTimeSeconds()).Sign();
        await AssertAccepted(token);
        _issuer.Keys = [_newKey];
        _time.Advance(TimeSpan.FromMinutes(54));
        await AssertAccepted(token);
        Assert.Equal(1, _issuer.KeyFetches);

        _time.Advance(TimeSpan.FromMinutes(6));

        Assert.IsType<PersonTokenOutcome.Refused>(await Verify(token));
        Assert.Equal(2, _issuer.KeyFetches);
    }

    [Fact]
    public async Task Key_of_the_same_kid_refused_when_issuer_replaced_it()
    {
        var token = Token(_key).With("exp", _time.GetUtcNow().AddHours(5).ToUnixTimeSeconds()).Sign();
        await AssertAccepted(token);
        _issuer.Keys = [TestKey.P256(_key.Id)];
        _time.Advance(TimeSpan.FromHours(1));

        Assert.IsType<PersonTokenOutcome.Refused>(await Verify(token));
    }

    [Fact]
    public async Task Nobody_waits_when_the_hourly_refresh_comes_under_traffic()
    {
        await AssertAccepted(Token(_key).Sign());
        var (arrived, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _issuer.InPlaceOfMetadata = async _ =>
        {
            arrived.TrySetResult();
            await release.Task;
        };
        _time.Advance(TimeSpan.FromMinutes(55));

        await AssertAccepted(Token(_key).Sign());
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await AssertAccepted(Token(_key).Sign());

        Assert.Equal(2, _issuer.MetadataFetches);
        release.SetResult();
    }

    [Fact]
    public async Task Last_good_keys_count_for_24_hours_when_issuer_goes_down()
    {
        await AssertAccepted(Token(_key).Sign());
        await _issuer.DisposeAsync();
        _time.Advance(TimeSpan.FromHours(24));
        await AssertAccepted(Token(_key).Sign());

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.IsType<PersonTokenOutcome.Unavailable>(await Verify(Token(_key).Sign()));
    }

    [Fact]
    public async Task Unavailable_for_an_unknown_kid_when_issuer_is_down()
    {
        await AssertAccepted(Token(_key).Sign());
        await _issuer.DisposeAsync();

        // It may be the key that the issuer has rotated to: nothing can be said of it.
        Assert.IsType<PersonTokenOutcome.Unavailable>(await Verify(Token(_newKey).Sign()));
        await AssertAccepted(Token(_key).Sign());
    }

    [Fact]
    public async Task Unavailable_then_accepted_when_issuer_is_down_at_start_and_comes_up()
    {
        await _issuer.DisposeAsync();
        Assert.IsType<PersonTokenOutcome.Unavailable>(await Verify(Token(_key).Sign()));
        _issuer = await TestIssuer.StartAsync(_authority, _key);
        Assert.IsType<PersonTokenOutcome.Unavailable>(await Verify(Token(_key).Sign()));
        Assert.Equal(0, _issuer.MetadataFetches);

        _time.Advance(TimeSpan.FromSeconds(5));
        await AssertAccepted(Token(_key).Sign());
    }

    [Fact]
    public async Task Fetch_flies_on_when_its_first_caller_gives_up()
    {
        var (arrived, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        _issuer.InPlaceOfKeys = async context =>
        {
            arrived.SetResult();
            await release.Task;
            await context.Response.WriteAsync("{\"keys\":[" + _key.ToJwk().ToJsonString() + "]}");
        };
        using var patience = new CancellationTokenSource();
        var first = _verifier.VerifyAsync(Token(_key).Sign(), patience.Token).AsTask();
        await arrived.Task.WaitAsync(TimeSpan.FromSeconds(30));
        var second = Verify(Token(_key).Sign());
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();

        Assert.IsType<PersonTokenOutcome.Accepted>(await second);
    }

    private TokenForge Token(TestKey key) => new(_authority, key, _time.GetUtcNow());

    private Task<PersonTokenOutcome> Verify(string token) => _verifier.VerifyAsync(token, CancellationToken.None).AsTask();

    private async Task AssertAccepted(string token) => Assert.IsType<PersonTokenOutcome.Accepted>(await Verify(token));
}
