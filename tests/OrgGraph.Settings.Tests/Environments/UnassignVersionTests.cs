using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Environments;

[Collection("Environments")]
public sealed class UnassignVersionTests(SharedServer server) : TeamTest(server)
{
    private string _environment = null!;
    private string _project = null!;
    private string _assignment = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_environment, _project) = (await Team.EnvironmentAsync("Production"), await Team.ProjectAsync("Bot"));
        _assignment = await Team.AssignAsync(_environment, _project, "prompt-1", "7", objectName: "Greeting");
    }

    [Fact]
    public async Task Assignment_is_gone_when_unassigned()
    {
        var before = await Team.VersionAsync();
        await using var heard = await Team.WatchAsync(
            Owner, "environmentsChanged", "... on VersionUnassigned { assignmentId environmentId objectType objectId previousVersion }");

        var gone = await Owner.MutateAsync("unassignVersion", new { assignmentId = _assignment }, "deletedAssignmentId environment { id assignments { totalCount } }");

        Assert.Empty(gone.Errors);
        Assert.Equal(before + 1, gone.Version);
        Assert.Equal((_assignment, _environment), (gone.Text("deletedAssignmentId"), gone.Text("environment", "id")));
        Assert.Equal(0, gone["environment", "assignments", "totalCount"].GetInt32());
        var told = await heard.NextEventAsync("VersionUnassigned");
        Assert.Equal((gone.Version, "Greeting"), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
        Assert.Equal(
            (_assignment, _environment, "PROMPT", "prompt-1", "7"),
            (told.GetProperty("assignmentId").GetString(), told.GetProperty("environmentId").GetString(), told.GetProperty("objectType").GetString(), told.GetProperty("objectId").GetString(),
                told.GetProperty("previousVersion").GetString()));
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(_assignment, "id")).ValueKind);
        var again = await Owner.MutateAsync("unassignVersion", new { assignmentId = _assignment }, "deletedAssignmentId environment { id }");
        Assert.Equal(["NotFoundError input.assignmentId"], again.Errors);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (again["deletedAssignmentId"].ValueKind, again["environment"].ValueKind));
        Assert.NotEqual(_assignment, await Team.AssignAsync(_environment, _project, "prompt-1", "7"));
    }

    [Fact]
    public async Task Unknown_when_the_project_may_not_be_read_and_refused_when_it_may_not_be_changed()
    {
        var reader = await Team.JoinWithAsync("READ", "PROJECT", _project);
        var settler = await Team.JoinWithAsync("UPDATE", "ORGANIZATION");
        var eli = await Team.JoinAsync(Team.Engineers);

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("unassignVersion", new { assignmentId = _assignment })).Codes);
        Assert.Equal(["NotFoundError input.assignmentId"], (await settler.Client.MutateAsync("unassignVersion", new { assignmentId = _assignment })).Errors);
        Assert.Empty((await eli.Client.MutateAsync("unassignVersion", new { assignmentId = _assignment })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.TargetIdAsync(Team, "unassignVersion", "assignmentId", NodeType.EnvironmentAssignment, assignmentId => new { assignmentId });
}
