using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Http;

[CollectionDefinition("Selections")]
public sealed class SelectionsServer : ICollectionFixture<Testing.SharedServer>;

/// <summary>
/// What a document selects is found out once and kept. Here each document is sent again with other variables, and holds what could be
/// kept wrongly.
/// </summary>
[Collection("Selections")]
public sealed class SelectionTests(Testing.SharedServer server) : TeamTest(server)
{
    [Theory]
    [InlineData(true, "\"name\":", null)]
    [InlineData(false, null, "\"name\":")]
    public async Task Directive_decides_anew_at_each_execution(bool include, string? present, string? absent)
    {
        const string Query = "query($id: ID!, $wanted: Boolean!) { organization(id: $id) { id name @include(if: $wanted) ... @skip(if: $wanted) { version } } }";
        await Owner.QueryAsync(Query, new { id = Team.Id, wanted = !include });

        var answer = await Owner.SendAsync(Query, new { id = Team.Id, wanted = include });

        Assert.Null(answer.Errors);
        Assert.Equal(!include, answer.Text.Contains("\"version\":", StringComparison.Ordinal));
        Assert.True(present is null || answer.Text.Contains(present, StringComparison.Ordinal));
        Assert.True(absent is null || !answer.Text.Contains(absent, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Fields_that_are_selected_twice_are_merged_with_their_arguments_each_time()
    {
        const string Query = """
            query($id: ID!, $count: Int!) {
              organization(id: $id) { permissionGroups(first: $count) { nodes { id } } }
              organization(id: $id) { permissionGroups(first: $count) { nodes { name } totalCount } }
            }
            """;
        foreach (var count in (int[])[1, 2, 1])
        {
            var groups = (await Owner.QueryAsync(Query, new { id = Team.Id, count })).GetProperty("organization").GetProperty("permissionGroups");

            Assert.Equal(3, groups.GetProperty("totalCount").GetInt32());
            Assert.Equal(count, groups.GetProperty("nodes").GetArrayLength());
            Assert.All(groups.GetProperty("nodes").EnumerateArray(), node => Assert.Equal(["id", "name"], node.EnumerateObject().Select(property => property.Name)));
        }
    }

    [Fact]
    public async Task Fragments_hold_for_the_types_that_they_name()
    {
        const string Query = """
            query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ...Named ... on PermissionGroup { label: name } } }
            fragment Named on Organization { title: name ...Named2 }
            fragment Named2 on Organization { version }
            """;
        for (var i = 0; i < 2; i++)
        {
            var nodes = (await Owner.QueryAsync(Query, new { ids = new[] { Team.Id, Team.Viewers, Team.Owner.UserId } })).GetProperty("nodes");

            Assert.Equal(
                ["__typename id title version", "__typename id label", "__typename id"],
                nodes.EnumerateArray().Select(node => string.Join(' ', node.EnumerateObject().Select(property => property.Name))));
        }
    }

    [Fact]
    public async Task Refused_field_is_null_with_its_path_and_leaves_its_neighbours()
    {
        const string Query = "query($id: ID!) { org: organization(id: $id) { members(first: 5) { nodes { id keys: apiKeyCount } } name } }";
        var viewer = await Team.JoinAsync(Team.Viewers);
        for (var i = 0; i < 2; i++)
        {
            var answer = await viewer.Client.SendAsync(Query, new { id = Team.Id });

            Assert.Equal(["AUTH_NOT_AUTHORIZED", "AUTH_NOT_AUTHORIZED"], answer.Codes);
            Assert.Equal(
                ["org.members.nodes.0.keys", "org.members.nodes.1.keys"],
                answer.Errors!.Value.EnumerateArray().Select(error => string.Join('.', error.GetProperty("path").EnumerateArray().Select(part => part.ToString()))));
            Assert.Equal(Team.Name, answer.Data.GetProperty("org").GetProperty("name").GetString());
            Assert.Equal((await Owner.QueryAsync(Query, new { id = Team.Id })).GetProperty("org").GetProperty("members").GetProperty("nodes").GetArrayLength(), answer.Data.GetProperty("org").GetProperty("members").GetProperty("nodes").GetArrayLength());
        }
    }

    [Fact]
    public async Task Root_fields_of_a_mutation_are_done_one_after_the_other()
    {
        var answer = await Owner.SendAsync(
            "mutation($id: ID!, $a: String!, $b: String!) { a: createProject(input: { organizationId: $id, name: $a }) { version } b: createProject(input: { organizationId: $id, name: $b }) { version } }",
            new { id = Team.Id, a = "First", b = "Second" });

        Assert.Null(answer.Errors);
        Assert.Equal(answer.Data.GetProperty("a").GetProperty("version").GetInt32() + 1, answer.Data.GetProperty("b").GetProperty("version").GetInt32());
    }
}
