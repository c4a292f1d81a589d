using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Runtime;

[Collection("Runtime")]
public sealed class RuntimeAiProvidersTests(SharedServer server) : TeamTest(server)
{
    private const string Query = """
        query($id: ID!, $project: ID, $model: String, $type: String, $name: String) { runtime(organizationId: $id, projectId: $project) {
          aiProviderCredentials(model: $model, type: $type, name: $name) {
            providerId name type source secret endpointUrl settings { name value } headers { name value } models customModels { name } supportsStreaming } } }
        """;

    [Fact]
    public async Task Program_gets_all_of_a_provider_in_clear_when_it_may_resolve_secrets()
    {
        var runner = await RunnerAsync();
        var saved = await Owner.MutateAsync(
            "saveAiProvider",
            new
            {
                organizationId = Team.Id,
                type = "custom",
                name = "House",
                secret = "planted secret ü",
                endpointUrl = "https://models.example/v1",
                headers = new[] { new { name = "X-Copy", value = "Key {{ api_key }} of {{email}} for {{model}}" }, new { name = "X-Route", value = "planted header" } },
                models = new[] { "house-1" },
                customModels = new[] { new { name = "house-2", format = "OPENAI" } },
                supportsStreaming = false,
            },
            "aiProvider { id }");
        Assert.Empty(saved.Errors);

        var answer = await runner.SendAsync(Query, new { id = Team.Id });

        Assert.Equal(
            """{"data":{"runtime":{"aiProviderCredentials":[{"providerId":"ID","name":"House","type":"custom","source":"ORGANIZATION","secret":"planted secret ü","endpointUrl":"https://models.example/v1","settings":[],"headers":[{"name":"X-Copy","value":"Key planted secret ü of {{email}} for {{model}}"},{"name":"X-Route","value":"planted header"}],"models":["house-1"],"customModels":[{"name":"house-2"}],"supportsStreaming":false}]}}}""",
            answer.Text.Replace(saved.Text("aiProvider", "id"), "ID", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Secret_settings_are_in_clear_when_resolved()
    {
        var runner = await RunnerAsync();
        var saved = await Owner.MutateAsync(
            "saveAiProvider",
            new { organizationId = Team.Id, type = "bedrock", secret = "planted secret", settings = new[] { new { name = "region", value = "us-east-1" }, new { name = "access_key", value = "planted-access-key" } } });
        Assert.Empty(saved.Errors);

        var found = Assert.Single((await ResolveAsync(runner)).EnumerateArray());

        Assert.Equal("planted secret", found.GetProperty("secret").GetString());
        Assert.Contains("""{"name":"access_key","value":"planted-access-key"}""", found.GetProperty("settings").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("""{"name":"region","value":"us-east-1"}""", found.GetProperty("settings").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Order_and_choice_are_those_of_use()
    {
        var project = await Team.ProjectAsync("Bot");
        var runner = await RunnerAsync();
        await Team.ProviderAsync("Main", secret: "sk-main");
        await Team.ProviderAsync("Claude", "anthropic", secret: "sk-claude");
        await Team.ProviderAsync("Own", projectId: project, secret: "sk-own");

        Assert.Equal("Claude=sk-claude Main=sk-main", await NamesAsync(runner));
        Assert.Equal("Own=sk-own Claude=sk-claude", await NamesAsync(runner, project));
        Assert.Equal("Claude=sk-claude", await NamesAsync(runner, project, type: "anthropic"));
        Assert.Equal("Main=sk-main", await NamesAsync(runner, name: "Main"));
        Assert.Equal("", await NamesAsync(runner, name: "main"));
        Assert.Equal("", await NamesAsync(runner, model: "no-such-model"));
        var model = (await Team.QueryAsync("providerForModel(model: \"gpt-4o\") { candidates { provider { name } } }")).GetProperty("providerForModel").GetProperty("candidates");
        Assert.Equal("Main", Assert.Single(model.EnumerateArray()).GetProperty("provider").GetProperty("name").GetString());
        Assert.Equal("Main=sk-main", await NamesAsync(runner, model: "gpt-4o"));
        Assert.Equal("Own=sk-own", await NamesAsync(runner, project, model: "gpt-4o"));
    }

    [Fact]
    public async Task Refused_when_anybody_else_asks()
    {
        var project = await Team.ProjectAsync("Bot");
        await Team.ProviderAsync("Own", projectId: project, secret: "planted secret");
        var ofProject = await Team.AccountAsync("Of the project", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "PROJECT", project));
        var ofAnother = await Team.AccountAsync("Of another", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "PROJECT", await Team.ProjectAsync("Another")));
        var owning = await Team.AccountAsync("Owning", [Team.Owners]);

        foreach (var client in new[] { Owner, await Team.KeyAsync(Team.Owner), owning.Client, ofAnother.Client, (await Team.JoinAsync(Team.Owners)).Client })
        {
            var answer = await client.SendAsync(Query, new { id = Team.Id, project });

            Assert.Equal(["AUTH_NOT_AUTHORIZED"], answer.Codes);
            Assert.DoesNotContain("planted", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal("Own=planted secret", await NamesAsync(ofProject.Client, project));
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await ofProject.Client.SendAsync(Query, new { id = Team.Id })).Codes);
    }

    [Fact]
    public async Task Newest_secret_is_had_at_once_when_it_was_replaced()
    {
        var runner = await RunnerAsync();
        var id = await Team.ProviderAsync("Main", secret: "sk-old");
        Assert.Equal("Main=sk-old", await NamesAsync(runner));

        await Owner.MutateAsync("saveAiProvider", new { organizationId = Team.Id, aiProviderId = id, type = "openai", name = "Main", secret = "sk-new" });
        Assert.Equal("Main=sk-new", await NamesAsync(runner));

        await Owner.MutateAsync("deleteAiProvider", new { aiProviderId = id });
        Assert.Equal("", await NamesAsync(runner));
    }

    [Fact]
    public async Task Use_shows_and_is_audited_once_a_minute_without_a_version()
    {
        await using var app = await OrgGraphApp.StartAsync();
        var team = await Team.FoundAsync(app);
        var runner = await team.AccountAsync("Runner", [team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        var (used, unused) = (await team.ProviderAsync("Used", secret: "planted secret"), await team.ProviderAsync("Unused", "anthropic"));
        var before = await team.VersionAsync();

        for (var i = 0; i < 3; i++)
        {
            await runner.Client.QueryAsync(Query, new { id = team.Id, type = "openai" });
        }

        await app.PassAsync(TimeSpan.FromSeconds(61));
        await runner.Client.QueryAsync(Query, new { id = team.Id, type = "openai" });

        const string LastUsed = "... on AiProvider { lastUsedAt }";
        Assert.Equal(app.Clock.GetUtcNow(), (await team.NodeAsync(used, LastUsed)).GetProperty("lastUsedAt").GetDateTimeOffset());
        Assert.Equal(JsonValueKind.Null, (await team.NodeAsync(unused, LastUsed)).GetProperty("lastUsedAt").ValueKind);
        Assert.Equal(before, await team.VersionAsync());
        var log = (await team.QueryAsync("auditLog(where: { action: \"aiProvider.resolved\" }) { nodes { actorName credential outcome resourceType resourceId resourceName changes { field } } }"))
            .GetProperty("auditLog").GetProperty("nodes");
        var entry = $$"""{"actorName":"Runner","credential":"SERVICE_TOKEN","outcome":"SUCCEEDED","resourceType":"aiProvider","resourceId":"{{used}}","resourceName":"Used","changes":[]}""";
        Assert.Equal($"[{entry},{entry}]", log.GetRawText());
    }

    private async Task<Client> RunnerAsync() => (await Team.AccountAsync("Runner", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"))).Client;

    private async Task<JsonElement> ResolveAsync(Client client, string? project = null, string? model = null, string? type = null, string? name = null) =>
        (await client.QueryAsync(Query, new { id = Team.Id, project, model, type, name })).GetProperty("runtime").GetProperty("aiProviderCredentials");

    private async Task<string> NamesAsync(Client client, string? project = null, string? model = null, string? type = null, string? name = null) =>
        string.Join(' ', (await ResolveAsync(client, project, model, type, name)).EnumerateArray().Select(one => $"{one.GetProperty("name").GetString()}={one.GetProperty("secret").GetString()}"));
}
