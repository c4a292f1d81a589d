using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.EnvironmentVariables;

[Collection("EnvironmentVariables")]
public sealed class EffectiveEnvironmentVariablesTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Narrowest_scope_wins()
    {
        var (projectId, other) = (await Team.ProjectAsync("Project"), await Team.ProjectAsync("Other"));
        await SetAsync("A", "organization");
        await SetAsync("B", "organization");
        await SetAsync("B", "project", projectId);
        await SetAsync("C", "project", projectId);
        await SetAsync("A", "function", projectId, "tool");
        await SetAsync("B", "function", projectId, "tool");
        await SetAsync("D", "other function", projectId, "another");
        await SetAsync("A", "other project", other);

        Assert.Equal("A=organization[] B=project[organization] C=project[]", await EffectiveAsync(projectId));
        Assert.Equal("A=function[organization] B=function[project,organization] C=project[]", await EffectiveAsync(projectId, "tool"));
        Assert.Equal("A=organization[] B=project[organization] C=project[]", await EffectiveAsync(projectId, "never seen"));
        Assert.Equal("A=other project[organization] B=organization[]", await EffectiveAsync(other));
    }

    [Fact]
    public async Task Broader_scope_counts_again_when_the_narrower_one_is_deleted()
    {
        var projectId = await Team.ProjectAsync("Project");
        await SetAsync("A", "organization");
        var own = await SetAsync("A", "project", projectId);

        Assert.Equal("A=project[organization]", await EffectiveAsync(projectId));
        await Owner.MutateAsync("deleteEnvironmentVariable", new { environmentVariableId = own });
        Assert.Equal("A=organization[]", await EffectiveAsync(projectId));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\nb")]
    public async Task Refused_when_the_function_is_none(string functionId)
    {
        var answer = await Owner.SendAsync(
            "query($id: ID!, $function: ID) { node(id: $id) { ... on Project { effectiveEnvironmentVariables(functionId: $function) { name } } } }",
            new { id = await Team.ProjectAsync("Project"), function = functionId });

        Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
    }

    private Task<string> SetAsync(string name, string value, string? projectId = null, string? functionId = null) => Team.VariableAsync(name, value, projectId, functionId, isSensitive: false);

    // What counts, from where, and instead of what, each by its value; the sources must agree with them.
    private async Task<string> EffectiveAsync(string projectId, string? functionId = null)
    {
        var data = await Owner.QueryAsync(
            "query($id: ID!, $function: ID) { node(id: $id) { ... on Project { effectiveEnvironmentVariables(functionId: $function) { name source variable { value scope } overrides { value scope } } } } }",
            new { id = projectId, function = functionId });
        var found = data.GetProperty("node").GetProperty("effectiveEnvironmentVariables").EnumerateArray().ToList();
        Assert.All(found, one => Assert.Equal(one.GetProperty("source").GetString(), one.GetProperty("variable").GetProperty("scope").GetString()));
        return string.Join(' ', found.Select(one =>
            $"{one.GetProperty("name").GetString()}={one.GetProperty("variable").GetProperty("value").GetString()}[{string.Join(',', one.GetProperty("overrides").EnumerateArray().Select(other => other.GetProperty("value").GetString()))}]"));
    }
}
