using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

[Collection("AiProviders")]
public sealed class ProviderForModelTests(SharedServer server) : TeamTest(server)
{
    private const string Routing = "configured missing candidates { source provider { name } overrides { name } } suggestedTypes { type } viewerCanAddAt";

    [Fact]
    public async Task Says_what_is_missing_when_nothing_is_configured()
    {
        await Team.ProjectAsync("Bot");

        var known = await AskAsync("gpt-4o");
        var unknown = await AskAsync("no-such-model");

        Assert.Equal((false, "NO_PROVIDER"), (known.GetProperty("configured").GetBoolean(), known.GetProperty("missing").GetString()));
        Assert.Equal("""[{"type":"openai"},{"type":"azure"},{"type":"azure_ai_gateway"}]""", known.GetProperty("suggestedTypes").GetRawText());
        Assert.Equal(("UNKNOWN_MODEL", "[]"), (unknown.GetProperty("missing").GetString(), unknown.GetProperty("suggestedTypes").GetRawText()));
    }

    [Fact]
    public async Task Says_at_which_scope_the_viewer_may_add_one()
    {
        await Team.ProjectAsync("Bot");
        var (eli, vera) = ((await Team.JoinAsync(Team.Engineers)).Client, (await Team.JoinAsync(Team.Viewers)).Client);
        var manager = (await Team.JoinAsync(Team.Viewers, await Team.GroupAsync("Managers", permissions: Team.Right("UPDATE", "ORGANIZATION")))).Client;

        var seen = new List<string>();
        foreach (var client in new[] { Owner, manager, eli, vera })
        {
            seen.Add((await AskAsync("gpt-4o", client)).GetProperty("viewerCanAddAt").GetRawText());
        }

        Assert.Equal(["""["ORGANIZATION","PROJECT"]""", """["ORGANIZATION"]""", """["PROJECT"]""", "[]"], seen);
        var organization = await Team.QueryAsync("providerForModel(model: \"gpt-4o\") { viewerCanAddAt }");
        Assert.Equal("""["ORGANIZATION"]""", organization.GetProperty("providerForModel").GetProperty("viewerCanAddAt").GetRawText());
    }

    [Fact]
    public async Task Candidates_are_those_that_count_in_order_of_use()
    {
        var project = await Team.ProjectAsync("Bot");
        await Team.ProviderAsync("B");
        await Team.ProviderAsync("A");
        await Team.ProviderAsync("Claude", "anthropic");
        await SaveAsync(new { type = "custom", name = "House", endpointUrl = "https://models.example", customModels = new[] { new { name = "gpt-4o", format = "OPENAI" } } });

        var organizations = await AskAsync("gpt-4o");
        await Team.ProviderAsync("Own", projectId: project);
        var own = await AskAsync("gpt-4o");

        Assert.Equal("ORGANIZATION A; ORGANIZATION B; ORGANIZATION House", Lines(organizations));
        Assert.Equal(JsonValueKind.Null, organizations.GetProperty("missing").ValueKind);
        Assert.Equal("PROJECT Own for A, B; ORGANIZATION House", Lines(own));
    }

    [Fact]
    public async Task Lists_of_a_provider_decide_what_it_serves()
    {
        await Team.ProjectAsync("Bot");
        await SaveAsync(new { type = "openai", name = "Main", secret = "s", models = new[] { "gpt-4o", "gpt-next" } });

        Assert.Equal(("ORGANIZATION Main", "ORGANIZATION Main"), (Lines(await AskAsync("gpt-4o")), Lines(await AskAsync("gpt-next"))));
        Assert.Equal("MODEL_NOT_ALLOWED", (await AskAsync("gpt-4.1")).GetProperty("missing").GetString());
        Assert.Equal("UNKNOWN_MODEL", (await AskAsync("GPT-4o")).GetProperty("missing").GetString());
        Assert.Equal("NO_PROVIDER", (await AskAsync("claude-4.5-sonnet")).GetProperty("missing").GetString());
        await SaveAsync(new { type = "openai", name = "Main", models = (string[]?)null, excludeDefaultModels = true, customModels = new[] { new { name = "own", format = "OPENAI" } } });
        Assert.Equal("MODEL_NOT_ALLOWED", (await AskAsync("gpt-4o")).GetProperty("missing").GetString());
        Assert.Equal("ORGANIZATION Main", Lines(await AskAsync("own")));
    }

    [Fact]
    public async Task Override_does_not_fall_back_when_its_list_leaves_the_model_out()
    {
        var project = await Team.ProjectAsync("Bot");
        await Team.ProviderAsync("Main");
        await SaveAsync(new { projectId = project, type = "openai", name = "Own", secret = "s", models = new[] { "gpt-4.1" } });

        Assert.Equal("MODEL_NOT_ALLOWED", (await AskAsync("gpt-4o")).GetProperty("missing").GetString());
        Assert.Equal("PROJECT Own for Main", Lines(await AskAsync("gpt-4.1")));
    }

    private async Task<JsonElement> AskAsync(string model, Client? client = null)
    {
        var seen = await Team.QueryAsync(client ?? Owner, $"project(name: \"Bot\") {{ providerForModel(model: $text) {{ {Routing} }} }}".Replace("$text", JsonSerializer.Serialize(model), StringComparison.Ordinal));
        return seen.GetProperty("project").GetProperty("providerForModel");
    }

    private async Task SaveAsync(object input)
    {
        var fields = JsonSerializer.SerializeToNode(input)!.AsObject();
        fields["organizationId"] = Team.Id;
        Assert.Empty((await Owner.MutateAsync("saveAiProvider", fields)).Errors);
    }

    private static string Lines(JsonElement routing) => string.Join("; ", routing.GetProperty("candidates").EnumerateArray().Select(candidate =>
    {
        var overrides = string.Join(", ", candidate.GetProperty("overrides").EnumerateArray().Select(other => other.GetProperty("name").GetString()));
        return $"{candidate.GetProperty("source").GetString()} {candidate.GetProperty("provider").GetProperty("name").GetString()}{(overrides.Length > 0 ? " for " + overrides : "")}";
    }));
}
