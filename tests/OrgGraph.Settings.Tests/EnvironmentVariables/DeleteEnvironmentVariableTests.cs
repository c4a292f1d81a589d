using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.EnvironmentVariables;

[Collection("EnvironmentVariables")]
public sealed class DeleteEnvironmentVariableTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Variable_and_value_are_gone_when_deleted()
    {
        var environmentVariableId = await Team.VariableAsync("DOOMED");
        await using var heard = await Team.WatchAsync(Owner, "environmentVariablesChanged", "... on EnvironmentVariableDeleted { environmentVariableId }");

        var deleted = await DeleteAsync(new { environmentVariableId });

        Assert.Empty(deleted.Errors);
        Assert.Equal(environmentVariableId, deleted.Text("deletedEnvironmentVariableId"));
        var told = await heard.NextEventAsync("EnvironmentVariableDeleted");
        Assert.Equal((deleted.Version, "DOOMED", environmentVariableId), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString(), told.GetProperty("environmentVariableId").GetString()));
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(environmentVariableId, "id")).ValueKind);
        Assert.Equal(["NotFoundError input.environmentVariableId"], (await DeleteAsync(new { environmentVariableId })).Errors);
        Assert.Equal(0, await SecretsAsync());
    }

    [Fact]
    public async Task Refused_when_stale()
    {
        var environmentVariableId = await Team.VariableAsync("ONE");
        var version = await Team.VersionAsync();

        Assert.Equal(["ConflictError input.expectedVersion"], (await DeleteAsync(new { environmentVariableId, expectedVersion = version - 1 })).Errors);
        Assert.Empty((await DeleteAsync(new { environmentVariableId, expectedVersion = version })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_caller_may_not_change_the_scope()
    {
        var (projectId, hidden) = (await Team.ProjectAsync("Project"), await Team.ProjectAsync("Hidden"));
        var reader = await Team.JoinWithAsync("READ", "PROJECT", projectId);

        foreach (var id in new[] { await Team.VariableAsync("A"), await Team.VariableAsync("A", projectId: projectId) })
        {
            Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("deleteEnvironmentVariable", new { environmentVariableId = id })).Codes);
        }

        var unseen = await reader.Client.MutateAsync("deleteEnvironmentVariable", new { environmentVariableId = await Team.VariableAsync("A", projectId: hidden) });
        Assert.Equal(["NotFoundError input.environmentVariableId"], unseen.Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() => await WrongInput.TargetIdAsync(
        Team, "deleteEnvironmentVariable", "environmentVariableId", NodeType.EnvironmentVariable, environmentVariableId => new { environmentVariableId });

    [Fact]
    public async Task Gone_and_counted_when_their_project_is_deleted()
    {
        var projectId = await Team.ProjectAsync("Doomed");
        var own = await Team.VariableAsync("OWN", projectId: projectId);
        await Team.VariableAsync("OF_FUNCTION", projectId: projectId, functionId: "tool");
        await Team.VariableAsync("OF_ALL");

        var deleted = await Owner.MutateAsync("deleteProject", new { projectId, confirmName = "Doomed" }, "deletedEnvironmentVariableCount");

        Assert.Equal(2, deleted["deletedEnvironmentVariableCount"].GetInt32());
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(own, "id")).ValueKind);
        Assert.Equal(1, (await Team.QueryAsync("environmentVariables { totalCount }")).GetProperty("environmentVariables").GetProperty("totalCount").GetInt32());
        Assert.Equal(1, await SecretsAsync());
    }

    private async Task<int> SecretsAsync() => (await App.Services.GetRequiredService<Database>().QueryAsync(
        "SELECT COUNT(*) FROM Secrets WHERE OrganizationId = @id", reader => reader.GetInt32(0), CancellationToken.None, ("id", GlobalId.Parse(Team.Id, "id").Id)))[0];

    private Task<Payload> DeleteAsync(object input) => Owner.MutateAsync("deleteEnvironmentVariable", input, "deletedEnvironmentVariableId");
}
