using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>
/// How an operation's variables and arguments are read is planned at its first execution. Here the plan's answer is held against that of
/// the same document in other words, which is read by the engine.
/// </summary>
[Collection("Selections")]
public sealed class InputPlanTests(Testing.SharedServer server) : TeamTest(server)
{
    private const string Lists = """
        query A($id: ID!, $count: Int, $search: String, $by: MemberOrderField = NAME) {
          organization(id: $id) { members(first: $count, where: {search: $search}, order: {field: $by, direction: DESC}) { nodes { id } } ...Groups }
        }
        query B($id: ID!) { organization(id: $id) { ...Groups } }
        fragment Groups on Organization { permissionGroups(first: 2) { nodes { id name } } }
        """;

    private const string Plain = "query($id: ID!, $count: Int, $search: String) { organization(id: $id) { members(first: $count, where: {search: $search}) { nodes { id } } } }";
    private const string Wrapped = "query($id: ID!, $where: MemberFilter, $ids: [ID!]!) { organization(id: $id) { members(where: $where) { totalCount } } nodes(ids: $ids) { id } }";
    private const string Inside = "mutation($id: ID!, $name: String!) { createProject(input: {organizationId: $id, name: $name}) { errors { __typename ... on UserError { path } } } }";

    public static TheoryData<string, string?, string> Given => new()
    {
        { Plain, null, """{"id": "ID", "count": 2}""" },
        { Plain, null, """{"id": "ID", "count": 2, "search": "a"}""" },
        { Plain, null, """{"id": "ID", "count": "two"}""" },
        { Plain, null, """{"id": "ID", "count": 2.5}""" },
        { Plain, null, """{"id": "ID", "count": 0}""" },
        { Plain, null, """{"id": "ID", "count": 99999999999}""" },
        { Plain, null, """{"id": "ID", "count": null, "search": null}""" },
        { Plain, null, """{"id": "ID", "count": [2]}""" },
        { Plain, null, """{"id": "ID", "search": {"a": 1}}""" },
        { Plain, null, """{"id": null}""" },
        { Plain, null, """{"id": true}""" },
        { Plain, null, """{"id": 5}""" },
        { Plain, null, "{}" },
        { Plain, null, """{"id": "ID", "unknown": 1}""" },
        { Lists, "A", """{"id": "ID", "count": 1}""" },
        { Lists, "A", """{"id": "ID", "by": "EMAIL"}""" },
        { Lists, "A", """{"id": "ID", "by": "SIZE"}""" },
        { Lists, "A", """{"id": "ID", "by": null}""" },
        { Lists, "B", """{"id": "ID"}""" },
        { Lists, "B", "{}" },
        { Lists, "C", """{"id": "ID"}""" },
        { Lists, null, """{"id": "ID"}""" },
        { Wrapped, null, """{"id": "ID", "where": {"search": "a"}, "ids": "ID"}""" },
        { Wrapped, null, """{"id": "ID", "where": {"search": 5}, "ids": ["ID"]}""" },
        { Wrapped, null, """{"id": "ID", "where": {"nonsense": 5}, "ids": ["ID", null]}""" },
        { Inside, null, """{"id": "ID", "name": ""}""" },
        { Inside, null, """{"id": "ID", "name": null}""" },
        { Inside, null, """{"id": "ID", "name": 7}""" },
        { Inside, null, """{"id": "!", "name": "a"}""" },
    };

    [Theory]
    [MemberData(nameof(Given))]
    public async Task Reads_what_the_engine_reads(string query, string? operation, string variables)
    {
        foreach (var name in (string?[])["A", "B", null])
        {
            await AskAsync(query, query == Lists ? name : null, """{"id": "ID", "ids": ["ID"], "name": ""}""");
        }

        var planned = await AskAsync(query, operation, variables);
        // Other words are another document, executed for the first time.
        var engine = await AskAsync(query + "\n#" + Guid.NewGuid(), operation, variables);

        Assert.Equal(engine.Text, planned.Text);
        Assert.Equal(engine.Status, planned.Status);
    }

    private async Task<Answer> AskAsync(string query, string? operationName, string variables)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { query, operationName, variables = System.Text.Json.JsonDocument.Parse(variables.Replace("\"ID\"", $"\"{Team.Id}\"", StringComparison.Ordinal)).RootElement }),
        };
        request.Headers.Authorization = new("Bearer", Owner.Credential);
        request.Headers.Accept.ParseAdd("application/graphql-response+json");
        using var response = await Owner.App.Http.SendAsync(request);
        return await Answer.ReadAsync(response);
    }
}
