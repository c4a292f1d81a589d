using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Projects;

[Collection("Projects")]
public sealed class RenameProjectTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Name_changes_once_when_renamed_again()
    {
        var projectId = await Team.ProjectAsync("Old");
        await using var projects = await Team.WatchAsync(Owner, "projectsChanged", "... on ProjectUpdated { project { name } }");

        var renamed = await Owner.MutateAsync("renameProject", new { projectId, name = " New " }, "project { name version }");
        var again = await Owner.MutateAsync("renameProject", new { projectId, name = "New" }, "project { name version }");

        Assert.Empty(renamed.Errors);
        Assert.Equal("New", renamed.Text("project", "name"));
        Assert.Equal(renamed.Version, renamed["project", "version"].GetInt32());
        Assert.Equal(renamed.Version, (await projects.NextEventAsync("ProjectUpdated")).GetProperty("version").GetInt32());
        Assert.Empty(again.Errors);
        Assert.Null(again.Version);
        Assert.Equal(renamed.Version, again["project", "version"].GetInt32());
        Assert.Equal(JsonValueKind.Null, (await Team.QueryAsync("project(name: $text) { id }", "Old")).GetProperty("project").ValueKind);
    }

    [Fact]
    public async Task Refused_when_the_version_is_stale_or_the_name_taken()
    {
        var projectId = await Team.ProjectAsync("Old");
        await Team.ProjectAsync("Café");
        var renamed = await Owner.MutateAsync("renameProject", new { projectId, name = "New" });

        var stale = await Owner.MutateAsync("renameProject", new { projectId, name = "Newer", expectedVersion = renamed.Version - 1 }, "project { id }");
        var taken = await Owner.MutateAsync("renameProject", new { projectId, name = "CAFE\u0301" });
        var own = await Owner.MutateAsync("renameProject", new { projectId, name = "NEW", expectedVersion = renamed.Version });

        Assert.Equal(["ConflictError input.expectedVersion"], stale.Errors);
        Assert.Equal(JsonValueKind.Null, stale["project"].ValueKind);
        Assert.Equal(["ConflictError input.name"], taken.Errors);
        Assert.Empty(own.Errors);
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name) =>
        Assert.Equal(["ValidationError input.name"], (await Owner.MutateAsync("renameProject", new { projectId = await Team.ProjectAsync("Old"), name })).Errors);

    [Fact]
    public async Task Unknown_when_it_may_not_be_read_and_refused_when_it_may_not_be_changed()
    {
        var (projectId, other) = (await Team.ProjectAsync("One"), await Team.ProjectAsync("Other"));
        var reader = await Team.JoinWithAsync("READ", "PROJECT", projectId);

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("renameProject", new { projectId, name = "New" })).Codes);
        Assert.Equal(["NotFoundError input.projectId"], (await reader.Client.MutateAsync("renameProject", new { projectId = other, name = "New" })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.TargetIdAsync(Team, "renameProject", "projectId", NodeType.Project, projectId => new { projectId, name = "New" });
}
