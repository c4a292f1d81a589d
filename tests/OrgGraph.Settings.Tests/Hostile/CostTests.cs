using System.Globalization;
using System.Net;
using GraphQL;
using GraphQLParser;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Schema;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>What requests cost, and what their refusal says.</summary>
public sealed class CostTests(SharedOrgGraph shared) : IClassFixture<SharedOrgGraph>
{
    [Theory]
    [InlineData("{ __typename }", 1)]
    [InlineData("{ viewer { id } }", 2)]
    [InlineData("{ viewer { organizations(first: 10) { totalCount nodes { id name } } } }", 4 + (10 * 2))]
    [InlineData("{ viewer { organizations { nodes { id name } } } }", 3 + (50 * 2))]
    [InlineData("{ viewer { organizations(last: 7) { edges { cursor node { id } } } } }", 3 + (7 * 3))]
    [InlineData("{ viewer { organizations(first: 2) { ...F } } } fragment F on OrganizationConnection { nodes { id } ... on OrganizationConnection { edges { cursor } } }", 4 + 2 + 2)]
    [InlineData("query($n: Int = 3) { viewer { organizations(first: $n) { nodes { id } } } }", 3 + 3)]
    [InlineData("query($n: Int) { viewer { organizations(first: $n) { nodes { id } } } }", 3 + 50)]
    [InlineData("{ viewer { organizations(first: 100000) { nodes { id } } } }", 3 + 100)]
    [InlineData("{ viewer { organizations(first: 2) { nodes { members(first: 3) { nodes { groups { id } } } } } } }", 3 + (2 * (2 + (3 * (1 + 10)))))]
    [InlineData("{ nodes(ids: [\"a\", \"b\"]) { id __typename } }", 1 + (2 * 2))]
    [InlineData("{ __schema { types { name fields { name type { name fields { name } } } } } }", 1)]
    [InlineData("query A { viewer { id } } query Main { __typename viewer { id } }", 3)]
    public void Cost_is_page_sizes_times_children(string query, int cost) => Assert.Equal(cost, Cost(query));

    [Theory]
    [InlineData(5, 3 + 5)]
    [InlineData(null, 3 + 50)]
    [InlineData(-1, 3)]
    [InlineData(1_000_000, 3 + 100)]
    [InlineData("100", 3 + 100)]
    [InlineData(5.0, 3 + 100)]
    public void Cost_follows_the_variable(object? size, int cost) =>
        Assert.Equal(cost, Cost("query($n: Int = 7) { viewer { organizations(first: $n) { nodes { id } } } }", ("n", size)));

    [Fact]
    public void Cost_counts_the_ids_of_a_variable() =>
        Assert.Equal(1 + (3 * 2), Cost("query($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }", ("ids", new List<object?> { "a", "b", "c" })));

    [Theory]
    [InlineData(true, OperationCost.MaxSignedIn)]
    [InlineData(false, OperationCost.MaxAnonymous)]
    public async Task Most_is_allowed_and_one_more_is_not(bool isSignedIn, int most)
    {
        var client = isSignedIn ? await shared.App.NoraAsync() : shared.App.Anonymous;
        var most100 = (most / 100) - 1;

        // viewer, organizations, nodes, and 100 for each field of an item; the rest as aliases.
        string Query(int cost) => $"{{ {HostileDocuments.Many(cost - 3 - (most100 * 100), i => $"t{i}: __typename")} viewer {{ organizations(first: 100) {{ nodes {{ {HostileDocuments.Many(most100, i => $"n{i}: name")} }} }} }} }}";
        var allowed = await client.SendAsync(Query(most));
        var refused = await client.SendAsync(Query(most + 1));

        Assert.Equal((most, most + 1), (Cost(Query(most)), Cost(Query(most + 1))));
        Assert.DoesNotContain("COST_EXCEEDED", allowed.Codes);
        Assert.True(allowed.Body.TryGetProperty("data", out _), allowed.Text);
        Assert.Equal(["COST_EXCEEDED"], refused.Codes);
        Assert.False(refused.Body.TryGetProperty("data", out _));
    }

    [Fact]
    public async Task Refusal_says_which_field_costs_what()
    {
        var answer = await (await shared.App.OliviaAsync()).SendAsync(
            "query($id: ID!) { organization(id: $id) { members(first: 100) { nodes { groups { name } } } all: permissionGroups(first: 100) { nodes { members(first: 100) { nodes { id displayName } } } } } }",
            new { id = shared.App.Acme });

        Assert.Equal(["COST_EXCEEDED"], answer.Codes);
        Assert.Equal(
            "The request costs 21,305; at most 20,000 is allowed. organization.all.nodes costs 20,200: 100 items of 202; organization.all.nodes.members.nodes costs 20,000: 100 times 100 items of 2; "
            + "organization.members.nodes costs 1,100: 100 items of 11; organization.members.nodes.groups costs 1,000: 100 times 10 items of 1. Ask for smaller pages, or for fewer lists within lists.",
            answer.Errors!.Value[0].GetProperty("message").GetString());
    }

    [Fact]
    public async Task Status_is_400_for_those_who_asked_for_the_protocols_own_type()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = new StringContent("""{"query":"{ viewer { organizations(first: 100) { nodes { members(first: 100) { nodes { id } } } } } }"}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/graphql-response+json");

        using var response = await shared.App.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(["COST_EXCEEDED"], (await Answer.ReadAsync(response)).Codes);
    }

    [Fact]
    public void Documents_that_clients_use_are_affordable()
    {
        foreach (var file in Directory.GetFiles(Repository.PathOf("schema/operations"), "*.graphql"))
        {
            var (text, variables) = (File.ReadAllText(file), new[] { ("first", (object?)100), ("last", 100) });

            Assert.True(Cost(text, variables) <= OperationCost.MaxSignedIn, $"{Path.GetFileName(file)} costs {Cost(text, variables).ToString(CultureInfo.InvariantCulture)}.");
        }
    }

    private static double Cost(string query, params (string Name, object? Value)[] variables)
    {
        var document = Parser.Parse(query);
        var operations = document.Definitions.OfType<GraphQLOperationDefinition>().ToList();
        var cost = OperationCost.Of(operations[^1], document, PrintedSchema.Schema);
        return cost.With(new Inputs(variables.ToDictionary(one => one.Name, one => one.Value)));
    }
}
