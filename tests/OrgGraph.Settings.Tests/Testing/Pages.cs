using System.Text.Json;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>Walks through a connection of an organization.</summary>
public static class Pages
{
    /// <summary>Page sizes that are none.</summary>
    public static TheoryData<string> BadSizes => new("first: 0", "first: -1", "first: 101", "last: 0", "last: -1", "last: 101", "first: 5, last: 5", "first: 5, after: \"nonsense\"", "first: 5, after: \"\"");

    /// <summary>All ids, by pages from the start.</summary>
    public static Task<List<string>> ForwardAsync(Team team, Client client, string field, int size, string arguments = "") =>
        WalkAsync(team, client, field, size, arguments, forward: true);

    /// <summary>All ids in the list's order, by pages from the end.</summary>
    public static async Task<List<string>> BackwardAsync(Team team, Client client, string field, int size, string arguments = "")
    {
        var pages = await WalkAsync(team, client, field, size, arguments, forward: false);
        pages.Reverse();
        return pages;
    }

    /// <summary>Holds that both ways give everything exactly once, in the same order.</summary>
    public static async Task<List<string>> BothWaysAsync(Team team, string field, int size, int expected, string arguments = "")
    {
        var forward = await ForwardAsync(team, team.Owner.Client, field, size, arguments);
        var backward = await BackwardAsync(team, team.Owner.Client, field, size, arguments);

        Assert.Equal(expected, forward.Count);
        Assert.Equal(expected, forward.Distinct().Count());
        Assert.Equal(forward, backward);
        return forward;
    }

    /// <summary>Holds that a bad page size or cursor is BAD_USER_INPUT.</summary>
    public static async Task RefusedAsync(Team team, string field, string arguments)
    {
        var answer = await team.Owner.Client.SendAsync($"query($id: ID!) {{ organization(id: $id) {{ {field}({arguments}) {{ totalCount }} }} }}", new { id = team.Id });

        Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
    }

    private static async Task<List<string>> WalkAsync(Team team, Client client, string field, int size, string arguments, bool forward)
    {
        var ids = new List<string>();
        for (string? cursor = null; ;)
        {
            var page = await PageAsync(team, client, field, $"{(forward ? "first" : "last")}: {size}, {(forward ? "after" : "before")}: $text {arguments}", cursor);
            var edges = page.GetProperty("edges").EnumerateArray().Select(edge => edge.GetProperty("node").GetProperty("id").GetString()!);
            ids.AddRange(forward ? edges : edges.Reverse());
            var info = page.GetProperty("pageInfo");
            Assert.Equal(cursor is not null, info.GetProperty(forward ? "hasPreviousPage" : "hasNextPage").GetBoolean());
            if (!info.GetProperty(forward ? "hasNextPage" : "hasPreviousPage").GetBoolean())
            {
                Assert.Equal(page.GetProperty("totalCount").GetInt32(), ids.Count);
                return ids;
            }

            cursor = info.GetProperty(forward ? "endCursor" : "startCursor").GetString();
        }
    }

    private static async Task<JsonElement> PageAsync(Team team, Client client, string field, string arguments, string? cursor) =>
        (await team.QueryAsync(client, $"{field}({arguments}) {{ totalCount edges {{ cursor node {{ id }} }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }}", cursor)).GetProperty(field);
}
