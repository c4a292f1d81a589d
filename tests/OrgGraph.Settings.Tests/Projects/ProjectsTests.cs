using System.Globalization;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Projects;

[Collection("Projects")]
public sealed class ProjectsTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Each_comes_once_both_ways_when_120_are_paged()
    {
        foreach (var number in Enumerable.Range(0, 120))
        {
            await Team.ProjectAsync(string.Create(CultureInfo.InvariantCulture, $"Project {number}"));
        }

        await Pages.BothWaysAsync(Team, "projects", 50, 120);
        await Pages.BothWaysAsync(Team, "projects", 7, 120);
    }

    [Theory]
    [MemberData(nameof(Pages.BadSizes), MemberType = typeof(Pages))]
    public async Task Refused_when_the_page_is_none(string arguments) => await Pages.RefusedAsync(Team, "projects", arguments);

    [Fact]
    public async Task Only_readable_ones_come_when_one_may_be_read()
    {
        var (one, other) = (await Team.ProjectAsync("One"), await Team.ProjectAsync("Other"));
        var reader = await Team.JoinWithAsync("READ", "PROJECT", one);
        await using var heard = await Team.WatchAsync(reader.Client, "projectsChanged", "... on ProjectUpdated { projectId }");

        await Owner.MutateAsync("renameProject", new { projectId = other, name = "Hidden" });
        await Owner.MutateAsync("renameProject", new { projectId = one, name = "Seen" });
        var seen = await Team.QueryAsync(reader.Client, "projects { totalCount nodes { id viewerPermissions } } project(name: $text) { id }", "Hidden");

        Assert.Equal(one, (await heard.NextEventAsync()).GetProperty("projectId").GetString());
        Assert.Equal(1, seen.GetProperty("projects").GetProperty("totalCount").GetInt32());
        Assert.Equal("""[{"id":"ID","viewerPermissions":["READ"]}]""", seen.GetProperty("projects").GetProperty("nodes").GetRawText().Replace(one, "ID", StringComparison.Ordinal));
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("project").ValueKind);
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(reader.Client, other, "id")).ValueKind);
    }

    [Fact]
    public async Task Permissions_are_those_of_the_viewer()
    {
        var project = await Team.ProjectAsync("Project");
        var (eli, vera) = (await Team.JoinAsync(Team.Engineers), await Team.JoinAsync(Team.Viewers));
        var account = await Team.AccountAsync("Runner", [Team.Viewers], Team.Right("RESOLVE_SECRETS", "PROJECT", project));
        async Task<string> OfAsync(Client client) => (await Team.NodeAsync(client, project, "... on Project { viewerPermissions }")).GetProperty("viewerPermissions").GetRawText();

        Assert.Equal("""["READ"]""", await OfAsync(vera.Client));
        Assert.Equal("""["CREATE","READ","UPDATE","DELETE"]""", await OfAsync(eli.Client));
        Assert.Equal("""["CREATE","READ","UPDATE","DELETE","MANAGE_ACCESS"]""", await OfAsync(Owner));
        Assert.Equal("""["READ","RESOLVE_SECRETS"]""", await OfAsync(account.Client));
    }
}
