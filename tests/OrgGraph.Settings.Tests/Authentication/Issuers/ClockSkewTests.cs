using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>A person's token within the tolerance for clocks that differ: good for everything, then for nothing.</summary>
public sealed class ClockSkewTests : IAsyncLifetime
{
    private const string Viewer = "{ viewer { principal { displayName } credential { kind } } }";
    private const string Events = "subscription($id: ID!) { organizationEvents(organizationId: $id) { __typename } }";

    private readonly TestKey _key = TestKey.Rsa("rsa-1");
    private TestIssuer _issuer = null!;
    private OrgGraphApp _app = null!;

    public async Task InitializeAsync()
    {
        _issuer = await TestIssuer.StartAsync(_key);
        _app = await OrgGraphApp.StartAsync([("OrgGraph:Authentication:Issuers:0:Authority", _issuer.Authority), ("OrgGraph:Authentication:Issuers:0:Audience", "orggraph-test")]);
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _issuer.DisposeAsync();
    }

    [Fact]
    public async Task Session_sockets_and_streams_last_30_seconds_longer_than_the_token()
    {
        var person = _app.With(new TokenForge(_issuer.Authority, _key, _app.Clock.GetUtcNow()).With("exp", _app.Clock.GetUtcNow().ToUnixTimeSeconds() + 60).Sign());
        var made = await person.MutateAsync("createOrganization", new { name = "Late" }, "organization { id }");
        await _app.PassAsync(TimeSpan.FromSeconds(75));

        Assert.Equal("SESSION", (await person.QueryAsync(Viewer)).GetProperty("viewer").GetProperty("credential").GetProperty("kind").GetString());
        var renamed = await person.MutateAsync("createProject", new { organizationId = made.Text("organization", "id"), name = "Within the tolerance" });
        Assert.Empty(renamed.Errors);
        await using var stream = await person.SubscribeAsync(Events, new { id = made.Text("organization", "id") });
        using var socket = await SocketReader.SubscribeAsync(person, Events, new { id = made.Text("organization", "id") });
        for (var second = 76; second < 90; second++)
        {
            await _app.PassAsync(TimeSpan.FromSeconds(1));
        }

        Assert.Null((await person.SendAsync(Viewer)).Errors);
        await _app.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(401, (int)(await person.SendAsync(Viewer)).Status);

        // A connection's timer is rounded up to the millisecond after.
        await _app.PassAsync(TimeSpan.FromMilliseconds(2));
        Assert.Equal(4403, (await socket.ClosedAsync()).Code);
        var last = await stream.NextAsync();
        while (last.GetProperty("data").ValueKind != System.Text.Json.JsonValueKind.Null)
        {
            last = await stream.NextAsync();
        }

        Assert.Equal("AUTH_NOT_AUTHENTICATED", last.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString());
        await stream.CompletedAsync();
    }
}
