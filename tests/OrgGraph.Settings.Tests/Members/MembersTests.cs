using System.Globalization;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Members;

[Collection("Members")]
public sealed class MembersTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Each_comes_once_both_ways_when_120_are_paged_in_any_order()
    {
        foreach (var number in Enumerable.Range(0, 119))
        {
            await Team.JoinAsAsync(string.Create(CultureInfo.InvariantCulture, $"m{number:000}-{Team.NextNumber()}@many.test"), Team.Viewers);
        }

        var byDefault = await Pages.BothWaysAsync(Team, "members", 50, 120);
        Assert.Equal(byDefault, await Pages.ForwardAsync(Team, Owner, "members", 100, ", order: [{ field: EMAIL, direction: ASC }]"));
        Assert.Equal(byDefault, await Pages.ForwardAsync(Team, Owner, "members", 100, ", order: [{ field: EMAIL }]"));
        foreach (var field in new[] { "NAME", "EMAIL", "JOINED_AT", "LAST_ACTIVE_AT" })
        {
            var ascending = await Pages.BothWaysAsync(Team, "members", 17, 120, $", order: [{{ field: {field}, direction: ASC }}]");
            var descending = await Pages.BothWaysAsync(Team, "members", 7, 120, $", order: [{{ field: {field}, direction: DESC }}]");
            Assert.Equal(ascending.Order(), descending.Order());
        }

        Assert.Equal(50, (await Team.QueryAsync("members { nodes { id } }")).GetProperty("members").GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Order_holds_when_names_and_addresses_differ()
    {
        var number = Team.NextNumber().ToString(CultureInfo.InvariantCulture);
        await Team.JoinAsAsync($"charlie{number}@b.test", Team.Viewers);
        await Team.JoinAsAsync($"alice{number}@c.test", Team.Viewers);
        await Team.JoinAsAsync($"bob{number}@a.test", Team.Viewers);

        Assert.Equal([$"alice{number}@c.test", $"bob{number}@a.test", $"charlie{number}@b.test", Team.Owner.Email], await EmailsAsync(""));
        Assert.Equal([Team.Owner.Email, $"charlie{number}@b.test", $"bob{number}@a.test", $"alice{number}@c.test"], await EmailsAsync("(order: [{ field: EMAIL, direction: DESC }])"));
        Assert.Equal([$"alice{number}@c.test", $"bob{number}@a.test", $"charlie{number}@b.test", Team.Owner.Email], await EmailsAsync("(order: [{ field: NAME }])"));
    }

    [Theory]
    [InlineData("WOLFGANG")]
    [InlineData("olfga")]
    [InlineData("@Mozart")]
    public async Task Found_when_the_search_is_part_of_name_or_address_in_any_case(string search)
    {
        await Team.JoinAsAsync(string.Create(CultureInfo.InvariantCulture, $"wolfgang{Team.NextNumber()}@mozart.test"), Team.Viewers);
        await Team.JoinAsync(Team.Viewers);

        var found = (await Team.QueryAsync("members(where: { search: $text }) { totalCount nodes { user { email } } }", search)).GetProperty("members");

        Assert.Equal(1, found.GetProperty("totalCount").GetInt32());
        Assert.StartsWith("wolfgang", found.GetProperty("nodes")[0].GetProperty("user").GetProperty("email").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_direct_members_come_when_filtered_by_group()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var outer = await Team.GroupAsync("Outer", memberGroupIds: [Team.Engineers]);
        const string Filtered = "members(where: { groupId: $ref }) { nodes { id } }";

        var engineers = (await Team.QueryAsync(Filtered, reference: Team.Engineers)).GetProperty("members").GetProperty("nodes");
        var outside = (await Team.QueryAsync(Filtered, reference: outer)).GetProperty("members").GetProperty("nodes");
        var unknown = (await Team.QueryAsync(Filtered, reference: Team.UnknownId(NodeType.PermissionGroup))).GetProperty("members").GetProperty("nodes");

        Assert.Equal(eli.MemberId, Assert.Single(engineers.EnumerateArray()).GetProperty("id").GetString());
        Assert.Equal(0, outside.GetArrayLength());
        Assert.Equal(0, unknown.GetArrayLength());
    }

    [Fact]
    public async Task Nesting_shows_when_effective_groups_are_asked()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        await Team.GroupAsync("Outer", memberGroupIds: [Team.Engineers]);

        var member = await Team.NodeAsync(eli.MemberId, "... on Member { groups { name } effectiveGroups { name } isOwner }");

        Assert.Equal("[{\"name\":\"Engineers\"}]", member.GetProperty("groups").GetRawText());
        Assert.Equal("[{\"name\":\"Engineers\"},{\"name\":\"Outer\"}]", member.GetProperty("effectiveGroups").GetRawText());
        Assert.False(member.GetProperty("isOwner").GetBoolean());
    }

    [Theory]
    [MemberData(nameof(Pages.BadSizes), MemberType = typeof(Pages))]
    public async Task Refused_when_the_page_is_none(string arguments) => await Pages.RefusedAsync(Team, "members", arguments);

    [Fact]
    public async Task Refused_when_the_cursor_is_of_another_list_or_order()
    {
        await Team.JoinAsync(Team.Viewers);
        var all = await Team.QueryAsync("members { edges { cursor } } permissionGroups { edges { cursor } }");
        var (member, group) = (CursorOf(all.GetProperty("members")), CursorOf(all.GetProperty("permissionGroups")));

        await Pages.RefusedAsync(Team, "members", $"after: \"{group}\"");
        await Pages.RefusedAsync(Team, "permissionGroups", $"before: \"{member}\"");
        await Pages.RefusedAsync(Team, "members", $"after: \"{member}\", order: [{{ field: NAME }}]");
        await Pages.RefusedAsync(Team, "members", $"after: \"{member}\", order: [{{ field: EMAIL, direction: DESC }}]");
        await Pages.RefusedAsync(Team, "members", "order: [{ field: NAME }, { field: EMAIL }]");
    }

    private async Task<string[]> EmailsAsync(string arguments)
    {
        var nodes = (await Team.QueryAsync($"members{arguments} {{ nodes {{ user {{ email }} }} }}")).GetProperty("members").GetProperty("nodes");
        return [.. nodes.EnumerateArray().Select(node => node.GetProperty("user").GetProperty("email").GetString()!)];
    }

    private static string? CursorOf(JsonElement connection) => connection.GetProperty("edges")[0].GetProperty("cursor").GetString();
}
