using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Loop;

[CollectionDefinition("Loop")]
public sealed class LoopServer : ICollectionFixture<SharedServer>;

[Collection("Loop")]
public sealed class SelectLoopModelsTests(SharedServer server) : TeamTest(server)
{
    private const string Loop = "loop { ready blockedReason isDefault version availableModels { name available provider { name } } selectedModels { name available provider { name } } }";

    [Fact]
    public async Task Not_ready_with_a_projects_provider_and_ready_with_the_organizations()
    {
        var project = await Team.ProjectAsync("Bot");
        var none = await LoopAsync();
        await Team.ProviderAsync("Own", projectId: project);
        var projects = await LoopAsync();
        await Team.ProviderAsync("Main", "anthropic");
        var organizations = await LoopAsync();

        Assert.Equal((false, true, 0), (none.GetProperty("ready").GetBoolean(), none.GetProperty("isDefault").GetBoolean(), none.GetProperty("version").GetInt32()));
        Assert.Equal(none.GetRawText(), projects.GetRawText());
        Assert.NotEqual(JsonValueKind.Null, none.GetProperty("blockedReason").ValueKind);
        Assert.True(organizations.GetProperty("ready").GetBoolean());
        Assert.Equal(JsonValueKind.Null, organizations.GetProperty("blockedReason").ValueKind);
        Assert.Contains("claude-4.5-sonnet", Names(organizations, "availableModels"));
        Assert.Equal(Names(organizations, "availableModels"), Names(organizations, "selectedModels"));
        Assert.True(organizations.GetProperty("isDefault").GetBoolean());
    }

    [Fact]
    public async Task Chat_models_of_the_organizations_providers_can_be_selected()
    {
        await SaveAsync(new
        {
            type = "custom",
            name = "House",
            endpointUrl = "https://models.example",
            models = new[] { "listed" },
            customModels = new object[] { new { name = "house-1", format = "OPENAI" }, new { name = "house-embed", format = "OPENAI", flavor = "EMBEDDING" } },
        });
        await SaveAsync(new { type = "openai", name = "Some", secret = "s", models = new[] { "gpt-4o", "text-embedding-3-small" } });
        await using var heard = await Team.WatchAsync(Owner, "loopChanged", "... on LoopChanged { loop { selectedModels { name } isDefault } }");

        Assert.Equal(["gpt-4o", "house-1", "listed"], Names(await LoopAsync(), "availableModels"));
        var selected = await SelectAsync("house-1", "gpt-4o");

        Assert.Empty(selected.Errors);
        var loop = selected["organization", "loop"];
        Assert.Equal(["gpt-4o", "house-1"], Names(loop, "selectedModels"));
        Assert.Equal((false, selected.Version), (loop.GetProperty("isDefault").GetBoolean(), loop.GetProperty("version").GetInt32()));
        var told = await heard.NextEventAsync("LoopChanged");
        Assert.Equal((selected.Version, "Loop"), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
        Assert.Equal("""{"selectedModels":[{"name":"gpt-4o"},{"name":"house-1"}],"isDefault":false}""", told.GetProperty("loop").GetRawText());
        Assert.Null((await SelectAsync("gpt-4o", "house-1")).Version);
        Assert.True((await SelectAsync())["organization", "loop", "isDefault"].GetBoolean());
    }

    [Fact]
    public async Task Selection_stays_and_is_unavailable_when_its_provider_goes()
    {
        var first = await Team.ProviderAsync("A", "anthropic");
        var second = await Team.ProviderAsync("B", "anthropic");
        var openAi = await Team.ProviderAsync("C");
        await SelectAsync("claude-4.5-sonnet", "gpt-4o");
        await using var heard = await Team.WatchAsync(Owner, "organizationEvents");

        var one = await DeleteAsync(first);
        var both = await DeleteAsync(second);
        var unavailable = await LoopAsync();
        var all = await DeleteAsync(openAi);
        var blocked = await LoopAsync();
        await Team.ProviderAsync("New", "anthropic");
        var back = await LoopAsync();

        Assert.Equal(("[]", """["claude-4.5-sonnet"]""", """["gpt-4o"]"""), (one["unavailableLoopModels"].GetRawText(), both["unavailableLoopModels"].GetRawText(), all["unavailableLoopModels"].GetRawText()));
        Assert.Equal("""[{"name":"claude-4.5-sonnet","available":false,"provider":null},{"name":"gpt-4o","available":true,"provider":{"name":"C"}}]""", unavailable.GetProperty("selectedModels").GetRawText());
        Assert.Equal((true, false, true), (unavailable.GetProperty("ready").GetBoolean(), blocked.GetProperty("ready").GetBoolean(), back.GetProperty("ready").GetBoolean()));
        Assert.Equal(["claude-4.5-sonnet", "gpt-4o"], Names(blocked, "selectedModels"));

        // By the first provider's end the model is asked by the second: that is a change of availability too.
        var kinds = new List<string>();
        for (var i = 0; i < 8; i++)
        {
            kinds.Add((await heard.NextEventAsync()).Kind());
        }

        Assert.Equal(["AiProviderDeleted", "LoopChanged", "AiProviderDeleted", "LoopChanged", "AiProviderDeleted", "LoopChanged", "AiProviderCreated", "LoopChanged"], kinds);
    }

    [Fact]
    public async Task Nothing_is_told_of_loop_when_other_models_do_not_become_available()
    {
        var project = await Team.ProjectAsync("Bot");
        var id = await Team.ProviderAsync("Main");
        await using var heard = await Team.WatchAsync(Owner, "organizationEvents");

        await SaveAsync(new { aiProviderId = id, type = "openai", name = "Renamed" });
        await Team.ProviderAsync("Own", "anthropic", project);
        await SaveAsync(new { aiProviderId = id, type = "openai", models = new[] { "gpt-4o" } });

        Assert.Equal(
            ["AiProviderUpdated", "AiProviderCreated", "AiProviderUpdated", "LoopChanged"],
            [(await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind()]);
    }

    [Fact]
    public async Task Refused_without_a_provider_of_the_organization()
    {
        await Team.ProviderAsync("Own", projectId: await Team.ProjectAsync("Bot"));
        await SaveAsync(new { type = "custom", name = "Embeds", endpointUrl = "https://models.example", customModels = new[] { new { name = "e", format = "OPENAI", flavor = "EMBEDDING" } } });

        Assert.Equal(["ProviderRequiredError input.models"], (await SelectAsync("gpt-4o")).Errors);
    }

    [Fact]
    public async Task Refused_when_a_model_is_not_of_the_organizations_providers_or_the_list_is_bad()
    {
        await Team.ProviderAsync("Own", "groq", await Team.ProjectAsync("Bot"));
        await Team.ProviderAsync("Main");

        Assert.Equal(["ValidationError input.models.1"], (await SelectAsync("gpt-4o", "llama-3.1-8b-instant")).Errors);
        Assert.Equal(["ValidationError input.models.0"], (await SelectAsync("text-embedding-3-small")).Errors);
        Assert.Equal(["ValidationError input.models.1"], (await SelectAsync("gpt-4o", "gpt-4o")).Errors);
        string[] many = [.. Enumerable.Range(0, 1001).Select(i => $"m{i}")];
        Assert.Equal(["BAD_USER_INPUT"], (await Owner.SendMutationAsync("selectLoopModels", new { organizationId = Team.Id, models = many })).Codes);
        await SaveAsync(new { type = "openai", name = "Main", models = many[..1000] });
        Assert.Empty((await SelectAsync(many[..1000])).Errors);
    }

    [Fact]
    public async Task Refused_when_stale_or_the_caller_may_not()
    {
        await Team.ProviderAsync("Main");
        var selected = await SelectAsync("gpt-4o");
        var eli = await Team.JoinAsync(Team.Engineers);
        object At(int expectedVersion) => new { organizationId = Team.Id, models = new[] { "gpt-4.1" }, expectedVersion };

        Assert.Equal(["ConflictError input.expectedVersion"], (await Owner.MutateAsync("selectLoopModels", At(0))).Errors);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await eli.Client.SendMutationAsync("selectLoopModels", At(0))).Codes);
        Assert.Empty((await Owner.MutateAsync("selectLoopModels", At(selected.Version!.Value))).Errors);
        await WrongInput.OrganizationIdAsync(Team, "selectLoopModels", organizationId => new { organizationId, models = new[] { "gpt-4o" } });
    }

    private async Task<JsonElement> LoopAsync() => (await Team.QueryAsync(Loop)).GetProperty("loop");

    private Task<Payload> SelectAsync(params string[] models) => Owner.MutateAsync("selectLoopModels", new { organizationId = Team.Id, models }, $"organization {{ {Loop} }}");

    private Task<Payload> DeleteAsync(string aiProviderId) => Owner.MutateAsync("deleteAiProvider", new { aiProviderId }, "unavailableLoopModels");

    private async Task SaveAsync(object input)
    {
        var fields = JsonSerializer.SerializeToNode(input)!.AsObject();
        fields["organizationId"] = Team.Id;
        Assert.Empty((await Owner.MutateAsync("saveAiProvider", fields)).Errors);
    }

    private static string[] Names(JsonElement loop, string list) => [.. loop.GetProperty(list).EnumerateArray().Select(model => model.GetProperty("name").GetString()!)];
}
