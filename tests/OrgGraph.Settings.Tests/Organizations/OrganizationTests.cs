using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Organizations;

[Collection("Organizations")]
public sealed class OrganizationTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Null_without_error_when_the_caller_may_not_see_it()
    {
        var other = await Team.FoundAsync(App);
        var key = await Team.KeyAsync(Team.Owner);

        foreach (var id in new[] { other.Id, Team.UnknownId(NodeType.Organization), Team.Viewers })
        {
            Assert.Equal(JsonValueKind.Null, await KindAsync(Owner, new { id }));
            Assert.Equal(JsonValueKind.Null, await KindAsync(key, new { id }));
        }

        Assert.Equal(JsonValueKind.Null, await KindAsync(Owner, new { name = other.Name }));
        Assert.Equal(JsonValueKind.Null, await KindAsync(Owner, new { name = new string('x', 10_000) }));
        Assert.Equal(JsonValueKind.Object, await KindAsync(key, new { name = Team.Name.ToLowerInvariant() }));
        foreach (var hidden in new[] { other.Owners, other.Owner.MemberId, other.Owner.UserId, other.Id })
        {
            Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(hidden, "id")).ValueKind);
        }
    }

    [Fact]
    public async Task Refused_when_both_or_none_are_given_or_the_id_is_garbled()
    {
        foreach (var variables in new object[] { new { }, new { id = Team.Id, name = Team.Name }, new { id = "!nonsense" } })
        {
            var answer = await Owner.SendAsync("query($id: ID, $name: String) { organization(id: $id, name: $name) { id } }", variables);

            Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
        }
    }

    private static async Task<JsonValueKind> KindAsync(Client client, object variables) =>
        (await client.QueryAsync("query($id: ID, $name: String) { organization(id: $id, name: $name) { id } }", variables)).GetProperty("organization").ValueKind;
}
