using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Environments;

/// <summary>What one server assigned and set is read by another: one that catches up, and one that loads it anew.</summary>
public sealed class AssignmentsOfTwoServersTests : OrgGraphTest
{
    private const string Ask = """
        query($id: ID!, $slug: String) {
          organization(id: $id) { gitMetadata { version policy { collect fields } } environments { nodes { slug assignments { nodes { id objectName objectVersion assignedAt } } } } }
          runtime(organizationId: $id) { version(environmentSlug: $slug, objectType: FUNCTION, objectId: "tool-1") { outcome objectVersion } }
        }
        """;

    [Fact]
    public async Task Others_read_the_same_whether_they_catch_up_or_load()
    {
        await using var there = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock);
        var (olivia, elsewhere) = (await App.OliviaAsync(), await there.OliviaAsync());
        await AskAsync(elsewhere, 0);
        var projectId = (await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "Bot" }, "project { id }")).Text("project", "id");
        var environmentId = (await olivia.QueryAsync("query($id: ID!) { organization(id: $id) { environment(slug: \"production\") { id } } }", new { id = App.Acme }))
            .GetProperty("organization").GetProperty("environment").GetProperty("id").GetString();

        foreach (var (mutation, input) in new (string, object)[]
        {
            ("assignVersion", new { environmentId, projectId, objectType = "FUNCTION", objectId = "tool-1", objectVersion = "1" }),
            ("assignVersion", new { environmentId, projectId, objectType = "FUNCTION", objectId = "tool-1", objectName = "Tool", objectVersion = "2" }),
            ("updateGitMetadata", new { organizationId = App.Acme, policy = new { collect = "SOME", fields = new[] { "COMMIT", "GIT_DIFF" } } }),
            ("updateGitMetadata", new { organizationId = App.Acme, policy = (object?)null }),
            ("deleteEnvironment", new { environmentId, force = true }),
        })
        {
            var made = await olivia.MutateAsync(mutation, input);
            Assert.Empty(made.Errors);

            var own = await AskAsync(olivia, made.Version!.Value);
            Assert.Equal(own, await AskAsync(elsewhere, made.Version!.Value));
            await using var fresh = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock, firstId: 5_000_000);
            Assert.Equal(own, await AskAsync(await fresh.OliviaAsync(), 0));
        }

        Assert.Contains("UNKNOWN_ENVIRONMENT", await AskAsync(elsewhere, 0), StringComparison.Ordinal);
    }

    private async Task<string> AskAsync(Client client, int version)
    {
        var answer = await client.SendAsync(Ask, new { id = App.Acme, slug = "production" }, ("OrgGraph-Min-Version", $"{App.Acme}={version}"));
        Assert.True(answer.Errors is null, answer.Text);
        return answer.Data.GetRawText();
    }
}
