using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Environments;

[Collection("Environments")]
public sealed class AssignVersionTests(SharedServer server) : TeamTest(server)
{
    private const string Selection =
        "assignment { id objectType objectId objectName objectVersion assignedAt assignedBy { displayName } environment { slug } project { name } } assignmentEdge { cursor node { id } }";

    private const string Told = """
        ... on VersionAssigned {
          assignmentId environmentId objectType objectId objectName objectVersion previousVersion assignment { objectVersion project { name } } assignmentEdge { cursor }
        }
        """;

    private string _environment = null!;
    private string _project = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_environment, _project) = (await Team.EnvironmentAsync("Production"), await Team.ProjectAsync("Bot"));
    }

    [Fact]
    public async Task Version_stands_in_the_environment_when_assigned()
    {
        var before = await Team.VersionAsync();
        await using var heard = await Team.WatchAsync(Owner, "environmentsChanged", Told);

        var made = await AssignAsync(new { environmentId = _environment, projectId = _project, objectType = "PROMPT", objectId = "prompt-1", objectName = " Greeting ", objectVersion = "7" });

        Assert.Empty(made.Errors);
        Assert.Equal(before + 1, made.Version);
        var assignment = made["assignment"];
        Assert.Equal(
            ("PROMPT", "prompt-1", "Greeting", "7", "production", "Bot"),
            (made.Text("assignment", "objectType"), made.Text("assignment", "objectId"), made.Text("assignment", "objectName"), made.Text("assignment", "objectVersion"),
                made.Text("assignment", "environment", "slug"), made.Text("assignment", "project", "name")));
        Assert.Equal(App.Clock.GetUtcNow(), assignment.GetProperty("assignedAt").GetDateTimeOffset());
        Assert.NotEqual(JsonValueKind.Null, assignment.GetProperty("assignedBy").ValueKind);
        var told = await heard.NextEventAsync("VersionAssigned");
        Assert.Equal((made.Version, "Greeting"), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
        Assert.Equal(made.Text("assignment", "id"), told.GetProperty("assignmentId").GetString());
        Assert.Equal(_environment, told.GetProperty("environmentId").GetString());
        Assert.Equal(("PROMPT", "prompt-1", "Greeting", "7"), (Text(told, "objectType"), Text(told, "objectId"), Text(told, "objectName"), Text(told, "objectVersion")));
        Assert.Equal(JsonValueKind.Null, told.GetProperty("previousVersion").ValueKind);
        Assert.Equal("Bot", told.GetProperty("assignment").GetProperty("project").GetProperty("name").GetString());
        Assert.Equal(made.Text("assignmentEdge", "cursor"), told.GetProperty("assignmentEdge").GetProperty("cursor").GetString());
        Assert.Equal("7", (await Team.NodeAsync(made.Text("assignment", "id"), "... on EnvironmentAssignment { objectVersion }")).GetProperty("objectVersion").GetString());
    }

    [Fact]
    public async Task One_row_and_one_event_when_the_same_is_assigned_again_and_a_second_event_for_another_version()
    {
        var input = new { environmentId = _environment, projectId = _project, objectType = "FUNCTION", objectId = "tool-1", objectName = "Tool", objectVersion = "1" };
        var first = await AssignAsync(input);
        await using var heard = await Team.WatchAsync(Owner, "environmentsChanged", Told);

        var again = await AssignAsync(input);
        var other = await AssignAsync(new { environmentId = _environment, projectId = _project, objectType = "FUNCTION", objectId = "tool-1", objectVersion = "2" });

        Assert.Empty(again.Errors);
        Assert.Null(again.Version);
        Assert.Equal(first["assignment"].ToString(), again["assignment"].ToString());
        Assert.Equal(first.Version + 1, other.Version);
        Assert.Equal((first.Text("assignment", "id"), "Tool", "2"), (other.Text("assignment", "id"), other.Text("assignment", "objectName"), other.Text("assignment", "objectVersion")));
        var told = await heard.NextEventAsync("VersionAssigned");
        Assert.Equal((other.Version, "1", "2"), (told.GetProperty("version").GetInt32(), Text(told, "previousVersion"), Text(told, "objectVersion")));
        Assert.Equal(1, (await AssignmentsAsync()).GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Each_object_has_its_own_when_kind_id_project_or_environment_differs()
    {
        var (environment, project) = (await Team.EnvironmentAsync("Staging"), await Team.ProjectAsync("Other"));
        string[] ids =
        [
            await Team.AssignAsync(_environment, _project, "one", "1"),
            await Team.AssignAsync(_environment, _project, "one", "2", "FUNCTION"),
            await Team.AssignAsync(_environment, _project, "ONE", "3"),
            await Team.AssignAsync(_environment, project, "one", "4"),
            await Team.AssignAsync(environment, _project, "one", "5"),
        ];

        Assert.Equal(5, ids.Distinct().Count());
        Assert.Equal(4, (await AssignmentsAsync()).GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Label_stays_when_left_out_and_goes_when_null()
    {
        async Task<Payload> Assign(object name) => await AssignAsync(new Dictionary<string, object?>
        {
            ["environmentId"] = _environment,
            ["projectId"] = _project,
            ["objectType"] = "PROMPT",
            ["objectId"] = "p",
            ["objectVersion"] = "1",
            ["objectName"] = name is DBNull ? null : name,
        });
        var first = await Assign("Label");
        await using var heard = await Team.WatchAsync(Owner, "environmentsChanged", Told);

        var cleared = await Assign(DBNull.Value);
        var renamed = await Assign("Another");

        Assert.Equal(JsonValueKind.Null, cleared["assignment", "objectName"].ValueKind);
        Assert.Equal("Another", renamed.Text("assignment", "objectName"));
        Assert.Equal([first.Version + 1, first.Version + 2], new[] { cleared.Version, renamed.Version });
        var told = await heard.NextEventAsync("VersionAssigned");
        Assert.Equal(("p", "1", "1"), (told.GetProperty("subjectName").GetString(), Text(told, "previousVersion"), Text(told, "objectVersion")));
        Assert.Equal(first["assignment", "assignedAt"].ToString(), renamed["assignment", "assignedAt"].ToString());
    }

    [Theory]
    [InlineData("objectId", "")]
    [InlineData("objectId", " ")]
    [InlineData("objectId", "a\nb")]
    [InlineData("objectVersion", "")]
    [InlineData("objectVersion", "\t")]
    [InlineData("objectVersion", "a\0")]
    [InlineData("objectName", "a\nb")]
    public async Task Refused_when_a_text_is_bad(string field, string text)
    {
        var before = await Team.VersionAsync();

        var made = await AssignAsync(Input(field, text));

        Assert.Equal([$"ValidationError input.{field}"], made.Errors);
        Assert.Equal(JsonValueKind.Null, made["assignment"].ValueKind);
        Assert.Equal(before, await Team.VersionAsync());
    }

    [Theory]
    [InlineData("objectId")]
    [InlineData("objectVersion")]
    [InlineData("objectName")]
    public async Task Accepted_at_256_characters_and_refused_beyond(string field)
    {
        Assert.Empty((await AssignAsync(Input(field, new string('x', 256)))).Errors);
        Assert.Equal([$"ValidationError input.{field}"], (await AssignAsync(Input(field, new string('x', 257)))).Errors);
    }

    [Fact]
    public async Task Unknown_when_the_project_may_not_be_read_and_refused_when_it_may_not_be_changed()
    {
        var other = await Team.ProjectAsync("Other");
        var reader = await Team.JoinWithAsync("READ", "PROJECT", _project);
        var settler = await Team.JoinWithAsync("UPDATE", "ORGANIZATION");
        var eli = await Team.JoinAsync(Team.Engineers);

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("assignVersion", Input("objectVersion", "1"))).Codes);
        Assert.Equal(["NotFoundError input.projectId"], (await reader.Client.MutateAsync("assignVersion", Input("projectId", other))).Errors);
        Assert.Equal(["NotFoundError input.projectId"], (await settler.Client.MutateAsync("assignVersion", Input("objectVersion", "1"))).Errors);
        Assert.Empty((await eli.Client.MutateAsync("assignVersion", Input("objectVersion", "1"))).Errors);
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong()
    {
        await WrongInput.TargetIdAsync(Team, "assignVersion", "projectId", NodeType.Project, projectId => Input("projectId", projectId));
        await WrongInput.OtherIdAsync(Team, "assignVersion", "input.environmentId", NodeType.Environment, environmentId => Input("environmentId", environmentId));
    }

    [Fact]
    public async Task One_assignment_when_many_assign_at_once()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 20).Select(number => AssignAsync(Input("objectVersion", $"{number}"))));

        Assert.Single(made.Select(one => one.Text("assignment", "id")).Distinct());
        Assert.Equal(20, made.Select(one => one.Version).Distinct().Count());
        Assert.Equal(1, (await AssignmentsAsync()).GetProperty("totalCount").GetInt32());
    }

    private Dictionary<string, object> Input(string field, string value) => new()
    {
        ["environmentId"] = _environment,
        ["projectId"] = _project,
        ["objectType"] = "PROMPT",
        ["objectId"] = "prompt-1",
        ["objectVersion"] = "1",
        [field] = value,
    };

    private static string? Text(JsonElement told, string field) => told.GetProperty(field).GetString();

    private Task<Payload> AssignAsync(object input) => Owner.MutateAsync("assignVersion", input, Selection);

    private async Task<JsonElement> AssignmentsAsync() =>
        (await Team.QueryAsync("environment(slug: \"production\") { assignments { totalCount nodes { id } } }")).GetProperty("environment").GetProperty("assignments");
}

public sealed class AssignVersionLimitTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:Assignments", "2")];

    [Fact]
    public async Task Refused_beyond_the_limit_over_all_environments_but_not_another_version_of_the_same()
    {
        var team = await Team.FoundAsync(App);
        var (one, two, project) = (await team.EnvironmentAsync("One"), await team.EnvironmentAsync("Two"), await team.ProjectAsync("Bot"));
        var first = await team.AssignAsync(one, project, "a", "1");
        await team.AssignAsync(two, project, "a", "1");

        var third = await team.Owner.Client.MutateAsync(
            "assignVersion", new { environmentId = one, projectId = project, objectType = "PROMPT", objectId = "b", objectVersion = "1" }, "limits: errors { ... on LimitReachedError { limit } }");

        Assert.Equal(["LimitReachedError input"], third.Errors);
        Assert.Equal(2, third["limits"][0].GetProperty("limit").GetInt32());
        Assert.Equal(first, await team.AssignAsync(one, project, "a", "2"));
        Assert.Empty((await team.Owner.Client.MutateAsync("unassignVersion", new { assignmentId = first })).Errors);
        await team.AssignAsync(one, project, "b", "1");
    }
}
