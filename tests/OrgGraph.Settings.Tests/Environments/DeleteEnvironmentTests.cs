using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Environments;

[Collection("Environments")]
public sealed class DeleteEnvironmentTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Environment_is_gone_when_deleted()
    {
        var environmentId = await Team.EnvironmentAsync("Doomed");
        var before = await Team.VersionAsync();
        await using var heard = await Team.WatchAsync(Owner, "environmentsChanged", "... on EnvironmentDeleted { environmentId }");

        var deleted = await Owner.MutateAsync("deleteEnvironment", new { environmentId }, "deletedEnvironmentId deletedAssignmentCount");

        Assert.Empty(deleted.Errors);
        Assert.Equal(before + 1, deleted.Version);
        Assert.Equal((environmentId, 0), (deleted.Text("deletedEnvironmentId"), deleted["deletedAssignmentCount"].GetInt32()));
        var told = await heard.NextEventAsync("EnvironmentDeleted");
        Assert.Equal((deleted.Version, environmentId, "Doomed"), (told.GetProperty("version").GetInt32(), told.GetProperty("environmentId").GetString(), told.GetProperty("subjectName").GetString()));
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(environmentId, "id")).ValueKind);
        Assert.Equal(["NotFoundError input.environmentId"], (await Owner.MutateAsync("deleteEnvironment", new { environmentId })).Errors);
        Assert.NotEqual(environmentId, await Team.EnvironmentAsync("Doomed"));
    }

    [Fact]
    public async Task Refused_when_the_version_is_stale()
    {
        var environmentId = await Team.EnvironmentAsync("One");
        var renamed = await Owner.MutateAsync("updateEnvironment", new { environmentId, name = "Uno" });

        var stale = await Owner.MutateAsync("deleteEnvironment", new { environmentId, expectedVersion = renamed.Version - 1 }, "deletedEnvironmentId deletedAssignmentCount");

        Assert.Equal(["ConflictError input.expectedVersion"], stale.Errors);
        Assert.Equal(JsonValueKind.Null, stale["deletedEnvironmentId"].ValueKind);
        Assert.Equal(JsonValueKind.Null, stale["deletedAssignmentCount"].ValueKind);
        Assert.Empty((await Owner.MutateAsync("deleteEnvironment", new { environmentId, expectedVersion = renamed.Version })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_caller_does_not_manage_settings()
    {
        var environmentId = await Team.EnvironmentAsync("One");
        var eli = await Team.JoinAsync(Team.Engineers);

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await eli.Client.SendMutationAsync("deleteEnvironment", new { environmentId })).Codes);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.TargetIdAsync(Team, "deleteEnvironment", "environmentId", NodeType.Environment, environmentId => new { environmentId });
}
