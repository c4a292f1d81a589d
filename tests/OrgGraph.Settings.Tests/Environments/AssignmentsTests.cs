using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Environments;

/// <summary>The assignments of an environment: in order, by pages, and only of projects that the caller may read.</summary>
[Collection("Environments")]
public sealed class AssignmentsTests(SharedServer server) : TeamTest(server)
{
    private string _environment = null!;
    private string _open = null!;
    private string _closed = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_environment, _open, _closed) = (await Team.EnvironmentAsync("Production"), await Team.ProjectAsync("Open"), await Team.ProjectAsync("Closed"));
    }

    [Fact]
    public async Task Listed_by_label_and_filtered_when_asked()
    {
        await Team.AssignAsync(_environment, _open, "z-9", "1", objectName: "beta");
        await Team.AssignAsync(_environment, _open, "charlie", "2", "FUNCTION");
        await Team.AssignAsync(_environment, _closed, "y-8", "3", objectName: "Alpha");

        Assert.Equal(["y-8", "z-9", "charlie"], await ObjectsAsync(Owner));
        Assert.Equal(["z-9", "charlie"], await ObjectsAsync(Owner, $"where: {{ projectId: \"{_open}\" }}"));
        Assert.Equal(["charlie"], await ObjectsAsync(Owner, "where: { objectType: FUNCTION }"));
        Assert.Equal(["z-9"], await ObjectsAsync(Owner, "where: { objectId: \"z-9\" }"));
        Assert.Empty(await ObjectsAsync(Owner, $"where: {{ projectId: \"{_open}\", objectId: \"y-8\" }}"));
        Assert.Empty(await ObjectsAsync(Owner, $"where: {{ projectId: \"{Team.UnknownId(NodeType.Project)}\" }}"));
        Assert.Empty(await ObjectsAsync(Owner, $"where: {{ projectId: \"{_environment}\" }}"));
    }

    [Theory]
    [InlineData("first: 0")]
    [InlineData("last: 101")]
    [InlineData("first: 1, last: 1")]
    [InlineData("after: \"nonsense\"")]
    [InlineData("where: { projectId: \"!\" }")]
    public async Task Refused_when_the_page_or_filter_is_none(string arguments)
    {
        var answer = await Owner.SendAsync($"query($id: ID!) {{ node(id: $id) {{ ... on Environment {{ assignments({arguments}) {{ totalCount }} }} }} }}", new { id = _environment });

        Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
    }

    [Fact]
    public async Task Each_comes_once_both_ways_when_paged()
    {
        foreach (var number in Enumerable.Range(0, 23))
        {
            await Team.AssignAsync(_environment, number % 2 == 0 ? _open : _closed, $"prompt-{number}", "1", objectName: $"Prompt {number % 5}");
        }

        var reader = await Team.JoinWithAsync("READ", "PROJECT", _open);
        foreach (var (client, expected) in new[] { (Owner, 23), (reader.Client, 12) })
        {
            var forward = await WalkAsync(client, "first", "after", "hasNextPage", "endCursor");
            var backward = await WalkAsync(client, "last", "before", "hasPreviousPage", "startCursor");
            backward.Reverse();

            Assert.Equal(expected, forward.Count);
            Assert.Equal(expected, forward.Distinct().Count());
            Assert.Equal(forward, backward);
        }
    }

    [Fact]
    public async Task Nowhere_when_the_project_may_not_be_read()
    {
        var reader = await Team.JoinWithAsync("READ", "PROJECT", _open);
        var hidden = await Team.AssignAsync(_environment, _closed, "hidden-1", "1", objectName: "Hidden");
        await using var environments = await Team.WatchAsync(reader.Client, "environmentsChanged");
        await using var all = await Team.WatchAsync(reader.Client, "organizationEvents");

        await Team.AssignAsync(_environment, _closed, "hidden-1", "2");
        await Owner.MutateAsync("unassignVersion", new { assignmentId = await Team.AssignAsync(_environment, _closed, "hidden-2", "1") });
        var shown = await Team.AssignAsync(_environment, _open, "shown-1", "1", objectName: "Shown");

        var found = await reader.Client.QueryAsync("query($id: ID!, $ids: [ID!]!) { node(id: $id) { id } nodes(ids: $ids) { id } }", new { id = hidden, ids = new[] { hidden, shown } });
        Assert.Equal(JsonValueKind.Null, found.GetProperty("node").ValueKind);
        Assert.Equal((JsonValueKind.Null, JsonValueKind.Object), (found.GetProperty("nodes")[0].ValueKind, found.GetProperty("nodes")[1].ValueKind));
        Assert.Equal(["shown-1"], await ObjectsAsync(reader.Client));
        Assert.Empty(await ObjectsAsync(reader.Client, "where: { objectId: \"hidden-1\" }"));
        Assert.Equal("Shown", (await environments.NextEventAsync()).GetProperty("subjectName").GetString());
        Assert.Equal("Shown", (await all.NextEventAsync("VersionAssigned")).GetProperty("subjectName").GetString());
    }

    [Fact]
    public async Task Account_that_assigned_is_named_to_owners_only()
    {
        var account = await Team.AccountAsync("Deployer", [Team.Engineers]);
        var made = await account.Client.MutateAsync(
            "assignVersion", new { environmentId = _environment, projectId = _open, objectType = "PROMPT", objectId = "p", objectVersion = "1" }, "assignment { id assignedBy { id } }");
        var vera = await Team.JoinAsync(Team.Viewers);

        Assert.Equal(account.Id, made.Text("assignment", "assignedBy", "id"));
        var (own, others) = (await Team.NodeAsync(made.Text("assignment", "id"), By), await Team.NodeAsync(vera.Client, made.Text("assignment", "id"), By));
        Assert.Equal(account.Id, own.GetProperty("assignedBy").GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, others.GetProperty("assignedBy").ValueKind);
    }

    private const string By = "... on EnvironmentAssignment { assignedBy { id } }";

    private async Task<string[]> ObjectsAsync(Client client, string arguments = "first: 100")
    {
        var found = (await Team.NodeAsync(client, _environment, $"... on Environment {{ assignments({arguments}) {{ totalCount nodes {{ objectId }} }} }}")).GetProperty("assignments");
        string[] ids = [.. found.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("objectId").GetString()!)];
        Assert.Equal(ids.Length, found.GetProperty("totalCount").GetInt32());
        return ids;
    }

    private async Task<List<string>> WalkAsync(Client client, string size, string from, string hasMore, string end)
    {
        var ids = new List<string>();
        for (string? cursor = null; ;)
        {
            var data = await client.QueryAsync(
                $"query($id: ID!, $cursor: String) {{ node(id: $id) {{ ... on Environment {{ assignments({size}: 5, {from}: $cursor) {{ nodes {{ id }} pageInfo {{ {hasMore} {end} }} }} }} }} }}",
                new { id = _environment, cursor });
            var page = data.GetProperty("node").GetProperty("assignments");
            var nodes = page.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("id").GetString()!).ToList();
            if (size == "last")
            {
                nodes.Reverse();
            }

            ids.AddRange(nodes);
            if (!page.GetProperty("pageInfo").GetProperty(hasMore).GetBoolean())
            {
                return ids;
            }

            cursor = page.GetProperty("pageInfo").GetProperty(end).GetString();
        }
    }
}
