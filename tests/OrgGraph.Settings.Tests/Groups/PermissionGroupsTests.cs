using System.Globalization;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Groups;

[Collection("Groups")]
public sealed class PermissionGroupsTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Each_comes_once_both_ways_when_120_are_paged()
    {
        foreach (var number in Enumerable.Range(0, 117))
        {
            await Team.GroupAsync(string.Create(CultureInfo.InvariantCulture, $"group {number}"));
        }

        await Pages.BothWaysAsync(Team, "permissionGroups", 50, 120);
        await Pages.BothWaysAsync(Team, "permissionGroups", 1, 120);
    }

    [Theory]
    [MemberData(nameof(Pages.BadSizes), MemberType = typeof(Pages))]
    public async Task Refused_when_the_page_is_none(string arguments) => await Pages.RefusedAsync(Team, "permissionGroups", arguments);

    [Fact]
    public async Task Found_when_the_search_is_part_of_name_or_description()
    {
        var id = await Team.GroupAsync("Zebras");
        await Owner.MutateAsync("updatePermissionGroup", new { permissionGroupId = id, description = "Striped animals" });

        foreach (var search in new[] { "ZEB", "striPED" })
        {
            var found = (await Team.QueryAsync("permissionGroups(where: { search: $text }) { nodes { id } }", search)).GetProperty("permissionGroups").GetProperty("nodes");
            Assert.Equal(id, Assert.Single(found.EnumerateArray()).GetProperty("id").GetString());
        }
    }

    [Fact]
    public async Task Grants_are_for_managers_of_access_when_asked()
    {
        var vera = await Team.JoinAsync(Team.Viewers);

        var groups = await Team.QueryAsync(vera.Client, "permissionGroups { nodes { name viewerCanAssign memberCount members { nodes { displayName } } } }");

        Assert.Equal(3, groups.GetProperty("permissionGroups").GetProperty("nodes").GetArrayLength());
        Assert.DoesNotContain("\"viewerCanAssign\":true", groups.GetRawText().Replace("\"Viewers\",\"viewerCanAssign\":true", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }
}
