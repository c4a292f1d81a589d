using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Audit;

/// <summary>A person's whole life in an organization, through HTTP alone.</summary>
public sealed class PersonsLifeTests : OrgGraphTest
{
    [Fact]
    public async Task Log_tells_it_in_order()
    {
        var olivia = await App.OliviaAsync();
        var start = (await olivia.AuditLogAsync("first: 1"))[0].Text("cursor");
        // Nobody may read this project but by what is given below: the built-in groups read all of them, so the person is in a group of their own.
        var outer = await IdAsync(olivia, "createPermissionGroup", new { organizationId = App.Acme, name = "Outer" }, "permissionGroup");
        var inner = await IdAsync(olivia, "createPermissionGroup", new { organizationId = App.Acme, name = "Inner" }, "permissionGroup");
        var plain = await IdAsync(olivia, "createPermissionGroup", new { organizationId = App.Acme, name = "Plain" }, "permissionGroup");
        await olivia.MutateAsync("addGroupMembers", new { permissionGroupId = outer, memberGroupIds = new[] { inner } });
        var project = await IdAsync(olivia, "createProject", new { organizationId = App.Acme, name = "Secret plans" }, "project");

        // Invited, and accepts by the mail's link.
        Assert.Empty((await olivia.MutateAsync("inviteMembers", new { organizationId = App.Acme, emails = new[] { "pia@life.test" }, groupIds = new[] { plain } })).Errors);
        var pia = await App.SignInAsync("pia@life.test");
        Assert.Empty((await pia.MutateAsync("acceptInvitation", new { token = await App.TokenOfAsync("pia@life.test") })).Errors);
        var member = await MemberAsync(olivia);
        Assert.Equal(JsonValueKind.Null, (await pia.QueryAsync("query($id: ID!) { node(id: $id) { id } }", new { id = project })).GetProperty("node").ValueKind);

        // Makes a key.
        var made = await pia.MutateAsync("createApiKey", new { organizationId = App.Acme, name = "Pia's key" }, "secret");
        var key = App.With(made.Text("secret"));

        // Is granted a project through nested groups, and that is explained.
        Assert.Empty((await olivia.MutateAsync("updateGrants", new { organizationId = App.Acme, add = new[] { new { granteeId = outer, permission = "READ", resource = new { type = "PROJECT", resourceId = project } } } })).Errors);
        Assert.Empty((await olivia.MutateAsync("addGroupMembers", new { permissionGroupId = inner, principalIds = new[] { member.GetProperty("user").Text("id") } })).Errors);
        Assert.Equal("Secret plans", (await key.QueryAsync("query($id: ID!) { node(id: $id) { ... on Project { name } } }", new { id = project })).GetProperty("node").Text("name"));
        var explained = (await olivia.SendAsync(
            "query($id: ID!, $who: ID!, $project: ID!) { organization(id: $id) { access(principalId: $who, resource: {type: PROJECT, resourceId: $project}) { permissions { permission because { groups { name } } } } } }",
            new { id = App.Acme, who = member.GetProperty("user").Text("id"), project })).Text;
        Assert.Contains("Inner", explained, StringComparison.Ordinal);
        Assert.Contains("Outer", explained, StringComparison.Ordinal);

        // Loses the group, and leaves.
        Assert.Empty((await olivia.MutateAsync("removeGroupMembers", new { permissionGroupId = inner, principalIds = new[] { member.GetProperty("user").Text("id") } })).Errors);
        Assert.Equal(JsonValueKind.Null, (await key.QueryAsync("query($id: ID!) { node(id: $id) { id } }", new { id = project })).GetProperty("node").ValueKind);
        Assert.Empty((await pia.MutateAsync("leaveOrganization", new { organizationId = App.Acme })).Errors);
        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, (await key.SendAsync("{ viewer { credential { kind } } }")).Status);

        var log = (await olivia.AuditLogAsync($"last: 100, before: \"{start}\"")).Reverse().ToList();
        Assert.Equal(
            [
                "permissionGroup.created Olivia", "permissionGroup.created Olivia", "permissionGroup.created Olivia", "permissionGroup.membersChanged Olivia", "project.created Olivia",
                "invitation.created Olivia", "invitation.sent OrgGraph", "invitation.accepted Pia", "member.joined Pia", "apiKey.created Pia", "grants.changed Olivia", "permissionGroup.membersChanged Olivia",
                "member.groupsChanged Olivia", "permissionGroup.membersChanged Olivia", "member.groupsChanged Olivia", "member.removed Pia", "apiKey.revoked Pia",
            ],
            log.Select(entry => $"{entry.Text("action")} {entry.Text("actorName")!.Split(' ', '@')[0]}"));
        Assert.All(log, entry => Assert.DoesNotContain(made.Text("secret"), entry.GetRawText(), StringComparison.Ordinal));
    }

    private async Task<JsonElement> MemberAsync(Client reader) =>
        (await reader.QueryAsync("query($id: ID!) { organization(id: $id) { members(where: {search: \"pia@\"}) { nodes { id user { id } } } } }", new { id = App.Acme }))
            .GetProperty("organization").GetProperty("members").GetProperty("nodes")[0];

    private static async Task<string> IdAsync(Client client, string mutation, object input, string entity) => (await client.MutateAsync(mutation, input, $"{entity} {{ id }}"))[entity, "id"].GetString()!;
}
