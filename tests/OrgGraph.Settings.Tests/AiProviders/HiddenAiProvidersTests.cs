using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Outbound;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

/// <summary>What is within a project's provider is for those who may change it, on every path of the schema; for strangers to the project there is none.</summary>
[Collection("AiProviders")]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class HiddenAiProvidersTests(SharedServer server) : TeamTest(server)
{
    private const string Masked =
        """[{"preview":null,"settings":[],"headers":[],"endpointUrl":null,"customModels":[],"secretUpdatedAt":null,"secretUpdatedBy":null,"isStale":false,"lastUsedAt":null,"overriddenIn":[],"lastTest":null}]""";

    // Each stands in one place within the provider, and nowhere else.
    private static readonly string[] Inside = ["planted.example", "planted-setting", "X-Planted", "planted-model", "hea...nted", "pla...cret"];

    private readonly PlayingServer _vendor = PlayingServer.Start();
    private readonly Dictionary<string, string> _arguments = [];
    private string _project = null!;
    private string _provider = null!;
    private string _organizations = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _project = await Team.ProjectAsync("Project");
        _organizations = await Team.ProviderAsync("House", "custom");
        _provider = (await SaveAsync("planted-and-long-enough-to-be-shown-secret")).Text("aiProvider", "id");
        _arguments["Organization.project"] = "name: \"Project\"";
        _arguments["Organization.environment"] = "slug: \"none\"";
        _arguments["Organization.providerForModel"] = _arguments["Project.providerForModel"] = "model: \"planted-model\"";
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _vendor.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_within_is_on_any_path_when_a_viewer_looks()
    {
        var vera = (await Team.JoinAsync(Team.Viewers)).Client;
        var (seen, own) = (0, new HashSet<string>());
        foreach (var (field, selection) in Paths())
        {
            var document = $"query($id: ID!) {{ organization(id: $id) {{ {selection} }} }}";
            var answer = await vera.SendAsync(document, new { id = Team.Id });
            Assert.All(Inside, planted => Assert.DoesNotContain(planted, answer.Text, StringComparison.Ordinal));
            seen += answer.Text.Contains(_provider, StringComparison.Ordinal) ? 1 : 0;
            var owners = await Owner.SendAsync(document, new { id = Team.Id });
            Assert.True(owners.Errors is null, $"{field}: {owners.Text}");
            own.UnionWith(Inside.Where(planted => owners.Text.Contains(planted, StringComparison.Ordinal)));
        }

        Assert.True(seen >= 4, "A viewer of the project sees that there is one.");
        Assert.Equal(Inside.Order(), own.Order());
        var node = await vera.QueryAsync(
            "query($ids: [ID!]!) { nodes(ids: $ids) { ... on AiProvider { preview settings { name } headers { name } endpointUrl customModels { name } secretUpdatedAt secretUpdatedBy { id } isStale lastUsedAt overriddenIn { id } lastTest { url } } } }",
            new { ids = new[] { _provider } });
        Assert.Equal(Masked, node.GetProperty("nodes").GetRawText());
    }

    [Fact]
    public async Task Name_type_scope_project_and_models_are_shown_when_a_viewer_looks()
    {
        var vera = (await Team.JoinAsync(Team.Viewers)).Client;

        var seen = await vera.QueryAsync("query($id: ID!) { node(id: $id) { ... on AiProvider { name type isCustom scope project { name } models } } }", new { id = _provider });

        Assert.Equal("""{"name":"House","type":"custom","isCustom":true,"scope":"PROJECT","project":{"name":"Project"},"models":["listed"]}""", seen.GetProperty("node").GetRawText());
    }

    [Fact]
    public async Task Nothing_within_is_in_any_event_when_a_viewer_listens()
    {
        var vera = (await Team.JoinAsync(Team.Viewers)).Client;
        var cursor = (await Team.QueryAsync("cursor")).GetProperty("cursor").GetString();
        await SaveAsync("planted-and-another-one-to-be-shown-secret");
        await Owner.MutateAsync("testAiProvider", new { organizationId = Team.Id, projectId = _project, aiProviderId = _provider });
        await Owner.MutateAsync("deleteAiProvider", new { aiProviderId = _provider });
        await Team.ProjectAsync("The last");

        var (told, own) = (await HearAsync(vera, cursor, "... on AiProviderUpdated { secretChanged }"), await HearAsync(Owner, cursor, "... on AiProviderUpdated { secretChanged }"));
        Assert.Equal(["AiProviderUpdated", "AiProviderDeleted"], told.Select(KindOf).Where(kind => kind.StartsWith("AiProvider", StringComparison.Ordinal)));
        Assert.Equal(["AiProviderUpdated", "AiProviderTested", "AiProviderDeleted"], own.Select(KindOf).Where(kind => kind.StartsWith("AiProvider", StringComparison.Ordinal)));
        Assert.Contains("\"secretChanged\":false", told[0], StringComparison.Ordinal);
        Assert.Contains("\"secretChanged\":true", own[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_within_is_in_any_field_of_an_event_when_a_viewer_listens()
    {
        var vera = (await Team.JoinAsync(Team.Viewers)).Client;
        var cursor = (await Team.QueryAsync("cursor")).GetProperty("cursor").GetString();
        await SaveAsync("planted-and-another-one-to-be-shown-secret");
        await Owner.MutateAsync("testAiProvider", new { organizationId = Team.Id, projectId = _project, aiProviderId = _provider });
        await Team.ProjectAsync("The last");
        var (told, own) = ("", "");
        foreach (var kind in SchemaWalk.Possible("OrganizationEvent", 2, _arguments).Where(kind => kind.StartsWith("... on AiProvider", StringComparison.Ordinal) || kind.StartsWith("... on Loop", StringComparison.Ordinal)))
        {
            told += string.Concat(await HearAsync(vera, cursor, kind));
            own += string.Concat(await HearAsync(Owner, cursor, kind));
        }

        Assert.All(Inside, planted => Assert.DoesNotContain(planted, told, StringComparison.Ordinal));
        Assert.All(Inside, planted => Assert.Contains(planted, own, StringComparison.Ordinal));
        Assert.Contains(_provider, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task There_is_none_when_somebody_looks_who_may_not_read_the_project()
    {
        var guest = (await Team.JoinAsync(await Team.GroupAsync("Without rights"))).Client;
        await using var heard = await Team.WatchAsync(guest, "aiProvidersChanged");
        await SaveAsync("planted-and-a-third-one-to-be-shown-secret");
        await Team.ProviderAsync("Marker");

        var seen = await guest.QueryAsync(
            "query($id: ID!, $org: ID!, $main: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } main: node(id: $main) { ... on AiProvider { overriddenIn { name } } } organization(id: $org) { aiProviders { totalCount } } }",
            new { id = _provider, org = Team.Id, main = _organizations });

        Assert.Equal("Marker", (await heard.NextEventAsync()).GetProperty("subjectName").GetString());
        Assert.Equal(
            """{"node":null,"nodes":[null],"main":{"overriddenIn":[]},"organization":{"aiProviders":{"totalCount":2}}}""",
            seen.GetRawText());
        foreach (var mutation in new[] { "saveAiProvider", "testAiProvider" })
        {
            object At(string id) => new { organizationId = Team.Id, projectId = _project, aiProviderId = id, type = "custom" };
            Assert.Equal((await guest.SendMutationAsync(mutation, At(Team.UnknownId(NodeType.AiProvider)))).Text, (await guest.SendMutationAsync(mutation, At(_provider))).Text);
        }

        Assert.Equal(["Project"], (await Team.NodeAsync(_organizations, "... on AiProvider { overriddenIn { name } }")).GetProperty("overriddenIn").EnumerateArray().Select(project => project.GetProperty("name").GetString()));
    }

    private Task<Payload> SaveAsync(string secret) => Owner.MutateAsync(
        "saveAiProvider",
        new
        {
            organizationId = Team.Id,
            projectId = _project,
            type = "custom",
            name = "House",
            secret,
            endpointUrl = $"{_vendor.Address}/planted.example",
            models = new[] { "listed" },
            settings = new[] { new { name = "planted-setting", value = "1" } },
            headers = new[] { new { name = "X-Planted", value = "header-value-that-is-long-enough-planted" } },
            customModels = new[] { new { name = "planted-model", format = "OPENAI" } },
        },
        "aiProvider { id }");

    // Every way that leads to providers: from the organization, and from a project wherever projects stand.
    private IEnumerable<(string Field, string Selection)> Paths()
    {
        foreach (var path in SchemaWalk.FieldsOf("Organization", 3, _arguments).Where(one => one.Field is "aiProviders" or "providerForModel" or "loop"))
        {
            yield return path;
        }

        // All of a provider in one place costs more than a document may, deep down; so it is asked for in parts.
        foreach (var part in SchemaWalk.FieldsOf("AiProvider", 1, _arguments).Select(one => one.Selection).Chunk(6).Select(some => string.Join(' ', some)))
        {
            foreach (var way in new[]
            {
                "aiProviders(first: 2) { nodes { @ } }", "effectiveAiProviders { provider { @ } }", "effectiveAiProviders { overrides { @ } }", "providerForModel(model: \"planted-model\") { candidates { provider { @ } } }",
                "providerForModel(model: \"planted-model\") { candidates { overrides { @ } } }",
            })
            {
                var selection = way.Replace("@", part, StringComparison.Ordinal);
                yield return (way, $"project(name: \"Project\") {{ {selection} }}");
                yield return (way, $"projects(first: 1) {{ nodes {{ {selection} }} }}");
            }

            yield return ("overriddenIn", $"aiProviders(first: 1) {{ nodes {{ overriddenIn {{ effectiveAiProviders {{ provider {{ {part} }} }} }} }} }}");
        }
    }

    private async Task<List<string>> HearAsync(Client client, string? after, string fields)
    {
        var heard = new List<string>();
        await using var events = await client.SubscribeAsync(
            $"subscription($id: ID!, $after: String) {{ organizationEvents(organizationId: $id, after: $after) {{ __typename subjectName {fields} }} }}", new { id = Team.Id, after });
        while (true)
        {
            var next = await events.NextAsync();
            Assert.False(next.TryGetProperty("errors", out var errors), errors.ToString());
            var happened = next.GetProperty("data").GetProperty("organizationEvents");
            if (happened.GetProperty("subjectName").GetString() == "The last")
            {
                return heard;
            }

            heard.Add(happened.GetRawText());
        }
    }

    private static string KindOf(string happened) => JsonDocument.Parse(happened).RootElement.Kind();
}
