using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

[Collection("AiProviders")]
public sealed class EffectiveAiProvidersTests(SharedServer server) : TeamTest(server)
{
    private const string Effective = "project(name: \"Bot\") { effectiveAiProviders { source provider { name scope } overrides { name } } } aiProviders { nodes { name overriddenIn { name } } }";

    [Theory]
    [MemberData(nameof(Pages.BadSizes), MemberType = typeof(Pages))]
    public async Task Refused_when_the_page_is_none(string arguments) => await Pages.RefusedAsync(Team, "aiProviders", arguments);

    [Fact]
    public async Task Listed_by_name_when_asked()
    {
        foreach (var name in new[] { "b", "A", "a", "B", "c" })
        {
            await Team.ProviderAsync(name);
        }

        var ids = await Pages.BothWaysAsync(Team, "aiProviders", 2, 5);

        Assert.Equal(5, ids.Count);
        var seen = await Team.QueryAsync("aiProviders { nodes { name } }");
        Assert.Equal("""[{"name":"A"},{"name":"B"},{"name":"a"},{"name":"b"},{"name":"c"}]""", seen.GetProperty("aiProviders").GetProperty("nodes").GetRawText());
    }

    [Fact]
    public async Task Projects_provider_takes_the_place_of_those_of_its_type_and_gives_it_back()
    {
        var project = await Team.ProjectAsync("Bot");
        await Team.ProviderAsync("Main");
        await Team.ProviderAsync("Second");
        await Team.ProviderAsync("Claude", "anthropic");
        await using var heard = await Team.WatchAsync(Owner, "aiProvidersChanged");

        var before = await Team.QueryAsync(Effective);
        var own = await Team.ProviderAsync("Own", projectId: project);
        var overridden = await Team.QueryAsync(Effective);
        await Owner.MutateAsync("deleteAiProvider", new { aiProviderId = own });
        var after = await Team.QueryAsync(Effective);

        Assert.Equal(["ORGANIZATION Claude", "ORGANIZATION Main", "ORGANIZATION Second"], Lines(before));
        Assert.Equal(["PROJECT Own for Main, Second", "ORGANIZATION Claude"], Lines(overridden));
        Assert.Equal(["Main in Bot", "Second in Bot"], Overridden(overridden));
        Assert.Equal(before.GetRawText(), after.GetRawText());
        Assert.Equal(["AiProviderCreated", "AiProviderDeleted"], [(await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind()]);
    }

    [Fact]
    public async Task Custom_provider_takes_the_place_of_its_namesake_only()
    {
        var project = await Team.ProjectAsync("Bot");
        await Team.ProviderAsync("House", "custom");
        await Team.ProviderAsync("house", "custom");
        await Team.ProviderAsync("Main");
        await Team.ProviderAsync("House", "custom", project);
        await Team.ProviderAsync("Main", "custom", project);

        var seen = await Team.QueryAsync(Effective);

        Assert.Equal(["PROJECT House for House", "PROJECT Main", "ORGANIZATION Main", "ORGANIZATION house"], Lines(seen));
        Assert.Equal(["House in Bot"], Overridden(seen));
    }

    [Fact]
    public async Task Projects_own_are_listed_to_who_may_change_it_only()
    {
        var project = await Team.ProjectAsync("Bot");
        await Team.ProviderAsync("Own", projectId: project);
        var vera = await Team.JoinAsync(Team.Viewers);
        const string Own = "query($id: ID!) { organization(id: $id) { project(name: \"Bot\") { aiProviders(first: 5) { totalCount nodes { name } } } } }";

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await vera.Client.SendAsync(Own, new { id = Team.Id })).Codes);
        Assert.Contains("\"Own\"", (await (await Team.JoinAsync(Team.Engineers)).Client.QueryAsync(Own, new { id = Team.Id })).GetRawText(), StringComparison.Ordinal);
    }

    private static string[] Lines(JsonElement organization) =>
    [
        .. organization.GetProperty("project").GetProperty("effectiveAiProviders").EnumerateArray().Select(one =>
        {
            var overrides = string.Join(", ", one.GetProperty("overrides").EnumerateArray().Select(other => other.GetProperty("name").GetString()));
            Assert.Equal(one.GetProperty("source").GetString(), one.GetProperty("provider").GetProperty("scope").GetString());
            return $"{one.GetProperty("source").GetString()} {one.GetProperty("provider").GetProperty("name").GetString()}{(overrides.Length > 0 ? " for " + overrides : "")}";
        }),
    ];

    private static string[] Overridden(JsonElement organization) =>
    [
        .. organization.GetProperty("aiProviders").GetProperty("nodes").EnumerateArray()
            .SelectMany(provider => provider.GetProperty("overriddenIn").EnumerateArray().Select(project => $"{provider.GetProperty("name").GetString()} in {project.GetProperty("name").GetString()}")),
    ];
}
