using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.EnvironmentVariables;

[Collection("EnvironmentVariables")]
public sealed class EnvironmentVariablesTests(SharedServer server) : TeamTest(server)
{
    [Theory]
    [MemberData(nameof(Pages.BadSizes), MemberType = typeof(Pages))]
    public async Task Refused_when_the_page_is_none(string arguments) => await Pages.RefusedAsync(Team, "environmentVariables", arguments);

    [Fact]
    public async Task Each_is_there_once_when_walked_in_pages()
    {
        for (var i = 0; i < 23; i++)
        {
            await Team.VariableAsync($"V{i}");
        }

        await Pages.BothWaysAsync(Team, "environmentVariables", 5, 23);
    }

    [Fact]
    public async Task Members_see_those_of_the_organization_and_previews_only_if_they_may_change_them()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        await Team.VariableAsync("SECRET", "abc-1234567890123456789012345-wxyz");
        await Team.VariableAsync("LOG_LEVEL", "debug", isSensitive: false);
        const string Fields = "environmentVariables { totalCount nodes { name preview value isSensitive } }";

        var owner = (await Team.QueryAsync(Fields)).GetProperty("environmentVariables");
        var viewer = (await Team.QueryAsync(vera.Client, Fields)).GetProperty("environmentVariables");

        Assert.Equal(
            """[{"name":"LOG_LEVEL","preview":"***","value":"debug","isSensitive":false},{"name":"SECRET","preview":"abc...wxyz","value":null,"isSensitive":true}]""",
            owner.GetProperty("nodes").GetRawText());
        Assert.Equal(
            """[{"name":"LOG_LEVEL","preview":null,"value":"debug","isSensitive":false},{"name":"SECRET","preview":null,"value":null,"isSensitive":true}]""",
            viewer.GetProperty("nodes").GetRawText());
    }

    [Fact]
    public async Task Filtered_by_name_and_scope()
    {
        var projectId = await Team.ProjectAsync("Project");
        await Team.VariableAsync("ALPHA");
        await Team.VariableAsync("BETA", projectId: projectId);
        await Team.VariableAsync("ALPHABET", projectId: projectId, functionId: "tool");

        Assert.Equal(["ALPHA"], await NamesAsync("environmentVariables { nodes { name } }"));
        Assert.Empty(await NamesAsync("environmentVariables(where: { scope: PROJECT }) { nodes { name } }"));
        Assert.Equal(["ALPHABET", "BETA"], await ProjectNamesAsync(projectId, ""));
        Assert.Equal(["BETA"], await ProjectNamesAsync(projectId, "(where: { scope: PROJECT })"));
        Assert.Equal(["ALPHABET"], await ProjectNamesAsync(projectId, "(where: { scope: FUNCTION, search: \"alpha\" })"));
        Assert.Equal(["ALPHABET", "BETA"], await ProjectNamesAsync(projectId, "(where: { search: \"b\" })"));
    }

    [Fact]
    public async Task Those_of_a_project_exist_only_for_who_may_change_it()
    {
        var projectId = await Team.ProjectAsync("Project");
        var id = await Team.VariableAsync("OWN", projectId: projectId);
        var reader = await Team.JoinWithAsync("READ", "PROJECT", projectId);
        var changer = await Team.JoinWithAsync("READ", "PROJECT", projectId);
        await Team.GrantAsync(changer.UserId, "UPDATE", new { type = "PROJECT", resourceId = projectId });
        const string Query = "query($id: ID!) { node(id: $id) { ... on Project { name environmentVariables { totalCount } effectiveEnvironmentVariables { name } } } }";

        var refused = await reader.Client.SendAsync(Query, new { id = projectId });
        var allowed = await changer.Client.SendAsync(Query, new { id = projectId });

        Assert.Equal(["AUTH_NOT_AUTHORIZED", "AUTH_NOT_AUTHORIZED"], refused.Codes);
        Assert.Equal("Project", refused.Data.GetProperty("node").GetProperty("name").GetString());
        Assert.Null(allowed.Errors);
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(reader.Client, id, "id")).ValueKind);
        Assert.Equal("OWN", (await Team.NodeAsync(changer.Client, id, "... on EnvironmentVariable { name }")).GetProperty("name").GetString());
    }

    [Fact]
    public async Task Events_of_a_project_are_for_who_may_change_it()
    {
        var projectId = await Team.ProjectAsync("Project");
        var reader = await Team.JoinWithAsync("READ", "PROJECT", projectId);
        var changer = await Team.JoinWithAsync("READ", "PROJECT", projectId);
        await Team.GrantAsync(changer.UserId, "UPDATE", new { type = "PROJECT", resourceId = projectId });
        await using var heard = await Team.WatchAsync(reader.Client, "environmentVariablesChanged");
        await using var other = await Team.WatchAsync(changer.Client, "environmentVariablesChanged");

        await Team.VariableAsync("OF_PROJECT", projectId: projectId);
        await Team.VariableAsync("OF_FUNCTION", projectId: projectId, functionId: "tool");
        await Team.VariableAsync("OF_ALL");

        Assert.Equal("OF_ALL", (await heard.NextEventAsync()).GetProperty("subjectName").GetString());
        Assert.Equal("OF_PROJECT", (await other.NextEventAsync()).GetProperty("subjectName").GetString());
        Assert.Equal("OF_FUNCTION", (await other.NextEventAsync()).GetProperty("subjectName").GetString());
    }

    [Fact]
    public async Task Values_of_a_page_cost_one_look_into_the_database()
    {
        var lines = string.Join('\n', Enumerable.Range(0, 100).Select(i => $"V{i}=1"));
        await Owner.MutateAsync("importEnvironmentVariables", new { organizationId = Team.Id, dotenv = lines });
        for (var i = 0; i < 60; i++)
        {
            await Team.VariableAsync($"R{i}", $"value {i}", isSensitive: false);
        }

        var answer = await Owner.SendAsync("query($id: ID!) { organization(id: $id) { environmentVariables(first: 100) { nodes { name value } } } }", new { id = Team.Id });

        var page = answer.Data.GetProperty("organization").GetProperty("environmentVariables").GetProperty("nodes");
        Assert.Equal(60, page.EnumerateArray().Count(node => node.GetProperty("value").GetString() == $"value {node.GetProperty("name").GetString()![1..]}"));
        Assert.InRange(App.Database.ReadsOf(answer.TraceId), 1, 3);
    }

    private async Task<string[]> NamesAsync(string field) =>
        [.. (await Team.QueryAsync(field)).GetProperty("environmentVariables").GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("name").GetString()!)];

    private async Task<string[]> ProjectNamesAsync(string projectId, string arguments)
    {
        var project = await Team.NodeAsync(projectId, $"... on Project {{ environmentVariables{arguments} {{ nodes {{ name }} }} }}");
        return [.. project.GetProperty("environmentVariables").GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("name").GetString()!)];
    }
}
