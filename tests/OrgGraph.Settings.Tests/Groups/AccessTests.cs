using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Groups;

[Collection("Groups")]
public sealed class AccessTests(SharedServer server) : TeamTest(server)
{
    private const string Because = "permissions { permission because { builtIn grant { permission resource { type } } groups { name } } }";

    [Fact]
    public async Task Every_way_is_told_that_gives_a_permission()
    {
        var project = await Team.ProjectAsync("Project");
        var inner = await Team.GroupAsync("Inner");
        var middle = await Team.GroupAsync("Middle", memberGroupIds: [inner]);
        var other = await Team.GroupAsync("Other way", memberGroupIds: [inner]);
        await Team.GroupAsync("Outer", memberGroupIds: [middle, other], permissions: [Team.Right("UPDATE", "PROJECT", project), Team.Right("READ", "AUDIT_LOG")]);
        var vera = await Team.JoinAsync(inner, Team.Viewers);
        await Team.GrantAsync(vera.UserId, "UPDATE", new { type = "ALL_PROJECTS" });

        var access = await AccessAsync(Owner, vera.UserId, new { type = "PROJECT", resourceId = project });

        Assert.Equal(
            ["READ: Viewers [VIEWERS]", "UPDATE:  ALL_PROJECTS", "UPDATE: Inner > Middle > Outer PROJECT", "UPDATE: Inner > Other way > Outer PROJECT"],
            access.Order(StringComparer.Ordinal));
        Assert.Empty(await AccessAsync(Owner, vera.UserId, new { type = "MEMBERS" }));
        Assert.Equal(["READ: Inner > Middle > Outer AUDIT_LOG", "READ: Inner > Other way > Outer AUDIT_LOG"], (await AccessAsync(Owner, vera.UserId, new { type = "AUDIT_LOG" })).Order(StringComparer.Ordinal));
        Assert.Equal(["CREATE: Owners [OWNERS]", "READ: Owners [OWNERS]", "UPDATE: Owners [OWNERS]", "DELETE: Owners [OWNERS]", "MANAGE_ACCESS: Owners [OWNERS]"], await AccessAsync(Owner, Team.Owner.UserId, new { type = "ORGANIZATION" }));
    }

    [Fact]
    public async Task Nothing_counts_on_a_project_that_may_not_be_read()
    {
        var project = await Team.ProjectAsync("Project");
        var maya = await Team.JoinAsync(await Team.GroupAsync("Nothing"));
        await Team.GrantAsync(maya.UserId, "UPDATE", new { type = "PROJECT", resourceId = project });
        object resource = new { type = "PROJECT", resourceId = project };

        Assert.Empty(await AccessAsync(Owner, maya.UserId, resource));
        Assert.Equal(["NotFoundError input.projectId"], (await maya.Client.MutateAsync("renameProject", new { projectId = project, name = "New" })).Errors);
        await Team.GrantAsync(maya.UserId, "READ", resource);
        Assert.Equal(["READ:  PROJECT", "UPDATE:  PROJECT"], await AccessAsync(Owner, maya.UserId, resource));
        Assert.Empty((await maya.Client.MutateAsync("renameProject", new { projectId = project, name = "New" })).Errors);
    }

    [Fact]
    public async Task Nothing_is_told_of_what_does_not_exist()
    {
        var outsider = (await Team.FoundAsync(App)).Owner;
        var fields = $"a: access(principalId: \"{outsider.UserId}\", resource: {{ type: AUDIT_LOG }}) {{ {Because} }} "
            + $"b: access(principalId: \"{Team.Owner.UserId}\", resource: {{ type: PROJECT, resourceId: \"{Team.UnknownId(Kernel.Graph.NodeType.Project)}\" }}) {{ {Because} }} "
            + $"c: whoCan(permission: READ, resource: {{ type: PROMPT, projectId: \"{Team.UnknownId(Kernel.Graph.NodeType.Project)}\" }}) {{ totalCount }}";

        var seen = await Team.QueryAsync(fields);

        Assert.Equal("""{"a":null,"b":null,"c":null}""", seen.GetRawText());
        var vera = await Team.JoinAsync(Team.Viewers);
        var answer = await vera.Client.SendAsync($"query($id: ID!) {{ organization(id: $id) {{ access(principalId: \"{vera.UserId}\", resource: {{ type: AUDIT_LOG }}) {{ {Because} }} }} }}", new { id = Team.Id });
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], answer.Codes);
        Assert.Equal(["BAD_USER_INPUT"], (await Owner.SendAsync("query($id: ID!, $checks: [PermissionCheckInput!]!) { organization(id: $id) { viewerCan(checks: $checks) } }", new { id = Team.Id, checks = Enumerable.Repeat(new { permission = "READ", resource = new { type = "AUDIT_LOG" } }, 101) })).Codes);
    }

    [Fact]
    public async Task A_hundred_ways_are_told_when_there_are_more()
    {
        // Four layers of five groups, each of which includes all of the layer below: 625 ways.
        var layer = new List<string>();
        foreach (var level in Enumerable.Range(0, 4))
        {
            var next = new List<string>();
            foreach (var number in Enumerable.Range(0, 5))
            {
                next.Add(await Team.GroupAsync($"L{level} {number}", memberGroupIds: level == 0 ? null : [.. layer]));
            }

            layer = next;
        }

        await Team.GroupAsync("Top", memberGroupIds: [.. layer], permissions: Team.Right("READ", "AUDIT_LOG"));
        var firsts = (await Team.QueryAsync("permissionGroups(where: { search: $text }) { nodes { id } }", "L0")).GetProperty("permissionGroups").GetProperty("nodes").EnumerateArray().Select(group => group.GetProperty("id").GetString()!).ToArray();
        var vera = await Team.JoinAsync(firsts);

        var access = await AccessAsync(Owner, vera.UserId, new { type = "AUDIT_LOG" });

        Assert.Equal(100, access.Distinct().Count());
    }

    [Fact]
    public async Task Who_can_is_paged_by_name()
    {
        for (var i = 0; i < 12; i++)
        {
            await Team.JoinAsync(Team.Viewers);
        }

        await Team.AccountAsync("Aardvark", [Team.Engineers]);
        var names = new List<string>();
        string? after = null;
        do
        {
            var page = (await Team.QueryAsync($"whoCan(permission: READ, resource: {{ type: ALL_PROJECTS }}, first: 5{(after is null ? "" : $", after: \"{after}\"")}) {{ totalCount isComplete pageInfo {{ hasNextPage endCursor }} nodes {{ displayName }} }}")).GetProperty("whoCan");
            Assert.Equal(14, page.GetProperty("totalCount").GetInt32());
            names.AddRange(page.GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("displayName").GetString()!));
            after = page.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean() ? page.GetProperty("pageInfo").GetProperty("endCursor").GetString() : null;
        }
        while (after is not null);

        Assert.Equal(14, names.Distinct().Count());
        Assert.Equal("Aardvark", names[0]);
        Assert.Equal(names.Order(StringComparer.OrdinalIgnoreCase), names);
    }

    private async Task<string[]> AccessAsync(Client client, string principalId, object resource)
    {
        var data = await client.QueryAsync($"query($id: ID!, $who: ID!, $what: ResourceInput!) {{ organization(id: $id) {{ access(principalId: $who, resource: $what) {{ {Because} }} }} }}", new { id = Team.Id, who = principalId, what = resource });
        return
        [
            .. data.GetProperty("organization").GetProperty("access").GetProperty("permissions").EnumerateArray().SelectMany(permission =>
                permission.GetProperty("because").EnumerateArray().Select(path =>
                    $"{permission.GetProperty("permission").GetString()}: {string.Join(" > ", path.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("name").GetString()))} {Giver(path)}")),
        ];
    }

    private static string Giver(JsonElement path) => path.GetProperty("grant").ValueKind == JsonValueKind.Object
        ? path.GetProperty("grant").GetProperty("resource").GetProperty("type").GetString()!
        : $"[{path.GetProperty("builtIn").GetString()}]";
}
