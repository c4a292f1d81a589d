using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Projects;

[CollectionDefinition("Projects")]
public sealed class ProjectsServer : ICollectionFixture<SharedServer>;

[Collection("Projects")]
public sealed class CreateProjectTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Project_exists_when_made_by_an_engineer()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var before = await Team.VersionAsync();
        await using var projects = await Team.WatchAsync(Owner, "projectsChanged", "... on ProjectCreated { project { name } projectEdge { cursor } }");

        var made = await eli.Client.MutateAsync("createProject", new { organizationId = Team.Id, name = "  Bot " }, "project { id name version viewerPermissions } projectEdge { cursor node { id } }");

        Assert.Empty(made.Errors);
        Assert.Equal(before + 1, made.Version);
        Assert.Equal(made.Version, made["project", "version"].GetInt32());
        Assert.Equal("Bot", made.Text("project", "name"));
        var told = await projects.NextEventAsync("ProjectCreated");
        Assert.Equal((made.Version, "Bot"), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
        Assert.Equal(made.Text("projectEdge", "cursor"), told.GetProperty("projectEdge").GetProperty("cursor").GetString());
        var found = await Team.QueryAsync("project(name: $text) { id }", "bOT");
        Assert.Equal(made.Text("project", "id"), found.GetProperty("project").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Project_is_hidden_when_its_maker_may_not_read()
    {
        var maker = await Team.JoinWithAsync("CREATE", "ALL_PROJECTS");

        var made = await maker.Client.MutateAsync("createProject", new { organizationId = Team.Id, name = "Blind" }, "project { id } projectEdge { cursor }");

        Assert.Empty(made.Errors);
        Assert.NotNull(made.Version);
        Assert.Equal(JsonValueKind.Null, made["project"].ValueKind);
        Assert.Equal(JsonValueKind.Null, made["projectEdge"].ValueKind);
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name)
    {
        var made = await Owner.MutateAsync("createProject", new { organizationId = Team.Id, name }, "project { id }");

        Assert.Equal(["ValidationError input.name"], made.Errors);
        Assert.Null(made.Version);
    }

    [Theory]
    [MemberData(nameof(WrongInput.SameNames), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_taken_but_for_case_and_form(string name)
    {
        await Team.ProjectAsync("Café");

        Assert.Equal(["ConflictError input.name"], (await Owner.MutateAsync("createProject", new { organizationId = Team.Id, name })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_name_is_no_unicode() =>
        await WrongInput.LoneSurrogateAsync(Owner, "createProject", $"{{\"organizationId\":\"{Team.Id}\",\"name\":\"@\"}}");

    [Fact]
    public async Task Refused_when_the_caller_may_not()
    {
        var vera = await Team.JoinAsync(Team.Viewers);

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await vera.Client.SendMutationAsync("createProject", new { organizationId = Team.Id, name = "A" })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHENTICATED"], (await App.Anonymous.SendMutationAsync("createProject", new { organizationId = Team.Id, name = "A" })).Codes);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() => await WrongInput.OrganizationIdAsync(Team, "createProject", organizationId => new { organizationId, name = "A" });
}

public sealed class CreateProjectLimitTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:Projects", "1")];

    [Fact]
    public async Task Refused_when_the_limit_is_reached()
    {
        var team = await Team.FoundAsync(App);
        await team.ProjectAsync("First");

        var second = await team.Owner.Client.MutateAsync("createProject", new { organizationId = team.Id, name = "Second" }, "limits: errors { ... on LimitReachedError { limit } }");

        Assert.StartsWith("LimitReachedError", Assert.Single(second.Errors));
        Assert.Equal(1, second["limits"][0].GetProperty("limit").GetInt32());
    }
}
