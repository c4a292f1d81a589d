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
    public async Task Refused_while_versions_are_assigned_and_the_readable_ones_are_named()
    {
        var (environmentId, open, closed) = (await Team.EnvironmentAsync("Used"), await Team.ProjectAsync("Open"), await Team.ProjectAsync("Closed"));
        await Team.AssignAsync(environmentId, open, "p-1", "1", objectName: "Shown");
        await Team.AssignAsync(environmentId, closed, "p-2", "1", objectName: "Hidden");
        var settler = await Team.JoinAsync(
            await Team.GroupAsync("Settlers", permissions: [Team.Right("UPDATE", "ORGANIZATION"), Team.Right("READ", "PROJECT", open)]));
        var before = await Team.VersionAsync();

        var refused = await settler.Client.MutateAsync("deleteEnvironment", new { environmentId }, "deletedEnvironmentId deletedAssignmentCount used: errors { ... on InUseError { code usedBy message } }");

        Assert.Equal(["InUseError input.environmentId"], refused.Errors);
        Assert.Equal("""["Shown"]""", refused["used"][0].GetProperty("usedBy").GetRawText());
        Assert.Equal("IN_USE", refused["used"][0].GetProperty("code").GetString());
        Assert.DoesNotContain("Hidden", refused.Json.ToString(), StringComparison.Ordinal);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (refused["deletedEnvironmentId"].ValueKind, refused["deletedAssignmentCount"].ValueKind));
        Assert.Equal(before, await Team.VersionAsync());
    }

    [Fact]
    public async Task Assignments_go_with_it_and_each_is_told_when_forced()
    {
        var (environmentId, other, project) = (await Team.EnvironmentAsync("Used"), await Team.EnvironmentAsync("Other"), await Team.ProjectAsync("Bot"));
        string[] gone = [await Team.AssignAsync(environmentId, project, "a", "1"), await Team.AssignAsync(environmentId, project, "b", "2", "FUNCTION")];
        var kept = await Team.AssignAsync(other, project, "a", "1");
        var before = await Team.VersionAsync();
        await using var heard = await Team.WatchAsync(Owner, "environmentsChanged", "... on VersionUnassigned { assignmentId environmentId previousVersion }");

        var deleted = await Owner.MutateAsync("deleteEnvironment", new { environmentId, force = true }, "deletedEnvironmentId deletedAssignmentCount");

        Assert.Empty(deleted.Errors);
        Assert.Equal((before + 1, environmentId, 2), (deleted.Version, deleted.Text("deletedEnvironmentId"), deleted["deletedAssignmentCount"].GetInt32()));
        Assert.Equal(deleted.Version, (await heard.NextEventAsync("EnvironmentDeleted")).GetProperty("version").GetInt32());
        foreach (var (id, version) in gone.Zip(["1", "2"]))
        {
            var told = await heard.NextEventAsync("VersionUnassigned");
            Assert.Equal(
                (deleted.Version, id, environmentId, version),
                (told.GetProperty("version").GetInt32(), told.GetProperty("assignmentId").GetString(), told.GetProperty("environmentId").GetString(), told.GetProperty("previousVersion").GetString()));
            Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(id, "id")).ValueKind);
        }

        Assert.Equal(kept, (await Team.NodeAsync(kept, "id")).GetProperty("id").GetString());
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
