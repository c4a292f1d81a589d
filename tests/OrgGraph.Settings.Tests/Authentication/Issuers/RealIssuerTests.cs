using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrgGraph.Settings.Tests.Mail;
using OrgGraph.Settings.Tests.Testing;
using OrgGraph.Transport;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>Sign-in by a real OpenID Connect server, from its discovery document to the person who joins: what it vouches for counts, and nothing else.</summary>
public sealed class RealIssuerTests : IAsyncLifetime
{
    private const string Me = "{ viewer { principal { id ... on User { email } } credential { kind } invitations { invitationId } organizations { totalCount } } }";

    private readonly FakeTimeProvider _clock = new(OrgGraphApp.Start);
    private readonly (string Id, RSA Pair) _first = ("first", RSA.Create(2048));
    private readonly (string Id, RSA Pair) _second = ("second", RSA.Create(2048));
    private readonly string _address = $"http://127.0.0.1:{MailCatcher.FreePort()}";
    private RealIssuer _issuer = null!;
    private RealIssuer _other = null!;
    private OrgGraphApp _app = null!;

    public async Task InitializeAsync()
    {
        _issuer = await RealIssuer.StartAsync(_clock, _address, _first);
        _other = await RealIssuer.StartAsync(_clock, "http://127.0.0.1:0", _second);
        _app = await StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _issuer.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Fact]
    public async Task Person_is_known_again_by_issuer_and_subject()
    {
        var first = await MeAsync((await _issuer.SignInAsync("lee", "lee@real.test")).Access);
        var again = await MeAsync((await _issuer.SignInAsync("lee", "lee@moved.test")).Access);

        Assert.Equal(("lee@real.test", "SESSION"), (Email(first), first.GetProperty("credential").GetProperty("kind").GetString()));
        Assert.Equal((Id(first), "lee@moved.test"), (Id(again), Email(again)));
        Assert.NotEqual(Id(first), Id(await MeAsync((await _issuer.SignInAsync("lou", "lou@real.test")).Access)));
    }

    [Fact]
    public async Task Signed_in_by_the_new_key_at_once_and_by_the_old_one_no_more_when_the_issuer_rotates()
    {
        var old = (await _issuer.SignInAsync("lee", "lee@real.test", seconds: 3 * 3600)).Access;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(old));

        await RestartAsync(_second, _first);
        var fresh = (await _issuer.SignInAsync("lee", "lee@real.test", seconds: 3 * 3600)).Access;
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [await StatusAsync(fresh), await StatusAsync(old)]);

        await RestartAsync(_second);
        await _app.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.OK], [await StatusAsync(old), await StatusAsync(fresh)]);
    }

    [Fact]
    public async Task Refused_when_the_token_is_for_others_or_by_others()
    {
        await using var stranger = await RealIssuer.StartAsync(_clock, "http://127.0.0.1:0", _first);
        var good = await _issuer.SignInAsync("lee", "lee@real.test");
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(good.Access));

        // The stranger signs by the very key of an issuer that is known.
        foreach (var (what, token) in new[]
        {
            ("another audience", (await _issuer.SignInAsync("lee", "lee@real.test", audience: "another")).Access),
            ("an ID token", good.Id),
            ("a stranger's", (await stranger.SignInAsync("lee", "lee@real.test")).Access),
            ("one issuer's name over the other's signature", Forge(good.Access, payload: payload => payload.Replace(_issuer.Authority, _other.Authority, StringComparison.Ordinal))),
            ("another person", Forge(good.Access, payload: payload => payload.Replace("\"lee\"", "\"lou\"", StringComparison.Ordinal))),
        })
        {
            Assert.Equal((what, HttpStatusCode.Unauthorized), (what, await StatusAsync(token)));
        }
    }

    [Fact]
    public async Task Refused_when_the_algorithm_is_confused()
    {
        var good = (await _issuer.SignInAsync("lee", "lee@real.test")).Access;
        var key = (await _issuer.KeysAsync()).GetProperty("keys")[0];
        var secrets = new[] { key.GetRawText(), key.GetProperty("n").GetString()!, _first.Pair.ExportSubjectPublicKeyInfoPem(), _first.Pair.ExportRSAPublicKeyPem(), "first", "" };

        foreach (var secret in secrets)
        {
            var forged = Forge(good, header => header.Replace("RS256", "HS256", StringComparison.Ordinal), signer: data => HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), data));
            Assert.Equal((secret, HttpStatusCode.Unauthorized), (secret, await StatusAsync(forged)));
        }

        foreach (var algorithm in new[] { "none", "NONE", "RS384", "PS256", "ES256", "RS256 " })
        {
            Assert.Equal((algorithm, HttpStatusCode.Unauthorized), (algorithm, await StatusAsync(Forge(good, header => header.Replace("RS256", algorithm, StringComparison.Ordinal)))));
            Assert.Equal((algorithm, HttpStatusCode.Unauthorized), (algorithm, await StatusAsync(Forge(good, header => header.Replace("RS256", algorithm, StringComparison.Ordinal), signer: _ => []))));
        }
    }

    [Fact]
    public async Task Invitation_is_not_theirs_until_the_issuer_has_verified_the_address()
    {
        var invitationId = await (await _app.OliviaAsync()).InviteAsync("lee@real.test");
        var token = await _app.TokenOfAsync("lee@real.test");
        var unverified = _app.With((await _issuer.SignInAsync("lee", "lee@real.test", isVerified: false)).Access);

        Assert.Equal(0, (await MeAsync(unverified.Credential!)).GetProperty("invitations").GetArrayLength());
        Assert.Equal(["InvitationWrongIdentityError input"], (await unverified.MutateAsync("acceptInvitation", new { token })).Errors);
        Assert.Equal(["InvitationInvalidError input"], (await unverified.MutateAsync("acceptInvitation", new { invitationId })).Errors);

        var verified = _app.With((await _issuer.SignInAsync("lee", "Lee@Real.test")).Access);
        Assert.Equal(1, (await MeAsync(verified.Credential!)).GetProperty("invitations").GetArrayLength());
        Assert.Empty((await verified.MutateAsync("acceptInvitation", new { invitationId })).Errors);
        Assert.Equal(1, (await MeAsync(unverified.Credential!)).GetProperty("organizations").GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Two_people_and_one_invited_when_two_issuers_assert_one_address()
    {
        await (await _app.OliviaAsync()).InviteAsync("lee@real.test");
        var token = await _app.TokenOfAsync("lee@real.test");
        var trusted = await MeAsync((await _issuer.SignInAsync("lee", "lee@real.test")).Access);
        var other = _app.With((await _other.SignInAsync("lee", "lee@real.test")).Access);
        var olivia = await MeAsync((await _other.SignInAsync("olivia@acme.test", "olivia@acme.test")).Access);

        Assert.NotEqual(Id(trusted), Id(await MeAsync(other.Credential!)));
        Assert.Equal((1, 0), (trusted.GetProperty("invitations").GetArrayLength(), (await MeAsync(other.Credential!)).GetProperty("invitations").GetArrayLength()));
        Assert.Equal(["InvitationWrongIdentityError input"], (await other.MutateAsync("acceptInvitation", new { token })).Errors);
        Assert.Equal(0, olivia.GetProperty("organizations").GetProperty("totalCount").GetInt32());
        Assert.Equal(0, (await MeAsync((await _issuer.SignInAsync("olivia@acme.test", "olivia@acme.test")).Access)).GetProperty("organizations").GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Stream_and_socket_end_when_the_token_expires_and_go_on_by_a_fresh_one()
    {
        const string Watch = "subscription($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { __typename ... on ProjectCreated { cursor subjectName } } }";
        var member = _app.With((await _issuer.SignInAsync("lee", "lee@real.test")).Access);
        await (await _app.OliviaAsync()).InviteAsync("lee@real.test", sendEmails: false);
        var invitations = (await MeAsync(member.Credential!)).GetProperty("invitations");
        await member.MutateAsync("acceptInvitation", new { invitationId = invitations[0].GetProperty("invitationId").GetString() });
        var brief = _app.With((await _issuer.SignInAsync("lee", "lee@real.test", seconds: 5)).Access);
        await using var events = await brief.SubscribeAsync(Watch, new { id = _app.Acme });
        await using var socket = await TokenSocket.OpenAsync(_app, brief.Credential!);
        Assert.Equal("connection_ack", (await socket.ReceiveAsync())!.Value.GetProperty("type").GetString());
        await socket.SubscribeAsync(Watch, new { id = _app.Acme });
        await (await _app.OliviaAsync()).MutateAsync("createProject", new { organizationId = _app.Acme, name = "Before" });
        var before = await events.NextEventAsync("ProjectCreated");

        var closed = socket.ClosedAsync();
        var ended = EndAsync(events);

        // Its clock and ours may differ by 30 s.
        await _app.PassAsync(TimeSpan.FromSeconds(40));

        Assert.Equal((4403, "AUTH_NOT_AUTHENTICATED"), (await closed, await ended));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(brief.Credential!));
        await (await _app.OliviaAsync()).MutateAsync("createProject", new { organizationId = _app.Acme, name = "Meanwhile" });
        var fresh = _app.With((await _issuer.SignInAsync("lee", "lee@real.test")).Access);
        await using var resumed = await fresh.SubscribeAsync(Watch, new { id = _app.Acme, after = before.GetProperty("cursor").GetString() });
        Assert.Equal("Meanwhile", (await resumed.NextEventAsync("ProjectCreated")).GetProperty("subjectName").GetString());
    }

    [Fact]
    public async Task Others_sign_in_and_nobody_is_refused_when_the_issuer_is_down_at_the_start_and_later()
    {
        var token = (await _issuer.SignInAsync("lee", "lee@real.test", seconds: 86_400)).Access;
        await _app.DisposeAsync();
        await _issuer.DisposeAsync();
        _app = await StartAsync();
        using (var answer = await AskAsync(token))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, true), (answer.StatusCode, answer.Headers.RetryAfter is not null));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync((await _other.SignInAsync("lou", "lou@real.test")).Access));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync((await _app.OliviaAsync()).Credential!));

        _issuer = await RealIssuer.StartAsync(_clock, _address, _first);
        await _app.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));

        // Its last keys count for a day; a key that nobody here has seen may be good.
        await RestartAsync(_second);
        var unseen = (await _issuer.SignInAsync("lee", "lee@real.test")).Access;
        await _issuer.DisposeAsync();
        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable], [await StatusAsync(token), await StatusAsync(unseen)]);
        await _app.PassAsync(TimeSpan.FromHours(23));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(token));
        var later = (await _other.SignInAsync("lou", "lou@real.test")).Access;
        await _app.PassAsync(TimeSpan.FromMinutes(59));
        await _app.PassAsync(TimeSpan.FromMinutes(2));
        Assert.NotEqual(HttpStatusCode.OK, await StatusAsync(token));
        Assert.NotEqual(HttpStatusCode.ServiceUnavailable, await StatusAsync(later));
    }

    private Task<OrgGraphApp> StartAsync() => OrgGraphApp.StartAsync(
    [
        ("OrgGraph:Authentication:Issuers:0:Authority", _address + "/"),
        ("OrgGraph:Authentication:Issuers:0:Audience", "orggraph-test"),
        ("OrgGraph:Authentication:Issuers:0:TrustsEmail", "true"),
        ("OrgGraph:Authentication:Issuers:1:Authority", _other.Authority),
        ("OrgGraph:Authentication:Issuers:1:Audience", "orggraph-test"),
    ],
    clock: _clock,
    // Its minutes pass faster than a client can answer pings.
    configure: services => services.PostConfigure<TransportOptions>(options => options.PeerTimeout = TimeSpan.FromDays(1)));

    private async Task RestartAsync(params (string Id, RSA Pair)[] keys)
    {
        await _issuer.DisposeAsync();
        _issuer = await RealIssuer.StartAsync(_clock, _address, keys);
    }

    private async Task<JsonElement> MeAsync(string token) => (await _app.With(token).QueryAsync(Me)).GetProperty("viewer");

    private async Task<HttpStatusCode> StatusAsync(string token)
    {
        using var answer = await AskAsync(token);
        return answer.StatusCode;
    }

    private async Task<HttpResponseMessage> AskAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(JsonSerializer.Serialize(new { query = Me }), Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json");
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        return await _app.Http.SendAsync(request);
    }

    private static async Task<string?> EndAsync(EventReader events)
    {
        while (true)
        {
            var next = await events.NextAsync();
            if (next.TryGetProperty("errors", out var errors))
            {
                await events.CompletedAsync();
                return errors[0].GetProperty("extensions").GetProperty("code").GetString();
            }
        }
    }

    private static string? Id(JsonElement me) => me.GetProperty("principal").GetProperty("id").GetString();

    private static string? Email(JsonElement me) => me.GetProperty("principal").GetProperty("email").GetString();

    private static string Forge(string token, Func<string, string>? header = null, Func<string, string>? payload = null, Func<byte[], byte[]>? signer = null)
    {
        var parts = token.Split('.');
        var signed = $"{Change(parts[0], header)}.{Change(parts[1], payload)}";
        return $"{signed}.{(signer is null ? parts[2] : Base64Url.EncodeToString(signer(Encoding.ASCII.GetBytes(signed))))}";
    }

    private static string Change(string part, Func<string, string>? change) =>
        change is null ? part : Base64Url.EncodeToString(Encoding.UTF8.GetBytes(change(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(part)))));
}
