using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Projects;

[Collection("Projects")]
public sealed class DeleteProjectTests(SharedServer server) : TeamTest(server)
{
    private const string Counts = "deletedProjectId deletedAiProviderCount deletedEnvironmentVariableCount deletedGrantCount deletedAssignmentCount";

    [Fact]
    public async Task Project_and_its_grants_are_gone_when_deleted()
    {
        var projectId = await Team.ProjectAsync("Doomed");
        var reader = await Team.JoinWithAsync("READ", "PROJECT", projectId);
        var before = await Team.VersionAsync();
        await using var projects = await Team.WatchAsync(Owner, "projectsChanged", "... on ProjectDeleted { projectId }");

        var deleted = await Owner.MutateAsync("deleteProject", new { projectId, confirmName = "Doomed" }, Counts);

        Assert.Empty(deleted.Errors);
        Assert.Equal(before + 1, deleted.Version);
        Assert.Equal(projectId, deleted.Text("deletedProjectId"));
        Assert.Equal(1, deleted["deletedGrantCount"].GetInt32());
        Assert.Equal(0, deleted["deletedAssignmentCount"].GetInt32());
        var told = await projects.NextEventAsync("ProjectDeleted");
        Assert.Equal((deleted.Version, projectId), (told.GetProperty("version").GetInt32(), told.GetProperty("projectId").GetString()));
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(projectId, "id")).ValueKind);
        Assert.Equal(0, (await Team.QueryAsync(reader.Client, "projects { totalCount }")).GetProperty("projects").GetProperty("totalCount").GetInt32());
        Assert.Equal(["NotFoundError input.projectId"], (await Owner.MutateAsync("deleteProject", new { projectId, confirmName = "Doomed" })).Errors);
        Assert.NotEqual(projectId, await Team.ProjectAsync("Doomed"));
    }

    [Fact]
    public async Task Assigned_versions_go_with_it_and_each_is_told()
    {
        var (projectId, other, environment) = (await Team.ProjectAsync("Doomed"), await Team.ProjectAsync("Other"), await Team.EnvironmentAsync("Production"));
        var gone = await Team.AssignAsync(environment, projectId, "a", "1", objectName: "Prompt");
        var kept = await Team.AssignAsync(environment, other, "a", "1");
        await using var heard = await Team.WatchAsync(Owner, "environmentsChanged", "... on VersionUnassigned { assignmentId }");

        var deleted = await Owner.MutateAsync("deleteProject", new { projectId, confirmName = "Doomed" }, Counts);

        Assert.Empty(deleted.Errors);
        Assert.Equal(1, deleted["deletedAssignmentCount"].GetInt32());
        var told = await heard.NextEventAsync("VersionUnassigned");
        Assert.Equal((deleted.Version, "Prompt", gone), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString(), told.GetProperty("assignmentId").GetString()));
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(gone, "id")).ValueKind);
        Assert.Equal(kept, (await Team.NodeAsync(kept, "id")).GetProperty("id").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("doomed")]
    [InlineData("Doomed ")]
    public async Task Refused_when_the_name_is_not_exactly_its(string confirmName)
    {
        var projectId = await Team.ProjectAsync("Doomed");

        var deleted = await Owner.MutateAsync("deleteProject", new { projectId, confirmName }, Counts);

        Assert.Equal(["ValidationError input.confirmName"], deleted.Errors);
        Assert.Equal(JsonValueKind.Null, deleted["deletedProjectId"].ValueKind);
        Assert.Equal(JsonValueKind.Null, deleted["deletedGrantCount"].ValueKind);
    }

    [Fact]
    public async Task Unknown_when_it_may_not_be_read_and_refused_when_it_may_not_be_deleted()
    {
        var (projectId, other) = (await Team.ProjectAsync("One"), await Team.ProjectAsync("Other"));
        var reader = await Team.JoinWithAsync("READ", "PROJECT", projectId);

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("deleteProject", new { projectId, confirmName = "One" })).Codes);
        Assert.Equal(["NotFoundError input.projectId"], (await reader.Client.MutateAsync("deleteProject", new { projectId = other, confirmName = "Other" })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.TargetIdAsync(Team, "deleteProject", "projectId", NodeType.Project, projectId => new { projectId, confirmName = "Foreign" });
}
