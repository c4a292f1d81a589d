using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Environments;

[Collection("Environments")]
public sealed class EnvironmentsTests(SharedServer server) : TeamTest(server)
{
    [Theory]
    [MemberData(nameof(Pages.BadSizes), MemberType = typeof(Pages))]
    public async Task Refused_when_the_page_is_none(string arguments) => await Pages.RefusedAsync(Team, "environments", arguments);

    [Fact]
    public async Task Members_see_them_by_name_when_they_ask()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        foreach (var name in new[] { "zeta", "Alpha", "beta" })
        {
            await Team.EnvironmentAsync(name);
        }

        var seen = await Team.QueryAsync(vera.Client, "environments { nodes { name } }");

        Assert.Equal("""[{"name":"Alpha"},{"name":"beta"},{"name":"zeta"}]""", seen.GetProperty("environments").GetProperty("nodes").GetRawText());
    }
}
