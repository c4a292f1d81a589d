using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Audit;

/// <summary>The log, live.</summary>
public sealed class AuditLoggedTests : OrgGraphTest
{
    private const string Stream = "subscription($id: ID!, $after: String) { auditLogged(organizationId: $id, after: $after) { cursor action resourceName actorName outcome } }";

    [Fact]
    public async Task New_entries_arrive_in_order_also_those_of_another_server()
    {
        var olivia = await App.OliviaAsync();
        await using var other = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock);
        await using var stream = await olivia.SubscribeAsync(Stream, new { id = App.Acme });

        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "Here" });
        Assert.Equal(("project.created", "Here"), await NextAsync(stream));
        await (await other.OliviaAsync()).MutateAsync("createProject", new { organizationId = App.Acme, name = "There" });
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(("project.created", "There"), await NextAsync(stream));
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "" });
        Assert.Equal(("createProject", null), await NextAsync(stream));
    }

    [Fact]
    public async Task Goes_on_after_a_cursor_without_a_gap()
    {
        var olivia = await App.OliviaAsync();
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "Seen" });
        var after = (await olivia.AuditLogAsync("first: 1"))[0].Text("cursor");
        for (var i = 0; i < 150; i++)
        {
            await olivia.MutateAsync("createEnvironment", new { organizationId = App.Acme, name = $"Missed {i}" });
            await olivia.MutateAsync("deleteEnvironment", new { environmentId = await EnvironmentAsync(olivia, $"Missed {i}") });
        }

        await using var stream = await olivia.SubscribeAsync(Stream, new { id = App.Acme, after });

        for (var i = 0; i < 150; i++)
        {
            Assert.Equal(("environment.created", $"Missed {i}"), await NextAsync(stream));
            Assert.Equal(("environment.deleted", $"Missed {i}"), await NextAsync(stream));
        }

        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "Live" });
        Assert.Equal(("project.created", "Live"), await NextAsync(stream));
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task Refused_when_the_cursor_is_of_no_entry(string after)
    {
        var olivia = await App.OliviaAsync();
        await using var stream = await olivia.SubscribeAsync(Stream, new { id = App.Acme, after });

        var refused = await stream.NextAsync();

        Assert.Equal("BAD_USER_INPUT", refused.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString());
        await stream.CompletedAsync();
    }

    [Fact]
    public async Task Ends_when_the_right_ends()
    {
        var (olivia, oscar) = (await App.OliviaAsync(), await App.OscarAsync());
        await using var stream = await oscar.SubscribeAsync(Stream, new { id = App.Acme });
        var memberId = (await olivia.QueryAsync("query($id: ID!) { organization(id: $id) { members(where: {search: \"oscar\"}) { nodes { id } } } }", new { id = App.Acme }))
            .GetProperty("organization").GetProperty("members").GetProperty("nodes")[0].Text("id");
        var groups = (await olivia.QueryAsync("query($id: ID!) { organization(id: $id) { permissionGroups(where: {search: \"Viewers\"}) { nodes { id } } } }", new { id = App.Acme }))
            .GetProperty("organization").GetProperty("permissionGroups").GetProperty("nodes").EnumerateArray().Select(group => group.Text("id")).ToArray();

        await olivia.MutateAsync("setMemberGroups", new { memberId, groupIds = groups });

        JsonElement last;
        do
        {
            last = await stream.NextAsync();
        }
        while (!last.TryGetProperty("errors", out _));

        Assert.Equal("AUTH_NOT_AUTHORIZED", last.GetProperty("errors")[0].GetProperty("extensions").GetProperty("code").GetString());
        await stream.CompletedAsync();
    }

    private static async Task<string> EnvironmentAsync(Client client, string name) =>
        (await client.QueryAsync("query($id: ID!) { organization(id: $id) { environments(first: 100) { nodes { id name } } } }", new { id = client.App.Acme }))
            .GetProperty("organization").GetProperty("environments").GetProperty("nodes").EnumerateArray().Single(environment => environment.Text("name") == name).Text("id")!;

    private static async Task<(string?, string?)> NextAsync(EventReader stream)
    {
        var entry = (await stream.NextAsync()).GetProperty("data").GetProperty("auditLogged");
        return (entry.Text("action"), entry.Text("resourceName"));
    }
}
