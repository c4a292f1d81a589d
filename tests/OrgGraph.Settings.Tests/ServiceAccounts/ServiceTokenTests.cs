using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ServiceAccounts;

/// <summary>How tokens live and end. The clock is moved, so there is a server of its own.</summary>
public sealed class ServiceTokenTests : OrgGraphTest
{
    private const string Both = "secret serviceToken { id name rotatedFrom { id } expiresAt } previous { id status expiresAt }";

    private Team _team = null!;

    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:ActiveServiceTokens", "3"), ("OrgGraph:Limits:ServiceAccounts", "2")];

    private Client Owner => _team.Owner.Client;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _team = await Team.FoundAsync(App);
    }

    [Fact]
    public async Task Old_token_works_until_the_overlap_ends()
    {
        var account = await _team.AccountAsync("Runner", [_team.Viewers]);

        var rotated = await Owner.MutateAsync("rotateServiceToken", new { serviceTokenId = account.TokenId, overlapSeconds = 60 }, Both);
        await App.PassAsync(TimeSpan.FromSeconds(59));
        await WorksAsync(account.Client);
        await App.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(("EXPIRING", account.TokenId), (rotated.Text("previous", "status"), rotated.Text("serviceToken", "rotatedFrom", "id")));
        await IsRefusedAsync(account.Client);
        await WorksAsync(App.With(rotated.Text("secret")));
        Assert.Equal("EXPIRED", await StatusAsync(account.TokenId));
        Assert.Equal(["ValidationError input.serviceTokenId"], (await Owner.MutateAsync("rotateServiceToken", new { serviceTokenId = account.TokenId }, "secret")).Errors);
    }

    [Fact]
    public async Task Old_token_ends_at_once_when_there_is_no_overlap()
    {
        var account = await _team.AccountAsync("Runner", [_team.Viewers]);
        await using var heard = await _team.WatchAsync(Owner, "serviceAccountsChanged", "... on ServiceTokenRotated { previousServiceTokenId previous { status } serviceTokenEdge { cursor } }");

        var rotated = await Owner.MutateAsync("rotateServiceToken", new { serviceTokenId = account.TokenId }, Both);

        await IsRefusedAsync(account.Client);
        await WorksAsync(App.With(rotated.Text("secret")));
        Assert.Equal((account.TokenId, "REVOKED"), Previous(await heard.NextEventAsync("ServiceTokenRotated")));
        Assert.Equal("ServiceTokenRevoked", (await heard.NextEventAsync()).Kind());

        static (string?, string?) Previous(JsonElement told) => (told.GetProperty("previousServiceTokenId").GetString(), told.GetProperty("previous").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Expiry_is_an_event_and_the_token_is_refused_when_its_time_comes()
    {
        var made = await Owner.MutateAsync(
            "createServiceAccount",
            new { organizationId = _team.Id, name = "Brief", tokenName = "Brief", tokenExpiresAt = App.Clock.GetUtcNow().AddMinutes(5), groupIds = new[] { _team.Viewers } },
            "secret serviceToken { id status }");
        await using var heard = await _team.WatchAsync(Owner, "serviceAccountsChanged", "... on ServiceTokenExpired { serviceTokenId }");

        Assert.Equal("EXPIRING", made.Text("serviceToken", "status"));
        await App.PassAsync(TimeSpan.FromMinutes(5));

        await IsRefusedAsync(App.With(made.Text("secret")));
        Assert.Equal(made.Text("serviceToken", "id"), (await heard.NextEventAsync("ServiceTokenExpired")).GetProperty("serviceTokenId").GetString());
    }

    [Fact]
    public async Task Revoked_at_once_and_streams_end()
    {
        var account = await _team.AccountAsync("Runner", [_team.Viewers]);
        await using var stream = await _team.WatchAsync(account.Client, "projectsChanged");

        var revoked = await Owner.MutateAsync("revokeServiceToken", new { serviceTokenId = account.TokenId }, "serviceToken { status revokedBy { displayName } }");

        Assert.Equal("REVOKED", revoked.Text("serviceToken", "status"));
        await IsRefusedAsync(account.Client);
        Assert.Equal("AUTH_NOT_AUTHENTICATED", (await stream.NextAsync()).GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString());
        await stream.CompletedAsync();
        Assert.Null((await Owner.MutateAsync("revokeServiceToken", new { serviceTokenId = account.TokenId })).Version);
    }

    [Fact]
    public async Task Name_and_expiry_change_when_asked()
    {
        var account = await _team.AccountAsync("Runner", [_team.Viewers]);
        var expiresAt = App.Clock.GetUtcNow().AddDays(1);

        var changed = await Owner.MutateAsync("updateServiceToken", new { serviceTokenId = account.TokenId, name = "New", expiresAt }, "serviceToken { name expiresAt version }");
        var cleared = await Owner.MutateAsync("updateServiceToken", new { serviceTokenId = account.TokenId, expiresAt = (string?)null }, "serviceToken { expiresAt name }");
        await Owner.MutateAsync("rotateServiceToken", new { serviceTokenId = account.TokenId, overlapSeconds = 60 });

        Assert.Equal(("New", expiresAt), (changed.Text("serviceToken", "name"), changed["serviceToken", "expiresAt"].GetDateTimeOffset()));
        Assert.Equal((JsonValueKind.Null, "New"), (cleared["serviceToken", "expiresAt"].ValueKind, cleared.Text("serviceToken", "name")));
        Assert.Equal(["ValidationError input.expiresAt"], (await Owner.MutateAsync("updateServiceToken", new { serviceTokenId = account.TokenId, expiresAt })).Errors);
        Assert.Equal(["ValidationError input.name"], (await Owner.MutateAsync("updateServiceToken", new { serviceTokenId = account.TokenId, name = (string?)null })).Errors);
        Assert.Equal(["ConflictError input.expectedVersion"], (await Owner.MutateAsync("updateServiceToken", new { serviceTokenId = account.TokenId, name = "X", expectedVersion = 1 })).Errors);
    }

    [Fact]
    public async Task Refused_when_limits_are_reached()
    {
        var account = await _team.AccountAsync("Runner", [_team.Viewers]);
        await _team.AccountAsync("Second", [_team.Viewers]);
        object another = new { serviceAccountId = account.Id, name = "More" };

        var third = await Owner.MutateAsync("createServiceAccount", new { organizationId = _team.Id, name = "Third", tokenName = "T", groupIds = new[] { _team.Viewers } }, "secret");
        Assert.Equal(["LimitReachedError input"], third.Errors);
        Assert.Empty((await Owner.MutateAsync("createServiceToken", another, "secret")).Errors);
        Assert.Empty((await Owner.MutateAsync("createServiceToken", another, "secret")).Errors);
        Assert.Equal(["LimitReachedError input"], (await Owner.MutateAsync("createServiceToken", another, "secret")).Errors);
        Assert.Equal(["LimitReachedError input"], (await Owner.MutateAsync("rotateServiceToken", new { serviceTokenId = account.TokenId, overlapSeconds = 1 }, "secret")).Errors);
        Assert.Empty((await Owner.MutateAsync("rotateServiceToken", new { serviceTokenId = account.TokenId }, "secret")).Errors);
    }

    [Fact]
    public async Task Listed_filtered_and_sorted_when_asked()
    {
        var (one, two) = (await _team.AccountAsync("One", [_team.Viewers]), await _team.AccountAsync("Two", [_team.Viewers]));
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        await App.ConfirmedAsync();
        await Owner.MutateAsync("createServiceToken", new { serviceAccountId = one.Id, name = "Alpha" });
        await Owner.MutateAsync("revokeServiceToken", new { serviceTokenId = two.TokenId });
        await WorksAsync(one.Client);

        Assert.Equal(["Alpha", "One token"], await NamesAsync(""));
        Assert.Equal(["One token"], await NamesAsync("(where: { search: \"TOKEN\" })"));
        Assert.Equal(["Two token"], await NamesAsync("(where: { status: [REVOKED] })"));
        Assert.Equal(["Alpha", "One token"], await NamesAsync($"(where: {{ serviceAccountId: \"{one.Id}\" }}, order: [{{ field: NAME }}])"));
        Assert.Equal(["One token", "Alpha"], await NamesAsync("(order: [{ field: LAST_USED_AT, direction: DESC }])"));
        await App.PassAsync(TimeSpan.FromHours(25));
        var owner = await App.SignInAsync(_team.Owner.Email);
        var ended = await _team.QueryAsync(owner, "serviceTokens(where: { status: [REVOKED] }) { nodes { name } } serviceAccounts(where: { search: $text }) { totalCount }", "TW");
        Assert.Equal("""{"serviceTokens":{"nodes":[{"name":"Two token"}]},"serviceAccounts":{"totalCount":1}}""", ended.GetRawText());
    }

    [Fact]
    public async Task Refused_when_ids_are_wrong()
    {
        var account = await _team.AccountAsync("Runner", [_team.Viewers]);

        Assert.NotEmpty(account.Id);
        await WrongInput.TargetIdAsync(_team, "createServiceToken", "serviceAccountId", NodeType.ServiceAccount, serviceAccountId => new { serviceAccountId, name = "T" });
        await WrongInput.TargetIdAsync(_team, "updateServiceToken", "serviceTokenId", NodeType.ServiceToken, serviceTokenId => new { serviceTokenId, name = "T" });
        await WrongInput.TargetIdAsync(_team, "rotateServiceToken", "serviceTokenId", NodeType.ServiceToken, serviceTokenId => new { serviceTokenId });
        await WrongInput.TargetIdAsync(_team, "revokeServiceToken", "serviceTokenId", NodeType.ServiceToken, serviceTokenId => new { serviceTokenId });
    }

    private static async Task WorksAsync(Client client) => Assert.Equal(200, (int)(await client.SendAsync("{ viewer { credential { kind } } }")).Status);

    private static async Task IsRefusedAsync(Client client) => Assert.Equal(401, (int)(await client.SendAsync("{ viewer { credential { kind } } }")).Status);

    private async Task<string?> StatusAsync(string id) => (await _team.NodeAsync(id, "... on ServiceToken { status }")).GetProperty("status").GetString();

    private async Task<string[]> NamesAsync(string arguments) =>
        [.. (await _team.QueryAsync($"serviceTokens{arguments} {{ nodes {{ name }} }}")).GetProperty("serviceTokens").GetProperty("nodes").EnumerateArray().Select(token => token.GetProperty("name").GetString()!)];
}
