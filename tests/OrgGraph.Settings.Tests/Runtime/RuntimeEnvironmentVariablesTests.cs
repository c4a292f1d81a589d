using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Runtime;

[CollectionDefinition("Runtime")]
public sealed class RuntimeCollection : ICollectionFixture<SharedServer>;

[Collection("Runtime")]
public sealed class RuntimeEnvironmentVariablesTests(SharedServer server) : TeamTest(server)
{
    private const string Query =
        "query($id: ID!, $project: ID, $function: ID) { runtime(organizationId: $id, projectId: $project) { environmentVariables(functionId: $function) { name value source } } }";

    [Fact]
    public async Task Program_gets_values_by_precedence_when_it_may_resolve_secrets()
    {
        var projectId = await Team.ProjectAsync("Project");
        var runner = await Team.AccountAsync("Runner", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        await Team.VariableAsync("A", "organization");
        await Team.VariableAsync("B", "of all", isSensitive: false);
        await Team.VariableAsync("A", "project", projectId);
        await Team.VariableAsync("A", " function\r\n\"é🗝️\" ", projectId, "tool");

        Assert.Equal("A=organization(ORGANIZATION) B=of all(ORGANIZATION)", await ResolveAsync(runner.Client));
        Assert.Equal("A=project(PROJECT) B=of all(ORGANIZATION)", await ResolveAsync(runner.Client, projectId));
        Assert.Equal("A= function\r\n\"é🗝️\" (FUNCTION) B=of all(ORGANIZATION)", await ResolveAsync(runner.Client, projectId, "tool"));
        Assert.Equal("A=project(PROJECT) B=of all(ORGANIZATION)", await ResolveAsync(runner.Client, projectId, "never seen"));
    }

    [Fact]
    public async Task Newest_value_is_had_at_once_when_it_was_changed_or_deleted()
    {
        var runner = await Team.AccountAsync("Runner", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        var id = await Team.VariableAsync("A", "old");
        Assert.Equal("A=old(ORGANIZATION)", await ResolveAsync(runner.Client));

        await Team.VariableAsync("A", "new");
        Assert.Equal("A=new(ORGANIZATION)", await ResolveAsync(runner.Client));

        await Owner.MutateAsync("deleteEnvironmentVariable", new { environmentVariableId = id });
        Assert.Equal("", await ResolveAsync(runner.Client));
    }

    [Fact]
    public async Task Refused_when_anybody_else_asks()
    {
        var projectId = await Team.ProjectAsync("Project");
        await Team.VariableAsync("A", "planted value", projectId);
        var ofProject = await Team.AccountAsync("Of the project", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "PROJECT", projectId));
        var ofAnother = await Team.AccountAsync("Of another", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "PROJECT", await Team.ProjectAsync("Another")));
        var unseeing = await Team.AccountAsync("Unseeing", null, Team.Right("RESOLVE_SECRETS", "PROJECT", projectId));
        var owning = await Team.AccountAsync("Owning", [Team.Owners]);

        foreach (var client in new[] { Owner, await Team.KeyAsync(Team.Owner), owning.Client, ofAnother.Client, unseeing.Client })
        {
            var answer = await client.SendAsync(Query, new { id = Team.Id, project = projectId });

            Assert.Equal(["AUTH_NOT_AUTHORIZED"], answer.Codes);
            Assert.DoesNotContain("planted value", answer.Text, StringComparison.Ordinal);
        }

        Assert.Equal("A=planted value(PROJECT)", await ResolveAsync(ofProject.Client, projectId));
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await ofProject.Client.SendAsync(Query, new { id = Team.Id })).Codes);
    }

    [Fact]
    public async Task Refused_when_the_right_was_taken_away()
    {
        await Team.VariableAsync("A");
        var runner = await Team.AccountAsync("Runner", [Team.Viewers]);
        var grant = await Team.GrantAsync(runner.Id, "RESOLVE_SECRETS", new { type = "ORGANIZATION" });
        Assert.Equal("A=value(ORGANIZATION)", await ResolveAsync(runner.Client));

        await Owner.MutateAsync("updateGrants", new { organizationId = Team.Id, remove = new[] { grant } });

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await runner.Client.SendAsync(Query, new { id = Team.Id })).Codes);
    }

    [Fact]
    public async Task Refused_when_project_or_function_is_none()
    {
        var other = await Team.FoundAsync(App);
        var runner = await Team.AccountAsync("Runner", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));

        foreach (var project in new[] { Team.UnknownId(NodeType.Project), await other.ProjectAsync("Foreign"), Team.Id, Team.UnknownId(NodeType.Environment) })
        {
            Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await runner.Client.SendAsync(Query, new { id = Team.Id, project })).Codes);
        }

        Assert.Equal(["BAD_USER_INPUT"], (await runner.Client.SendAsync(Query, new { id = Team.Id, project = "!nonsense" })).Codes);
        Assert.Equal(["BAD_USER_INPUT"], (await runner.Client.SendAsync(Query, new { id = Team.Id, function = "tool" })).Codes);
        Assert.Equal(["BAD_USER_INPUT"], (await runner.Client.SendAsync(Query, new { id = Team.Id, project = await Team.ProjectAsync("P"), function = " " })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await runner.Client.SendAsync(Query, new { id = other.Id })).Codes);
    }

    [Fact]
    public async Task Use_shows_without_a_version_when_values_were_resolved()
    {
        var runner = await Team.AccountAsync("Runner", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        var (used, unused) = (await Team.VariableAsync("USED"), await Team.VariableAsync("UNUSED", projectId: await Team.ProjectAsync("Project")));
        var before = await Team.VersionAsync();

        await ResolveAsync(runner.Client);

        Assert.Equal(App.Clock.GetUtcNow(), (await Team.NodeAsync(used, "... on EnvironmentVariable { lastUsedAt }")).GetProperty("lastUsedAt").GetDateTimeOffset());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await Team.NodeAsync(unused, "... on EnvironmentVariable { lastUsedAt }")).GetProperty("lastUsedAt").ValueKind);
        Assert.Equal(before, await Team.VersionAsync());
    }

    [Fact]
    public async Task Each_resolution_is_in_the_audit_log_when_a_minute_has_passed_since_the_last()
    {
        await using var app = await OrgGraphApp.StartAsync();
        var team = await Team.FoundAsync(app);
        var runner = await team.AccountAsync("Runner", [team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        var other = await team.AccountAsync("Other", [team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        var id = await team.VariableAsync("AUDITED", "planted value");
        async Task<string> LogAsync()
        {
            var log = await team.QueryAsync("auditLog(where: { action: \"environmentVariable.resolved\" }) { nodes { actorName credential credentialPreview outcome resourceType resourceId resourceName changes { field } } }");
            var text = log.GetProperty("auditLog").GetProperty("nodes").GetRawText();
            Assert.DoesNotContain("planted value", text, StringComparison.Ordinal);
            return string.Join(' ', log.GetProperty("auditLog").GetProperty("nodes").EnumerateArray().Select(entry =>
            {
                Assert.Equal(("SERVICE_TOKEN", "SUCCEEDED", "environmentVariable", id, "AUDITED", 0), (
                    entry.GetProperty("credential").GetString(), entry.GetProperty("outcome").GetString(), entry.GetProperty("resourceType").GetString(), entry.GetProperty("resourceId").GetString(),
                    entry.GetProperty("resourceName").GetString(), entry.GetProperty("changes").GetArrayLength()));
                return entry.GetProperty("actorName").GetString();
            }));
        }

        foreach (var client in new[] { runner.Client, runner.Client, other.Client, runner.Client })
        {
            await client.QueryAsync(Query, new { id = team.Id });
        }

        Assert.Equal("Other Runner", await LogAsync());
        await app.PassAsync(TimeSpan.FromSeconds(61));
        await runner.Client.QueryAsync(Query, new { id = team.Id });
        Assert.Equal("Runner Other Runner", await LogAsync());
    }

    [Fact]
    public async Task Nothing_is_handed_out_when_the_audit_log_cannot_be_written()
    {
        await using var app = await OrgGraphApp.StartAsync();
        var team = await Team.FoundAsync(app);
        var runner = await team.AccountAsync("Runner", [team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        await team.VariableAsync("A", "planted value");
        await using var other = await TestDatabase.OpenAsync(app);
        await using (await TestDatabase.LockAsync(other))
        {
            var answer = await runner.Client.SendAsync(Query, new { id = team.Id });

            Assert.Contains("UNAVAILABLE", answer.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("planted value", answer.Text, StringComparison.Ordinal);
        }

        Assert.Contains("planted value", (await runner.Client.SendAsync(Query, new { id = team.Id })).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_read_is_whole_when_values_are_replaced_all_the_time()
    {
        var runner = await Team.AccountAsync("Runner", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        await Team.VariableAsync("A", "0");
        await Team.VariableAsync("B", "0");
        using var ending = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            for (var i = 1; !ending.IsCancellationRequested; i++)
            {
                await Owner.MutateAsync("importEnvironmentVariables", new { organizationId = Team.Id, dotenv = $"A={i}\nB={i}" });
            }
        });

        for (var i = 0; i < 200; i++)
        {
            var parts = (await ResolveAsync(runner.Client)).Split(' ');
            Assert.Equal(parts[0][1..], parts[1][1..]);
        }

        await ending.CancelAsync();
        await writing;
    }

    private async Task<string> ResolveAsync(Client client, string? project = null, string? function = null)
    {
        var data = await client.QueryAsync(Query, new { id = Team.Id, project, function });
        return string.Join(' ', data.GetProperty("runtime").GetProperty("environmentVariables").EnumerateArray()
            .Select(variable => $"{variable.GetProperty("name").GetString()}={variable.GetProperty("value").GetString()}({variable.GetProperty("source").GetString()})"));
    }
}
