using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authorization;

/// <summary>What is guarded on one path is guarded on all: a viewer walks every path to what is not theirs, and finds what a stranger finds.</summary>
public sealed class VisibilityTests(Cast cast) : IClassFixture<Cast>
{
    private OrgGraphApp App => cast.App;

    private Client Vera => cast[Who.Viewer];

    [Fact]
    public async Task Key_of_another_is_nowhere_when_a_viewer_looks()
    {
        var (key, preview) = await OliviasKeyAsync();
        var document = """
            query($id: ID!, $org: ID!) {
              node(id: $id) { id }
              nodes(ids: [$id, $org]) { id }
              organization(id: $org) { apiKeys(where: { status: [ACTIVE, EXPIRING, REVOKED, EXPIRED] }) { totalCount nodes { id } edges { node { id } } } members(first: 100) { nodes { id } } }
            }
            """;

        var seen = await Vera.QueryAsync(document, new { id = key, org = App.Acme });

        Assert.Equal(JsonValueKind.Null, seen.GetProperty("node").ValueKind);
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("nodes")[0].ValueKind);
        Assert.DoesNotContain(key, seen.ToString(), StringComparison.Ordinal);
        var own = await cast[Who.Owner].QueryAsync(document, new { id = key, org = App.Acme });
        Assert.Equal(key, own.GetProperty("node").GetProperty("id").GetString());
        Assert.NotEmpty(preview);
    }

    [Fact]
    public async Task Key_of_another_is_not_found_when_a_viewer_filters_by_its_creator_or_name()
    {
        await OliviasKeyAsync();
        var olivia = (await cast[Who.Owner].QueryAsync("{ viewer { principal { id } } }")).GetProperty("viewer").GetProperty("principal").GetProperty("id").GetString();

        var seen = await Vera.QueryAsync(
            "query($org: ID!, $by: ID) { organization(id: $org) { apiKeys(where: { creatorId: $by, search: \"hidden\" }) { totalCount pageInfo { hasNextPage endCursor } } } }", new { org = App.Acme, by = olivia });

        Assert.Equal(0, seen.GetProperty("organization").GetProperty("apiKeys").GetProperty("totalCount").GetInt32());
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("organization").GetProperty("apiKeys").GetProperty("pageInfo").GetProperty("endCursor").ValueKind);
    }

    [Fact]
    public async Task Nothing_is_heard_of_anothers_key_when_a_viewer_subscribes()
    {
        const string Keys = "subscription($org: ID!) { apiKeysChanged(organizationId: $org) { __typename ... on OrganizationEvent { subjectName } } }";
        const string All = "subscription($org: ID!) { organizationEvents(organizationId: $org) { __typename subjectName } }";
        await using var keys = await Vera.SubscribeAsync(Keys, new { org = App.Acme });
        await using var all = await Vera.SubscribeAsync(All, new { org = App.Acme });

        var (key, _) = await OliviasKeyAsync();
        await cast[Who.Owner].MutateAsync("rotateApiKey", new { apiKeyId = key });
        await Vera.MutateAsync("createApiKey", new { organizationId = App.Acme, name = "The viewer's" });

        Assert.Equal("The viewer's", (await keys.NextEventAsync()).GetProperty("subjectName").GetString());
        Assert.Equal("The viewer's", (await all.NextEventAsync()).GetProperty("subjectName").GetString());
    }

    [Fact]
    public async Task Predecessor_is_hidden_from_strangers_and_shown_to_the_creator_when_a_key_was_rotated()
    {
        var (key, _) = await OliviasKeyAsync();
        var rotated = (await cast[Who.Owner].MutateAsync("rotateApiKey", new { apiKeyId = key, overlapSeconds = 60 }, "apiKey { id rotatedFrom { id } }"))["apiKey"];

        Assert.Equal(key, rotated.GetProperty("rotatedFrom").GetProperty("id").GetString());
        var seen = await Vera.QueryAsync("query($id: ID!) { node(id: $id) { ... on ApiKey { rotatedFrom { id } } } }", new { id = rotated.GetProperty("id").GetString() });
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("node").ValueKind);
    }

    [Theory]
    [InlineData("updateApiKey")]
    [InlineData("revokeApiKey")]
    [InlineData("rotateApiKey")]
    public async Task Key_of_another_counts_as_unknown_when_a_viewer_changes_it(string mutation)
    {
        var (key, _) = await OliviasKeyAsync();
        var unknown = Mutated(key);

        var foreign = await Vera.SendMutationAsync(mutation, mutation == "updateApiKey" ? new { apiKeyId = key, name = "Taken" } : new { apiKeyId = key });
        var none = await Vera.SendMutationAsync(mutation, mutation == "updateApiKey" ? new { apiKeyId = unknown, name = "Taken" } : new { apiKeyId = unknown });

        Assert.Equal(none.Text, foreign.Text);
        Assert.Contains("NotFoundError", foreign.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Invitation_is_nowhere_when_somebody_looks_who_may_not_invite()
    {
        var invitation = await cast.Own.InvitationAsync();
        const string Document = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }";

        foreach (var who in new[] { Who.Viewer, Who.Engineer, Who.Outsider, Who.ViewerKey })
        {
            var seen = await cast[who].QueryAsync(Document, new { id = invitation });
            Assert.Equal(JsonValueKind.Null, seen.GetProperty("node").ValueKind);
            Assert.Equal(JsonValueKind.Null, seen.GetProperty("nodes")[0].ValueKind);
        }

        Assert.Equal(invitation, (await cast[Who.Owner].QueryAsync(Document, new { id = invitation })).GetProperty("node").GetProperty("id").GetString());
    }

    [Fact]
    public async Task Project_is_nowhere_when_somebody_looks_who_may_not_read_it()
    {
        var project = await cast.Own.ProjectAsync();
        var name = (await cast[Who.Owner].QueryAsync("query($id: ID!) { node(id: $id) { ... on Project { name } } }", new { id = project })).GetProperty("node").GetProperty("name").GetString();
        var guest = await GuestWithoutRightsAsync();
        const string Document = """
            query($id: ID!, $name: String!, $org: ID!) {
              node(id: $id) { id }
              nodes(ids: [$id]) { id }
              organization(id: $org) { byId: project(id: $id) { id } byName: project(name: $name) { id } projects { totalCount nodes { id } } found: projects(where: { search: $name }) { totalCount } }
            }
            """;

        var seen = await guest.QueryAsync(Document, new { id = project, name, org = App.Acme });

        var organization = seen.GetProperty("organization");
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("node").ValueKind);
        Assert.Equal(JsonValueKind.Null, seen.GetProperty("nodes")[0].ValueKind);
        Assert.Equal(JsonValueKind.Null, organization.GetProperty("byId").ValueKind);
        Assert.Equal(JsonValueKind.Null, organization.GetProperty("byName").ValueKind);
        Assert.Equal(0, organization.GetProperty("projects").GetProperty("totalCount").GetInt32());
        Assert.Equal(0, organization.GetProperty("found").GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Project_counts_as_unknown_when_somebody_changes_it_who_may_not_read_it()
    {
        var project = await cast.Own.ProjectAsync();
        var guest = await GuestWithoutRightsAsync();

        var hidden = await guest.SendMutationAsync("renameProject", new { projectId = project, name = "Taken" });
        var none = await guest.SendMutationAsync("renameProject", new { projectId = Mutated(project), name = "Taken" });

        Assert.Equal(none.Text, hidden.Text);
        Assert.Contains("NotFoundError", hidden.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_heard_of_a_project_when_a_subscriber_may_not_read_it()
    {
        var guest = await GuestWithoutRightsAsync();
        await using var projects = await guest.SubscribeAsync("subscription($org: ID!) { projectsChanged(organizationId: $org) { __typename } }", new { org = App.Acme });
        await using var all = await guest.SubscribeAsync("subscription($org: ID!) { organizationEvents(organizationId: $org) { __typename subjectName } }", new { org = App.Acme });

        await cast.Own.ProjectAsync();
        await cast.Own.EnvironmentAsync();

        Assert.Equal("EnvironmentCreated", (await all.NextEventAsync()).GetProperty("__typename").GetString());
        Assert.Equal(0, projects.Waiting);
    }

    private async Task<(string Id, string Preview)> OliviasKeyAsync()
    {
        var made = await cast[Who.Owner].MutateAsync("createApiKey", new { organizationId = App.Acme, name = "Hidden" }, "apiKey { id preview }");
        return (made.Text("apiKey", "id"), made.Text("apiKey", "preview"));
    }

    // A member of a group that gives no right at all.
    private async Task<Client> GuestWithoutRightsAsync()
    {
        var email = Stage.NewName().Replace(' ', '-').ToLowerInvariant() + "@outside.test";
        var made = await cast[Who.Owner].MutateAsync(
            "inviteMembers", new { organizationId = App.Acme, emails = new[] { email }, groupIds = new[] { await cast.Own.GroupAsync() }, sendEmails = false }, "results { invitation { id } }");
        var guest = await App.SignInAsync(email);
        await guest.MutateAsync("acceptInvitation", new { invitationId = made["results"][0].GetProperty("invitation").GetProperty("id").GetString() });
        return guest;
    }

    // The same id with another last part: of the same organization, of nothing.
    private static string Mutated(string id)
    {
        Assert.True(Kernel.Graph.GlobalId.TryParse(id, out var known));
        return (known with { Id = new Guid("0198a000-dead-7000-8000-00000000beef") }).ToString();
    }
}
