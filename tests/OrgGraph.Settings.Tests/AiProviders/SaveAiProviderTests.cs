using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

[CollectionDefinition("AiProviders")]
public sealed class AiProvidersServer : ICollectionFixture<SharedServer>;

/// <summary>What all tests of this area ask for.</summary>
internal static class Provider
{
    public const string Secret = "sk-0123456789abcdefghijklmnopqrstuvwxyz";

    public const string Fields = """
        id name type isCustom scope project { name } preview settings { name value } headers { name preview } endpointUrl models customModels { name displayName format flavor multimodal
        inputCostPerMillionTokens outputCostPerMillionTokens maxInputTokens maxOutputTokens } excludeDefaultModels supportsStreaming createdAt updatedAt secretUpdatedAt secretUpdatedBy { displayName }
        isStale lastUsedAt overriddenIn { name } lastTest { outcome } version
        """;

    public const string Whole = "aiProvider { " + Fields + " }";
}

[Collection("AiProviders")]
public sealed class SaveAiProviderTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Provider_exists_when_saved_for_the_organization()
    {
        var before = await Team.VersionAsync();
        await using var heard = await Team.WatchAsync(Owner, "aiProvidersChanged", "... on AiProviderCreated { aiProviderId aiProvider { name } aiProviderEdge { cursor } }");

        var made = await SaveAsync(new { organizationId = Team.Id, type = "openai", secret = Provider.Secret }, "created aiProviderEdge { cursor node { id } }");

        Assert.Empty(made.Errors);
        Assert.Equal(before + 1, made.Version);
        Assert.True(made["created"].GetBoolean());
        var provider = made["aiProvider"];
        Assert.Equal(("OPENAI_API_KEY", "openai", "ORGANIZATION", "sk-...wxyz"), (Text(provider, "name"), Text(provider, "type"), Text(provider, "scope"), Text(provider, "preview")));
        Assert.Equal(made.Version, provider.GetProperty("version").GetInt32());
        Assert.Equal(provider.GetProperty("createdAt").GetString(), provider.GetProperty("secretUpdatedAt").GetString());
        Assert.Equal(JsonValueKind.Object, provider.GetProperty("secretUpdatedBy").ValueKind);
        Assert.True(provider.GetProperty("supportsStreaming").GetBoolean());
        var told = await heard.NextEventAsync("AiProviderCreated");
        Assert.Equal((made.Version, "OPENAI_API_KEY", Text(provider, "id")), (told.GetProperty("version").GetInt32(), Text(told, "subjectName"), Text(told, "aiProviderId")));
        Assert.Equal(made.Text("aiProviderEdge", "cursor"), told.GetProperty("aiProviderEdge").GetProperty("cursor").GetString());
        var listed = await Team.QueryAsync("aiProviders { totalCount edges { cursor node { id } } }");
        Assert.Equal(made.Text("aiProviderEdge", "cursor"), listed.GetProperty("aiProviders").GetProperty("edges")[0].GetProperty("cursor").GetString());
        Assert.Equal("openai", Text(await Team.NodeAsync(made.Text("aiProvider", "id"), "... on AiProvider { type }"), "type"));
    }

    [Fact]
    public async Task Same_name_in_a_scope_is_the_same_provider_and_another_case_is_another()
    {
        var project = await Team.ProjectAsync("Bot");
        var first = await SaveAsync(new { organizationId = Team.Id, type = "openai", name = "Main", secret = Provider.Secret });

        var again = await SaveAsync(new { organizationId = Team.Id, type = "openai", name = " Main ", models = new[] { "gpt-4o" } }, "created aiProviderEdge { cursor }");
        var other = await SaveAsync(new { organizationId = Team.Id, type = "openai", name = "main", secret = Provider.Secret });
        var inProject = await SaveAsync(new { organizationId = Team.Id, projectId = project, type = "openai", name = "Main", secret = Provider.Secret });

        Assert.Equal(first.Text("aiProvider", "id"), again.Text("aiProvider", "id"));
        Assert.False(again["created"].GetBoolean());
        Assert.Equal(JsonValueKind.Null, again["aiProviderEdge"].ValueKind);
        Assert.Equal(3, new[] { first, other, inProject }.Select(made => made.Text("aiProvider", "id")).Distinct().Count());
        Assert.Equal(("PROJECT", "Bot"), (inProject.Text("aiProvider", "scope"), inProject.Text("aiProvider", "project", "name")));
    }

    [Fact]
    public async Task Only_what_is_sent_changes_when_saved_again()
    {
        var custom = new[] { new { name = "house-1", displayName = "House", format = "OPENAI", flavor = "COMPLETION", multimodal = true, inputCostPerMillionTokens = 1.5, outputCostPerMillionTokens = 0.0, maxInputTokens = 8192, maxOutputTokens = 512 } };
        var made = await SaveAsync(new
        {
            organizationId = Team.Id,
            type = "azure",
            name = "Azure",
            secret = Provider.Secret,
            models = new[] { "gpt-4o", "own-deployment" },
            customModels = custom,
            excludeDefaultModels = true,
            supportsStreaming = false,
            settings = new[] { Setting("api_base", "https://name.openai.azure.com"), Setting("color", "blue") },
            headers = new[] { new { name = "X-Team", value = "{{email}}" } },
        });
        var id = made.Text("aiProvider", "id");

        var same = await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "azure" });
        var renamed = await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "azure", name = "Renamed" });
        var cleared = await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "azure", models = (string[]?)null, customModels = Array.Empty<object>(), excludeDefaultModels = false });

        Assert.Empty(made.Errors);
        Assert.Equal("""[{"name":"api_base","value":"https://name.openai.azure.com"},{"name":"color","value":"blue"}]""", made["aiProvider", "settings"].GetRawText());
        Assert.Equal("""[{"name":"X-Team","preview":"***"}]""", made["aiProvider", "headers"].GetRawText());
        Assert.Equal(
            """[{"name":"house-1","displayName":"House","format":"OPENAI","flavor":"COMPLETION","multimodal":true,"inputCostPerMillionTokens":1.5,"outputCostPerMillionTokens":0,"maxInputTokens":8192,"maxOutputTokens":512}]""",
            made["aiProvider", "customModels"].GetRawText());
        Assert.Empty(same.Errors);
        Assert.Null(same.Version);
        Assert.Equal("Renamed", renamed.Text("aiProvider", "name"));
        Assert.Equal(Without(made["aiProvider"], "name", "version", "updatedAt"), Without(renamed["aiProvider"], "name", "version", "updatedAt"));
        Assert.Equal(("[]", "[]", false), (cleared["aiProvider", "models"].GetRawText(), cleared["aiProvider", "customModels"].GetRawText(), cleared["aiProvider", "excludeDefaultModels"].GetBoolean()));
        Assert.Equal(made["aiProvider", "settings"].GetRawText(), cleared["aiProvider", "settings"].GetRawText());
    }

    [Fact]
    public async Task Told_whether_the_secret_was_replaced_when_updated()
    {
        var id = await Team.ProviderAsync("Main");
        await using var heard = await Team.WatchAsync(Owner, "aiProvidersChanged", "... on AiProviderUpdated { secretChanged }");

        await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "openai", models = new[] { "gpt-4o" } });
        await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "openai", secret = "another" });

        Assert.False((await heard.NextEventAsync("AiProviderUpdated")).GetProperty("secretChanged").GetBoolean());
        Assert.True((await heard.NextEventAsync("AiProviderUpdated")).GetProperty("secretChanged").GetBoolean());
    }

    [Fact]
    public async Task Engineer_saves_for_a_project_and_not_for_the_organization()
    {
        var eli = (await Team.JoinAsync(Team.Engineers)).Client;
        var (project, other) = (await Team.ProjectAsync("Bot"), await Team.ProjectAsync("Other"));
        var updater = (await Team.JoinAsync(await Team.GroupAsync("Of the bot", permissions: [Team.Right("READ", "PROJECT", project), Team.Right("UPDATE", "PROJECT", project), Team.Right("READ", "PROJECT", other)]))).Client;
        object At(string? projectId) => new { organizationId = Team.Id, projectId, type = "groq", secret = Provider.Secret };

        Assert.Empty((await eli.MutateAsync("saveAiProvider", At(project))).Errors);
        Assert.Empty((await updater.MutateAsync("saveAiProvider", At(project))).Errors);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await eli.SendMutationAsync("saveAiProvider", At(null))).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await updater.SendMutationAsync("saveAiProvider", At(null))).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await updater.SendMutationAsync("saveAiProvider", At(other))).Codes);
        Assert.Equal(["NotFoundError input.projectId"], (await updater.MutateAsync("saveAiProvider", At(await Team.ProjectAsync("Hidden")))).Errors);
    }

    [Fact]
    public async Task Refused_when_stale_or_the_name_is_anothers()
    {
        var id = await Team.ProviderAsync("Main");
        await Team.ProviderAsync("Second", "anthropic");
        var renamed = await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "openai", name = "First" });

        Assert.Equal(["ConflictError input.expectedVersion"], (await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "openai", name = "X", expectedVersion = renamed.Version - 1 })).Errors);
        Assert.Equal(["ConflictError input.expectedVersion"], (await SaveAsync(new { organizationId = Team.Id, type = "openai", name = "New", secret = "s", expectedVersion = 3 })).Errors);
        Assert.Equal(["ConflictError input.name"], (await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "openai", name = "Second" })).Errors);
        Assert.Empty((await SaveAsync(new { organizationId = Team.Id, aiProviderId = id, type = "openai", name = "X", expectedVersion = renamed.Version })).Errors);
    }

    [Theory]
    [InlineData("""{ "type": "nothing", "secret": "s" }""", "ValidationError input.type")]
    [InlineData("""{ "type": "OpenAI", "secret": "s" }""", "ValidationError input.type")]
    [InlineData("""{ "type": "openai" }""", "ValidationError input.secret")]
    [InlineData("""{ "type": "openai", "secret": "" }""", "ValidationError input.secret")]
    [InlineData("""{ "type": "openai", "secret": "two\nlines" }""", "ValidationError input.secret")]
    [InlineData("""{ "type": "custom", "name": "Own" }""", "ValidationError input.endpointUrl")]
    [InlineData("""{ "type": "custom", "endpointUrl": "https://models.example" }""", "ValidationError input.name")]
    [InlineData("""{ "type": "custom", "name": "Own", "endpointUrl": "ftp://models.example" }""", "ValidationError input.endpointUrl")]
    [InlineData("""{ "type": "custom", "name": "Own", "endpointUrl": "https://user:pass@models.example" }""", "ValidationError input.endpointUrl")]
    [InlineData("""{ "type": "custom", "name": "Own", "endpointUrl": "https://models.example/#part" }""", "ValidationError input.endpointUrl")]
    [InlineData("""{ "type": "custom", "name": "Own", "endpointUrl": "models.example" }""", "ValidationError input.endpointUrl")]
    [InlineData("""{ "type": "custom", "name": "Own", "endpointUrl": "https://models.example/a b" }""", "ValidationError input.endpointUrl")]
    [InlineData("""{ "type": "openai", "secret": "s", "settings": [{ "name": "auth_type", "value": "magic" }] }""", "ValidationError input.settings.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "settings": [{ "name": "x", "value": "1" }, { "name": "x", "value": "2" }] }""", "ValidationError input.settings.1")]
    [InlineData("""{ "type": "openai", "secret": "s", "settings": [{ "name": "endpoint_path", "value": "@evil.example/" }] }""", "ValidationError input.settings.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "settings": [{ "name": "endpoint_path", "value": "//evil.example" }] }""", "ValidationError input.settings.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "settings": [{ "name": " ", "value": "2" }] }""", "ValidationError input.settings.0")]
    [InlineData("""{ "type": "azure", "secret": "s" }""", "ValidationError input.settings")]
    [InlineData("""{ "type": "azure", "secret": "s", "settings": [{ "name": "api_base", "value": "no address" }] }""", "ValidationError input.settings.0")]
    [InlineData("""{ "type": "bedrock", "secret": "s", "settings": [{ "name": "region", "value": "evil.example/#" }, { "name": "access_key", "value": "AKIA" }] }""", "ValidationError input.settings.0")]
    [InlineData("""{ "type": "bedrock", "secret": "s", "settings": [{ "name": "region", "value": "us-east-1" }] }""", "ValidationError input.settings")]
    [InlineData("""{ "type": "vertex", "secret": "s", "settings": [{ "name": "project", "value": "p" }, { "name": "authType", "value": "service_account_key" }] }""", "ValidationError input.secret")]
    [InlineData("""{ "type": "vertex", "secret": "{\"client_email\":\"a\"}", "settings": [{ "name": "project", "value": "p" }, { "name": "authType", "value": "service_account_key" }] }""", "ValidationError input.secret")]
    [InlineData("""{ "type": "vertex", "secret": "{\"client_email\":\"a\",\"private_key\":\"none\"}", "settings": [{ "name": "project", "value": "p" }, { "name": "authType", "value": "service_account_key" }] }""", "ValidationError input.secret")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "Bad Name", "value": "1" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "Host", "value": "1" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "X-A", "value": "1" }, { "name": "x-a", "value": "2" }] }""", "ValidationError input.headers.1")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "X-A", "value": "a\r\nX-B: b" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "X-A", "value": "{{password}}" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "X-A", "value": "{{{api_key}}}" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "X-A", "value": "{{#email}}" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "X-A", "value": "{{email" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "headers": [{ "name": "X-A" }] }""", "ValidationError input.headers.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "models": ["a", "a"] }""", "ValidationError input.models.1")]
    [InlineData("""{ "type": "openai", "secret": "s", "models": [" "] }""", "ValidationError input.models.0")]
    [InlineData("""{ "type": "openai", "secret": "s", "customModels": [{ "name": "a", "format": "OPENAI", "inputCostPerMillionTokens": -1 }] }""", "ValidationError input.customModels.0.inputCostPerMillionTokens")]
    [InlineData("""{ "type": "openai", "secret": "s", "customModels": [{ "name": "a", "format": "OPENAI", "maxInputTokens": 0 }] }""", "ValidationError input.customModels.0.maxInputTokens")]
    [InlineData("""{ "type": "openai", "secret": "s", "customModels": [{ "name": "a", "format": "OPENAI" }, { "name": "a", "format": "JS" }] }""", "ValidationError input.customModels.1.name")]
    [InlineData("""{ "type": "openai", "secret": "s", "supportsStreaming": null }""", "ValidationError input.supportsStreaming")]
    [InlineData("""{ "type": "openai", "secret": "s", "excludeDefaultModels": null }""", "ValidationError input.excludeDefaultModels")]
    [InlineData("""{ "type": "openai", "secret": "s", "removeSecret": true }""", "ValidationError input.removeSecret")]
    public async Task Refused_when_a_value_is_bad(string input, string error)
    {
        var before = await Team.VersionAsync();
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(input)!;
        fields["organizationId"] = JsonSerializer.SerializeToElement(Team.Id);

        var made = await SaveAsync(fields);

        Assert.Equal([error], made.Errors);
        Assert.Equal(JsonValueKind.Null, made["aiProvider"].ValueKind);
        Assert.Equal(before, await Team.VersionAsync());
    }

    [Fact]
    public async Task Wrong_setting_is_named_and_an_unknown_one_kept_when_saved()
    {
        var wrong = await SaveAsync(new { organizationId = Team.Id, type = "openai", secret = "s", settings = new[] { Setting("auth_format", "shouted") } });
        var unknown = await SaveAsync(new { organizationId = Team.Id, type = "openai", secret = "s", settings = new[] { Setting("favourite", "yes"), Setting("auth_format", "api_key") } });

        Assert.Contains("auth_format", wrong["errors"][0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("""[{"name":"favourite","value":"yes"},{"name":"auth_format","value":"api_key"}]""", unknown["aiProvider", "settings"].GetRawText());
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name) =>
        Assert.Equal(["ValidationError input.name"], (await SaveAsync(new { organizationId = Team.Id, type = "openai", name, secret = "s" })).Errors);

    [Fact]
    public async Task Refused_when_ids_are_wrong()
    {
        var project = await Team.ProjectAsync("Bot");
        var (id, own) = (await Team.ProviderAsync("Main"), await Team.ProviderAsync("Own", projectId: project));

        await WrongInput.OrganizationIdAsync(Team, "saveAiProvider", organizationId => new { organizationId, type = "openai", secret = "s" });
        await WrongInput.OtherIdAsync(Team, "saveAiProvider", "input.projectId", NodeType.Project, projectId => new { organizationId = Team.Id, projectId, type = "openai", secret = "s" });
        await WrongInput.OtherIdAsync(Team, "saveAiProvider", "input.aiProviderId", NodeType.AiProvider, aiProviderId => new { organizationId = Team.Id, aiProviderId, type = "openai", secret = "s" });
        Assert.Equal(["NotFoundError input.aiProviderId"], (await SaveAsync(new { organizationId = Team.Id, projectId = project, aiProviderId = id, type = "openai" })).Errors);
        Assert.Equal(["NotFoundError input.aiProviderId"], (await SaveAsync(new { organizationId = Team.Id, aiProviderId = own, type = "openai" })).Errors);
    }

    private Task<Payload> SaveAsync(object input, string selection = "") => Owner.MutateAsync("saveAiProvider", input, Provider.Whole + " " + selection);

    private static object Setting(string name, string value) => new { name, value };

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();

    private static Dictionary<string, string> Without(JsonElement json, params string[] names) =>
        json.EnumerateObject().Where(property => !names.Contains(property.Name)).ToDictionary(property => property.Name, property => property.Value.GetRawText());
}
