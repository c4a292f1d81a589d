using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.DataPlane;

[CollectionDefinition("DataPlane")]
public sealed class DataPlaneSharedServer : ICollectionFixture<SharedServer>;

[Collection("DataPlane")]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class UpdateDataPlaneTests(SharedServer server) : TeamTest(server)
{
    private const string Watched = "... on DataPlaneUpdated { dataPlane { apiUrl tokenDelivery } } ... on DataPlaneTokenChanged { actorName dataPlane { tokenDelivery } }";

    private readonly PlayedDataPlane _plane = new();

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task One_account_and_one_token_that_reads_projects_are_made_and_delivered_when_the_address_is_set()
    {
        await Team.ProjectAsync("Bot");
        var before = await Team.VersionAsync();
        await using var heard = await Team.WatchAsync(Owner, "dataPlaneChanged", Watched);

        var saved = await Team.SaveAsync(new { apiUrl = _plane.Address + "/", proxyUrl = "https://proxy.example/v1", realtimeUrl = "wss://live.example/" });

        Assert.Empty(saved.Errors);
        Assert.Equal(before + 1, saved.Version);
        Assert.Equal((_plane.Address + "/", "https://proxy.example/v1", "wss://live.example/"), (saved.Text("organization", "dataPlane", "apiUrl"), saved.Text("organization", "dataPlane", "proxyUrl"), saved.Text("organization", "dataPlane", "realtimeUrl")));
        Assert.True(saved["organization", "dataPlane", "isSelfHosted"].GetBoolean());
        Assert.Equal(saved.Version, saved["organization", "dataPlane", "version"].GetInt32());
        Assert.Equal((saved.Version, "Data plane"), await NextAsync("DataPlaneUpdated"));
        Assert.Equal((saved.Version, "Data plane"), await NextAsync("DataPlaneTokenChanged"));
        var delivered = await heard.NextEventAsync("DataPlaneTokenChanged");
        Assert.Equal(("DELIVERED", "OrgGraph"), (delivered.GetProperty("dataPlane").GetProperty("tokenDelivery").GetString(), delivered.GetProperty("actorName").GetString()));
        var now = await Team.DataPlaneAsync();
        Assert.Equal(("DELIVERED", """["DATA_RETENTION"]""", "DATA_PLANE", "Data plane"), (now.GetProperty("tokenDelivery").GetString(), now.GetProperty("capabilities").GetRawText(), Account(now, "managedBy"), Account(now, "name")));

        var token = App.With(Assert.Single(_plane.Tokens));
        var seen = await Team.QueryAsync(token, "projects { nodes { name viewerPermissions } }");
        Assert.Equal("""[{"name":"Bot","viewerPermissions":["READ"]}]""", seen.GetProperty("projects").GetProperty("nodes").GetRawText());
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await token.SendMutationAsync("createProject", new { organizationId = Team.Id, name = "No" })).Codes);

        async Task<(int?, string?)> NextAsync(string type)
        {
            var told = await heard.NextEventAsync(type);
            return (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString());
        }
    }

    [Fact]
    public async Task Token_is_posted_then_asked_for_by_its_name()
    {
        await Team.DeliveredAsync(_plane);

        var (post, head) = (_plane.Heard.First(), _plane.Heard.Last());
        Assert.Equal(2, _plane.Heard.Count);
        Assert.Equal(("POST /service-token/upsert HTTP/1.1", "application/json"), (post.Line, post.Header("Content-Type")));
        var body = JsonDocument.Parse(post.Body).RootElement;
        var (name, token) = (body.GetProperty("name").GetString(), body.GetProperty("token").GetString());
        Assert.Equal(($"orggraph-{Team.Id}", Team.Id, Team.Name), (name, body.GetProperty("org_id").GetString(), body.GetProperty("org_name").GetString()));
        Assert.Matches("^bt-st-[0-9A-Za-z]{49}$", token);
        Assert.Equal(($"HEAD /service-token/{name} HTTP/1.1", "Bearer " + token), (head.Line, head.Header("Authorization")));
    }

    [Fact]
    public async Task Nothing_is_made_anew_when_the_same_is_saved_again()
    {
        await Team.DeliveredAsync(_plane);
        var before = await Team.VersionAsync();

        var again = await Team.SaveAsync(new { apiUrl = _plane.Address });
        var slash = await Team.SaveAsync(new { apiUrl = _plane.Address + "/", proxyUrl = "https://proxy.example" });

        Assert.Null(again.Version);
        Assert.Equal(before + 1, slash.Version);
        Assert.Equal("DELIVERED", slash.Text("organization", "dataPlane", "tokenDelivery"));
        Assert.Equal((1, 1), await Team.ManagedAsync());
        Assert.True(await App.LetsInAsync(Assert.Single(_plane.Tokens)));
    }

    [Fact]
    public async Task Token_is_revoked_when_the_address_is_cleared_and_made_for_the_same_account_when_it_is_set_again()
    {
        await Team.DeliveredAsync(_plane);
        var account = Account(await Team.DataPlaneAsync(), "id");
        await Team.SaveAsync(new { resolvesSecrets = true });
        await using var heard = await Team.WatchAsync(Owner, "dataPlaneChanged", Watched);

        var cleared = await Team.SaveAsync(new { apiUrl = (string?)null });

        Assert.Empty(cleared.Errors);
        var plane = cleared["organization", "dataPlane"];
        Assert.Equal(("NONE", JsonValueKind.Null, false, "[]"), (plane.GetProperty("tokenDelivery").GetString(), plane.GetProperty("serviceToken").ValueKind, plane.GetProperty("resolvesSecrets").GetBoolean(), plane.GetProperty("capabilities").GetRawText()));
        Assert.Equal("NONE", (await heard.NextEventAsync("DataPlaneTokenChanged")).GetProperty("dataPlane").GetProperty("tokenDelivery").GetString());
        Assert.False(await App.LetsInAsync(Assert.Single(_plane.Tokens)));
        Assert.Equal((1, 0), await Team.ManagedAsync());

        await Team.DeliveredAsync(_plane);
        Assert.Equal(account, Account(await Team.DataPlaneAsync(), "id"));
        Assert.False((await Team.DataPlaneAsync()).GetProperty("resolvesSecrets").GetBoolean());
        Assert.Equal((2, false, true), (_plane.Tokens.Count, await App.LetsInAsync(_plane.Tokens[0]), await App.LetsInAsync(_plane.Tokens[1])));
    }

    [Fact]
    public async Task New_token_goes_to_the_new_address_only_and_the_old_one_is_refused()
    {
        await using var next = new PlayedDataPlane();
        await Team.DeliveredAsync(_plane);

        await Team.DeliveredAsync(next);

        Assert.False(await App.LetsInAsync(Assert.Single(_plane.Tokens)));
        Assert.True(await App.LetsInAsync(Assert.Single(next.Tokens)));
        Assert.Equal((1, 1), await Team.ManagedAsync());
    }

    [Theory]
    [InlineData("apiUrl", "http://dp.example")]
    [InlineData("apiUrl", "http://10.0.0.1")]
    [InlineData("apiUrl", "http://127.0.0.1.dp.example")]
    [InlineData("apiUrl", "wss://dp.example")]
    [InlineData("apiUrl", "ftp://dp.example")]
    [InlineData("apiUrl", "dp.example")]
    [InlineData("apiUrl", "/relative")]
    [InlineData("apiUrl", "")]
    [InlineData("apiUrl", "https://")]
    [InlineData("apiUrl", "https://user:word@dp.example")]
    [InlineData("apiUrl", "https://dp.example/#part")]
    [InlineData("apiUrl", "https://dp.example/?key=1")]
    [InlineData("apiUrl", "https://dp.example/a b")]
    [InlineData("apiUrl", "https://dp.example/\r\nX: y")]
    [InlineData("proxyUrl", "http://dp.example")]
    [InlineData("proxyUrl", "ws://127.0.0.1")]
    [InlineData("realtimeUrl", "https://dp.example")]
    [InlineData("realtimeUrl", "ws://dp.example")]
    [InlineData("realtimeUrl", "wss:dp")]
    [InlineData("realtimeUrl", "wss://user@dp.example")]
    public async Task Refused_when_the_address_is_none_for_a_data_plane(string field, string url)
    {
        var before = await Team.VersionAsync();

        var refused = await Team.SaveAsync(new Dictionary<string, string> { [field] = url });

        Assert.Equal([$"ValidationError input.{field}"], refused.Errors);
        Assert.Equal((before, (0, 0)), (await Team.VersionAsync(), await Team.ManagedAsync()));
    }

    [Theory]
    [InlineData("proxyUrl", "http://localhost:8000")]
    [InlineData("proxyUrl", "http://127.0.0.1:8000/v1/proxy")]
    [InlineData("proxyUrl", "http://[::1]:8000")]
    [InlineData("proxyUrl", "HTTPS://dp.example/deep/path")]
    [InlineData("realtimeUrl", "ws://localhost:8000")]
    [InlineData("realtimeUrl", "wss://dp.example:8443/live")]
    public async Task Kept_as_typed_when_the_address_is_good(string field, string url)
    {
        var saved = await Team.SaveAsync(new Dictionary<string, string> { [field] = $" {url} " });

        Assert.Empty(saved.Errors);
        Assert.Equal((url, "NONE"), (saved.Text("organization", "dataPlane", field), saved.Text("organization", "dataPlane", "tokenDelivery")));
        Assert.False(saved["organization", "dataPlane", "isSelfHosted"].GetBoolean());
        Assert.Equal((0, 0), await Team.ManagedAsync());
    }

    [Fact]
    public async Task Secrets_are_resolved_only_while_an_owner_says_so()
    {
        await Team.VariableAsync("KEY", "of the run time");
        await Team.DeliveredAsync(_plane);
        var token = App.With(_plane.Tokens[0]);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await ResolveAsync()).Codes);

        Assert.Empty((await Team.SaveAsync(new { resolvesSecrets = true })).Errors);
        Assert.Contains("of the run time", (await ResolveAsync()).Text, StringComparison.Ordinal);
        Assert.Equal("""["DATA_RETENTION","SECRET_RESOLUTION"]""", (await Team.DataPlaneAsync()).GetProperty("capabilities").GetRawText());

        Assert.Empty((await Team.SaveAsync(new { resolvesSecrets = false })).Errors);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await ResolveAsync()).Codes);
        Assert.Single(_plane.Tokens);
        var entries = (await Team.QueryAsync("auditLog(first: 100, where: { action: \"dataPlane.updated\" }) { nodes { actorName changes { field before after } } }")).GetProperty("auditLog").GetProperty("nodes");
        Assert.Equal(3, entries.GetArrayLength());
        var choice = entries[1].GetProperty("changes")[0];
        Assert.Equal((false, true), (Resolves(choice, "before"), Resolves(choice, "after")));

        Task<Answer> ResolveAsync() => token.SendAsync("query($id: ID!) { runtime(organizationId: $id) { dataPlane { apiUrl } environmentVariables { name value } } }", new { id = Team.Id });
        static bool Resolves(JsonElement change, string side) => change.GetProperty(side).GetProperty("resolvesSecrets").GetBoolean();
    }

    [Fact]
    public async Task Refused_when_there_is_no_data_plane_to_resolve_secrets_or_the_version_is_stale()
    {
        var without = await Team.SaveAsync(new { proxyUrl = "https://dp.example", resolvesSecrets = true });
        var cleared = await Team.SaveAsync(new { resolvesSecrets = (bool?)null });
        var first = await Team.SaveAsync(new { proxyUrl = "https://dp.example", expectedVersion = 0 });
        var stale = await Team.SaveAsync(new { proxyUrl = "https://dp2.example", expectedVersion = 0 });

        Assert.Equal(["ValidationError input.resolvesSecrets"], without.Errors);
        Assert.Equal(["ValidationError input.resolvesSecrets"], cleared.Errors);
        Assert.Empty(first.Errors);
        Assert.Equal(["ConflictError input.expectedVersion"], stale.Errors);
    }

    [Fact]
    public async Task Account_gets_another_name_when_owners_have_one_of_that_name()
    {
        await Team.AccountAsync("data plane", [Team.Viewers]);

        await Team.DeliveredAsync(_plane);

        Assert.Equal("Data plane 2", Account(await Team.DataPlaneAsync(), "name"));
    }

    private static string Account(JsonElement plane, string field) => plane.GetProperty("serviceToken").GetProperty("serviceAccount").GetProperty(field).GetString()!;
}
