using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Environments;

[CollectionDefinition("Environments")]
public sealed class EnvironmentsServer : ICollectionFixture<SharedServer>;

[Collection("Environments")]
public sealed class CreateEnvironmentTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Environment_exists_when_made()
    {
        var before = await Team.VersionAsync();
        await using var heard = await Team.WatchAsync(Owner, "environmentsChanged", "... on EnvironmentCreated { environment { slug } environmentEdge { cursor } }");

        var made = await CreateAsync(new { organizationId = Team.Id, name = " Test / Preview ", description = " What for " });

        Assert.Empty(made.Errors);
        Assert.Equal(before + 1, made.Version);
        Assert.Equal(made.Version, made["environment", "version"].GetInt32());
        Assert.Equal(("Test / Preview", "test-preview", "What for"), (made.Text("environment", "name"), made.Text("environment", "slug"), made.Text("environment", "description")));
        var told = await heard.NextEventAsync("EnvironmentCreated");
        Assert.Equal((made.Version, "Test / Preview"), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
        Assert.Equal(made.Text("environmentEdge", "cursor"), told.GetProperty("environmentEdge").GetProperty("cursor").GetString());
        var found = await Team.QueryAsync("environment(slug: \"test-preview\") { id }");
        Assert.Equal(made.Text("environment", "id"), found.GetProperty("environment").GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("Production", null, "production")]
    [InlineData("  A__B  C ", null, "a-b-c")]
    [InlineData("-x-", null, "x")]
    [InlineData("Übung", null, "bung")]
    [InlineData("Anything", "My-Slug", "my-slug")]
    public async Task Slug_is_made_of_the_name_when_left_out(string name, string? slug, string expected)
    {
        var input = slug is null ? (object)new { organizationId = Team.Id, name } : new { organizationId = Team.Id, name, slug };

        Assert.Equal(expected, (await CreateAsync(input)).Text("environment", "slug"));
    }

    [Theory]
    [InlineData("Name", "", "slug")]
    [InlineData("Name", "a b", "slug")]
    [InlineData("Name", "-a", "slug")]
    [InlineData("Name", "a--b", "slug")]
    [InlineData("Name", "ä", "slug")]
    [InlineData("日本", null, "name")]
    public async Task Refused_when_the_slug_is_bad(string name, string? slug, string field)
    {
        var made = await CreateAsync(new { organizationId = Team.Id, name, slug });

        Assert.Equal([$"ValidationError input.{field}"], made.Errors);
        Assert.Null(made.Version);
        Assert.Equal(JsonValueKind.Null, made["environment"].ValueKind);
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name) => Assert.Equal(["ValidationError input.name"], (await CreateAsync(new { organizationId = Team.Id, name })).Errors);

    [Theory]
    [MemberData(nameof(WrongInput.SameNames), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_taken_but_for_case_and_form(string name)
    {
        await Team.EnvironmentAsync("Café");

        Assert.Equal(["ConflictError input.name"], (await CreateAsync(new { organizationId = Team.Id, name, slug = "other" })).Errors);
    }

    [Fact]
    public async Task Refused_when_slug_is_taken_or_description_too_long_or_name_no_unicode()
    {
        await Team.EnvironmentAsync("One");

        Assert.Equal(["ConflictError input.slug"], (await CreateAsync(new { organizationId = Team.Id, name = "Two", slug = "ONE" })).Errors);
        Assert.Equal(["ConflictError input.slug"], (await CreateAsync(new { organizationId = Team.Id, name = "(One)" })).Errors);
        Assert.Equal(["ValidationError input.description"], (await CreateAsync(new { organizationId = Team.Id, name = "Two", description = new string('d', 2001) })).Errors);
        await WrongInput.LoneSurrogateAsync(Owner, "createEnvironment", $"{{\"organizationId\":\"{Team.Id}\",\"name\":\"@\"}}");
    }

    [Fact]
    public async Task Refused_when_the_caller_does_not_manage_settings()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var settler = await Team.JoinWithAsync("UPDATE", "ORGANIZATION");

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await eli.Client.SendMutationAsync("createEnvironment", new { organizationId = Team.Id, name = "A" })).Codes);
        Assert.Empty((await settler.Client.MutateAsync("createEnvironment", new { organizationId = Team.Id, name = "A" })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() => await WrongInput.OrganizationIdAsync(Team, "createEnvironment", organizationId => new { organizationId, name = "A" });

    private Task<Payload> CreateAsync(object input) =>
        Owner.MutateAsync("createEnvironment", input, "environment { id name slug description version } environmentEdge { cursor node { id } }");
}

public sealed class CreateEnvironmentLimitTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:Environments", "120")];

    [Fact]
    public async Task Each_comes_once_both_ways_when_120_are_paged_and_the_next_is_refused()
    {
        var team = await Team.FoundAsync(App);
        foreach (var number in Enumerable.Range(0, 120))
        {
            await team.EnvironmentAsync($"Environment {number}");
        }

        var next = await team.Owner.Client.MutateAsync("createEnvironment", new { organizationId = team.Id, name = "Next" }, "limits: errors { ... on LimitReachedError { limit } }");

        Assert.StartsWith("LimitReachedError", Assert.Single(next.Errors));
        Assert.Equal(120, next["limits"][0].GetProperty("limit").GetInt32());
        await Pages.BothWaysAsync(team, "environments", 50, 120);
        await Pages.BothWaysAsync(team, "environments", 7, 120);
    }
}
