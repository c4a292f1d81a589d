using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Grants;

[CollectionDefinition("Grants")]
public sealed class GrantsServer : ICollectionFixture<SharedServer>;

[Collection("Grants")]
public sealed class UpdateGrantsTests(SharedServer server) : TeamTest(server)
{
    private const string Whole = "added { id grantee { __typename ... on User { displayName } ... on PermissionGroup { name } ... on ServiceAccount { name } } permission restrictTo resource { type resourceId projectId name } createdBy { displayName } } removedGrantIds";

    [Fact]
    public async Task Given_and_taken_in_one_step_and_again_without_effect()
    {
        var (group, vera) = (await Team.GroupAsync("Auditors"), await Team.JoinAsync(Team.Viewers));
        var old = await Team.GrantAsync(vera.UserId, "READ", new { type = "AUDIT_LOG" });
        await using var heard = await Team.WatchAsync(Owner, "grantsChanged", "... on GrantsChanged { addedGrantIds added { id } removedGrantIds }");
        var before = await Team.VersionAsync();
        object[] add = [Give(group, "READ", new { type = "AUDIT_LOG" }), Give(vera.UserId, "CREATE", new { type = "MEMBERS" })];

        var changed = await Owner.MutateAsync("updateGrants", new { organizationId = Team.Id, add, remove = new[] { old } }, Whole);
        var again = await Owner.MutateAsync("updateGrants", new { organizationId = Team.Id, add }, Whole);
        var gone = await Owner.MutateAsync("updateGrants", new { organizationId = Team.Id, add, remove = new[] { old } }, Whole);

        Assert.Empty(changed.Errors);
        Assert.Equal(before + 1, changed.Version);
        Assert.Equal(["PermissionGroup", "User"], changed["added"].EnumerateArray().Select(grant => grant.GetProperty("grantee").GetProperty("__typename").GetString()));
        Assert.Equal(old, changed["removedGrantIds"][0].GetString());
        Assert.Empty(again.Errors);
        Assert.Null(again.Version);
        Assert.Equal(changed["added"].GetRawText(), again["added"].GetRawText());
        Assert.Equal(0, again["removedGrantIds"].GetArrayLength());
        Assert.Equal(["NotFoundError input.remove.0"], gone.Errors);
        var told = await heard.NextEventAsync();
        Assert.Equal((changed.Version, "Auditors, " + Name(vera)), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
        Assert.Equal(changed["added"].EnumerateArray().Select(grant => grant.GetProperty("id").GetString()), told.GetProperty("addedGrantIds").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(old, told.GetProperty("removedGrantIds")[0].GetString());
    }

    [Theory]
    [InlineData("ORGANIZATION", "UPDATE", null)]
    [InlineData("MEMBERS", "DELETE", null)]
    [InlineData("AUDIT_LOG", "READ", null)]
    [InlineData("ALL_PROJECTS", "UPDATE", "DATASET")]
    [InlineData("PROJECT", "UPDATE", null)]
    [InlineData("PROJECT", "UPDATE", "LOGS")]
    [InlineData("EXPERIMENT", "READ", null)]
    [InlineData("DATASET", "CREATE", null)]
    [InlineData("PROMPT", "UPDATE", null)]
    [InlineData("FUNCTION", "DELETE", null)]
    [InlineData("PLAYGROUND", "MANAGE_ACCESS", null)]
    [InlineData("LOGS", "READ", null)]
    [InlineData("PERMISSION_GROUP", "MANAGE_ACCESS", null)]
    public async Task Every_resource_takes_grants_for_people_accounts_and_groups(string type, string permission, string? restrictTo)
    {
        var (project, group, vera, account) = (await Team.ProjectAsync("Project"), await Team.GroupAsync("Custom"), await Team.JoinAsync(Team.Viewers), await Team.AccountAsync("Runner", [Team.Viewers]));
        object resource = type switch
        {
            "PROJECT" => new { type, resourceId = project },
            "PERMISSION_GROUP" => new { type, resourceId = group },
            "ORGANIZATION" or "MEMBERS" or "AUDIT_LOG" or "ALL_PROJECTS" => new { type },
            _ => new { type, projectId = project, resourceId = "obj-1", name = "An object" },
        };

        var made = await Owner.MutateAsync("updateGrants", new { organizationId = Team.Id, add = new[] { Give(vera.UserId, permission, resource, restrictTo), Give(account.Id, permission, resource, restrictTo), Give(group, permission, resource, restrictTo) } }, Whole);

        Assert.Empty(made.Errors);
        Assert.Equal(["User", "ServiceAccount", "PermissionGroup"], made["added"].EnumerateArray().Select(grant => grant.GetProperty("grantee").GetProperty("__typename").GetString()));
        var first = made["added"][0];
        Assert.Equal((type, restrictTo), (first.GetProperty("resource").GetProperty("type").GetString(), first.GetProperty("restrictTo").GetString()));
        Assert.Equal(type switch { "PROJECT" => "Project", "PERMISSION_GROUP" => "Custom", _ when type is "ORGANIZATION" or "MEMBERS" or "AUDIT_LOG" or "ALL_PROJECTS" => null, _ => "An object" }, first.GetProperty("resource").GetProperty("name").GetString());
        var node = await Team.NodeAsync(first.GetProperty("id").GetString()!, "... on Grant { permission resource { type } }");
        Assert.Equal(permission, node.GetProperty("permission").GetString());
        var can = await CanAsync(account.Client, permission, resource);
        Assert.Equal(restrictTo is null, can);
        Assert.Equal(1, (await Team.QueryAsync("grants(where: { granteeId: $ref }) { totalCount }", reference: group)).GetProperty("grants").GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Grant_on_all_projects_covers_later_ones_and_a_restricted_one_only_its_kind()
    {
        var group = await Team.GroupAsync("Data people");
        var dan = await Team.JoinAsync(group);
        await Team.GrantAsync(group, "READ", new { type = "ALL_PROJECTS" });
        var later = await Team.ProjectAsync("Later");
        await Team.GrantAsync(dan.UserId, "UPDATE", new { type = "PROJECT", resourceId = later }, "DATASET");

        Assert.True(await CanAsync(dan.Client, "READ", new { type = "PROJECT", resourceId = later }));
        Assert.False(await CanAsync(dan.Client, "UPDATE", new { type = "PROJECT", resourceId = later }));
        Assert.True(await CanAsync(dan.Client, "UPDATE", new { type = "DATASET", projectId = later }));
        Assert.True(await CanAsync(dan.Client, "UPDATE", new { type = "DATASET", projectId = later, resourceId = "d1" }));
        Assert.False(await CanAsync(dan.Client, "UPDATE", new { type = "EXPERIMENT", projectId = later }));
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await dan.Client.SendMutationAsync("renameProject", new { projectId = later, name = "No" })).Codes);
        Assert.Equal("Later", (await Team.QueryAsync(dan.Client, "project(name: $text) { name }", "later")).GetProperty("project").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Nothing_is_changed_when_one_of_many_is_refused()
    {
        var (vera, before) = (await Team.JoinAsync(Team.Viewers), 0);
        var old = await Team.GrantAsync(vera.UserId, "READ", new { type = "AUDIT_LOG" });
        before = await Team.VersionAsync();

        foreach (var (input, error) in new (object, string)[]
        {
            (new { organizationId = Team.Id }, "ValidationError input"),
            (new { organizationId = Team.Id, add = Array.Empty<object>() }, "ValidationError input"),
            (new { organizationId = Team.Id, remove = new[] { old, old } }, "ValidationError input.remove.1"),
            (new { organizationId = Team.Id, remove = new[] { old, Team.UnknownId(NodeType.Grant) } }, "NotFoundError input.remove.1"),
            (Adding(old, Give(Team.Viewers, "READ", new { type = "AUDIT_LOG" })), "BuiltInImmutableError input.add.0.granteeId"),
            (Adding(old, Give(Team.UnknownId(NodeType.User), "READ", new { type = "AUDIT_LOG" })), "NotFoundError input.add.0.granteeId"),
            (Adding(old, Give(Team.Id, "READ", new { type = "AUDIT_LOG" })), "NotFoundError input.add.0.granteeId"),
            (Adding(old, Give(vera.UserId, "READ", new { type = "PROJECT", resourceId = Team.UnknownId(NodeType.Project) })), "NotFoundError input.add.0.resource.resourceId"),
            (Adding(old, Give(vera.UserId, "READ", new { type = "PROJECT" })), "NotFoundError input.add.0.resource.resourceId"),
            (Adding(old, Give(vera.UserId, "READ", new { type = "DATASET", resourceId = "d1" })), "NotFoundError input.add.0.resource.projectId"),
            (Adding(old, Give(vera.UserId, "READ", new { type = "MEMBERS", resourceId = Team.Viewers })), "ValidationError input.add.0.resource"),
            (Adding(old, Give(vera.UserId, "READ", new { type = "MEMBERS" }, "DATASET")), "ValidationError input.add.0.restrictTo"),
            (Adding(old, Give(vera.UserId, "READ", new { type = "ALL_PROJECTS" }, "MEMBERS")), "ValidationError input.add.0.restrictTo"),
            (Adding(old, Give(vera.UserId, "READ", new { type = "AUDIT_LOG", name = "a\nb" })), "ValidationError input.add.0.resource.name"),
            (Adding(old, Give(vera.UserId, "RESOLVE_SECRETS", new { type = "ORGANIZATION" })), "NotGrantableError input.add.0"),
            (Adding(old, Give(vera.UserId, "RESOLVE_SECRETS", new { type = "AUDIT_LOG" })), "ValidationError input.add.0.permission"),
            (Adding(old, Give(vera.UserId, "CREATE", new { type = "MEMBERS" }), Give(vera.UserId, "CREATE", new { type = "MEMBERS", name = "Again" })), "ValidationError input.add.1"),
        })
        {
            Assert.Equal([error], (await Owner.MutateAsync("updateGrants", input, Whole)).Errors);
        }

        Assert.Equal(["BAD_USER_INPUT"], (await Owner.SendMutationAsync("updateGrants", Adding(old, Give("!", "READ", new { type = "AUDIT_LOG" })))).Codes);
        Assert.Equal(before, await Team.VersionAsync());
        await WrongInput.OrganizationIdAsync(Team, "updateGrants", organizationId => new { organizationId, add = new[] { Give(vera.UserId, "READ", new { type = "AUDIT_LOG" }) } });
        await WrongInput.OtherIdAsync(Team, "updateGrants", "input.add.0.granteeId", NodeType.PermissionGroup, id => new { organizationId = Team.Id, add = new[] { Give(id, "READ", new { type = "AUDIT_LOG" }) } });
    }

    [Fact]
    public async Task Manager_of_one_project_gives_there_what_it_holds()
    {
        var (mine, other) = (await Team.ProjectAsync("Mine"), await Team.ProjectAsync("Other"));
        var (maya, vera, hidden) = (await Team.JoinAsync(await Team.GroupAsync("Nothing")), await Team.JoinAsync(Team.Viewers), await Team.ProjectAsync("Hidden"));
        await Team.GrantAsync(maya.UserId, "READ", Project(other));
        foreach (var permission in new[] { "READ", "UPDATE", "MANAGE_ACCESS" })
        {
            await Team.GrantAsync(maya.UserId, permission, Project(mine));
        }

        var foreign = await Team.GrantAsync(vera.UserId, "UPDATE", Project(other));

        Task<Payload> Give1(string permission, object resource, string? restrictTo = null) => maya.Client.MutateAsync("updateGrants", new { organizationId = Team.Id, add = new[] { Give(vera.UserId, "UPDATE", Project(mine)), Give(vera.UserId, permission, resource, restrictTo) } }, "added { id }");
        Assert.Empty((await Give1("READ", Project(mine))).Errors);
        Assert.Empty((await Give1("MANAGE_ACCESS", Project(mine))).Errors);
        Assert.Empty((await Give1("UPDATE", new { type = "DATASET", projectId = mine })).Errors);
        Assert.Empty((await Give1("UPDATE", Project(mine), "LOGS")).Errors);
        Assert.Equal(["NotGrantableError input.add.1"], (await Give1("DELETE", Project(mine))).Errors);
        Assert.Equal(["NotGrantableError input.add.1"], (await Give1("READ", Project(other))).Errors);
        Assert.Equal(["NotGrantableError input.add.1"], (await Give1("UPDATE", new { type = "ORGANIZATION" })).Errors);
        Assert.Equal(["NotFoundError input.add.1.resource.resourceId"], (await Give1("READ", Project(hidden))).Errors);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await maya.Client.SendMutationAsync("updateGrants", new { organizationId = Team.Id, add = new[] { Give(vera.UserId, "READ", Project(other)) } })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await maya.Client.SendMutationAsync("updateGrants", new { organizationId = Team.Id, remove = new[] { foreign } })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await maya.Client.SendAsync("query($id: ID!) { organization(id: $id) { grants { totalCount } } }", new { id = Team.Id })).Codes);
        var can = await Team.QueryAsync(maya.Client, "whoCan(permission: UPDATE, resource: { type: PROJECT, resourceId: $ref }) { totalCount }", reference: mine);
        Assert.Equal(3, can.GetProperty("whoCan").GetProperty("totalCount").GetInt32());
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await maya.Client.SendAsync($"query($id: ID!) {{ organization(id: $id) {{ whoCan(permission: UPDATE, resource: {{ type: PROJECT, resourceId: \"{other}\" }}) {{ totalCount }} }} }}", new { id = Team.Id })).Codes);
    }

    [Fact]
    public async Task Engineer_who_invites_gives_no_settings_away_by_rights_on_projects()
    {
        var (settings, inviting) = (await Team.GroupAsync("Settings", permissions: Team.Right("UPDATE", "ORGANIZATION")), await Team.GroupAsync("Inviting", permissions: Team.Right("CREATE", "MEMBERS")));
        var members = await Team.GroupAsync("Removing", permissions: Team.Right("DELETE", "MEMBERS"));
        var eli = await Team.JoinAsync(Team.Engineers, inviting);
        Task<Payload> Invite(string group) => eli.Client.MutateAsync("inviteMembers", new { organizationId = Team.Id, emails = new[] { $"guest{Team.NextNumber()}@teams.test" }, groupIds = new[] { group }, sendEmails = false });

        Assert.Equal(["NotGrantableError input.groupIds.0"], (await Invite(settings)).Errors);
        Assert.Equal(["NotGrantableError input.groupIds.0"], (await Invite(members)).Errors);
        Assert.Empty((await Invite(Team.Engineers)).Errors);
        Assert.Empty((await Invite(inviting)).Errors);
    }

    [Fact]
    public async Task Key_gives_nothing_that_lets_others_in()
    {
        var key = await Team.KeyAsync(Team.Owner);
        var vera = await Team.JoinAsync(Team.Viewers);
        Task<Payload> Give1(string permission, string type) => key.MutateAsync("updateGrants", new { organizationId = Team.Id, add = new[] { Give(vera.UserId, permission, new { type }) } });

        Assert.Equal(["NotGrantableError input.add.0"], (await Give1("MANAGE_ACCESS", "ALL_PROJECTS")).Errors);
        Assert.Equal(["NotGrantableError input.add.0"], (await Give1("CREATE", "MEMBERS")).Errors);
        Assert.Equal(["NotGrantableError input.add.0"], (await Give1("UPDATE", "ORGANIZATION")).Errors);
        Assert.Empty((await Give1("READ", "AUDIT_LOG")).Errors);
    }

    [Fact]
    public async Task Secrets_are_for_accounts_and_for_owners_to_give()
    {
        var (account, manager, project) = (await Team.AccountAsync("Runner", [Team.Owners]), await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION"), await Team.ProjectAsync("Project"));
        object secrets = new { type = "ORGANIZATION" };
        Assert.False(await CanAsync(account.Client, "RESOLVE_SECRETS", secrets));
        Assert.False(await CanAsync(Owner, "RESOLVE_SECRETS", secrets));

        await Team.GrantAsync(account.Id, "RESOLVE_SECRETS", secrets);

        Assert.True(await CanAsync(account.Client, "RESOLVE_SECRETS", Project(project)));
        Assert.False(await CanAsync(account.Client, "RESOLVE_SECRETS", new { type = "FUNCTION", projectId = project }));
        Assert.False(await CanAsync(Owner, "RESOLVE_SECRETS", secrets));
        var group = await Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = "Secretive", permissions = new[] { Team.Right("RESOLVE_SECRETS", "ORGANIZATION") } });
        Assert.Equal(["NotGrantableError input.permissions.0"], group.Errors);
        Assert.Equal(["NotFoundError input.add.0.granteeId"], (await manager.Client.MutateAsync("updateGrants", new { organizationId = Team.Id, add = new[] { Give(account.Id, "RESOLVE_SECRETS", secrets) } })).Errors);
    }

    [Fact]
    public async Task Grants_go_with_their_holder_and_their_object()
    {
        var (project, vera) = (await Team.ProjectAsync("Project"), await Team.JoinAsync(Team.Viewers));
        var group = await Team.GroupAsync("Custom", permissions: Team.Right("UPDATE", "PROJECT", project));
        await Team.GrantAsync(vera.UserId, "UPDATE", new { type = "DATASET", projectId = project });
        await Team.GrantAsync(vera.UserId, "READ", new { type = "AUDIT_LOG" });
        await Team.GrantAsync(vera.UserId, "MANAGE_ACCESS", new { type = "PERMISSION_GROUP", resourceId = group });
        await using var heard = await Team.WatchAsync(Owner, "grantsChanged", "... on GrantsChanged { removedGrantIds }");
        async Task<int> CountAsync() => (await Team.QueryAsync("grants { totalCount }")).GetProperty("grants").GetProperty("totalCount").GetInt32();

        Assert.Equal(4, await CountAsync());
        var deleted = await Owner.MutateAsync("deleteProject", new { projectId = project, confirmName = "Project" }, "deletedGrantCount");
        Assert.Equal((2, 2), (deleted["deletedGrantCount"].GetInt32(), await CountAsync()));
        await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = group });
        Assert.Equal(1, await CountAsync());
        await Owner.MutateAsync("removeMember", new { memberId = vera.MemberId });
        Assert.Equal(0, await CountAsync());
        foreach (var count in new[] { 2, 1, 1 })
        {
            Assert.Equal(count, (await heard.NextEventAsync()).GetProperty("removedGrantIds").GetArrayLength());
        }
    }

    [Fact]
    public async Task Grants_on_hidden_projects_are_hidden()
    {
        var (project, vera) = (await Team.ProjectAsync("Hidden"), await Team.JoinAsync(Team.Viewers));
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");
        var grant = await Team.GrantAsync(vera.UserId, "UPDATE", Project(project));

        var seen = await Team.QueryAsync(manager.Client, "grants { totalCount nodes { resource { type } } }");

        Assert.Equal("""{"grants":{"totalCount":1,"nodes":[{"resource":{"type":"ORGANIZATION"}}]}}""", seen.GetRawText());
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(manager.Client, grant, "id")).ValueKind);
        Assert.Equal(["NotFoundError input.remove.0"], (await manager.Client.MutateAsync("updateGrants", new { organizationId = Team.Id, remove = new[] { grant } })).Errors);
        var viewer = await vera.Client.SendAsync("query($id: ID!, $node: ID!) { node(id: $node) { id } organization(id: $id) { permissionGroups { nodes { grants { totalCount } } } } }", new { id = Team.Id, node = grant });
        Assert.All(viewer.Codes, code => Assert.Equal("AUTH_NOT_AUTHORIZED", code));
        Assert.Equal(JsonValueKind.Null, viewer.Data.GetProperty("node").ValueKind);
    }

    [Fact]
    public async Task Paged_both_ways()
    {
        foreach (var number in Enumerable.Range(0, 30))
        {
            await Team.GrantAsync(Team.Owner.UserId, "READ", new { type = "DATASET", projectId = await OneProjectAsync(), resourceId = $"d{number}" });
        }

        await Pages.BothWaysAsync(Team, "grants", 7, 30);
    }

    private async Task<string> OneProjectAsync() => _one ??= await Team.ProjectAsync("One");

    private string? _one;

    private static object Project(string id) => new { type = "PROJECT", resourceId = id };

    private static object Give(string granteeId, string permission, object resource, string? restrictTo = null) => new { granteeId, permission, resource, restrictTo };

    private object Adding(string remove, params object[] add) => new { organizationId = Team.Id, add, remove = new[] { remove } };

    private static string Name(Teammate person) => "Person " + person.Email["person".Length..person.Email.IndexOf('@', StringComparison.Ordinal)];

    private async Task<bool> CanAsync(Client client, string permission, object resource)
    {
        var data = await client.QueryAsync("query($id: ID!, $checks: [PermissionCheckInput!]!) { organization(id: $id) { viewerCan(checks: $checks) } }", new { id = Team.Id, checks = new[] { new { permission, resource } } });
        return data.GetProperty("organization").GetProperty("viewerCan")[0].GetBoolean();
    }
}

public sealed class GrantLimitTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:Grants", "2")];

    [Fact]
    public async Task Refused_when_the_limit_is_reached()
    {
        var team = await Team.FoundAsync(App);
        var first = await team.GrantAsync(team.Owner.UserId, "READ", new { type = "AUDIT_LOG" });
        object Add(string permission) => new { granteeId = team.Owner.UserId, permission, resource = new { type = "ALL_PROJECTS" } };

        Assert.Equal(["LimitReachedError input.add"], (await team.Owner.Client.MutateAsync("updateGrants", new { organizationId = team.Id, add = new[] { Add("READ"), Add("UPDATE") } })).Errors);
        Assert.Empty((await team.Owner.Client.MutateAsync("updateGrants", new { organizationId = team.Id, add = new[] { Add("READ"), Add("UPDATE") }, remove = new[] { first } })).Errors);
        var account = await team.Owner.Client.MutateAsync("createServiceAccount", new { organizationId = team.Id, name = "A", tokenName = "T", permissions = new[] { Team.Right("READ", "AUDIT_LOG") } }, "secret");
        Assert.Equal(["LimitReachedError input.permissions"], account.Errors);
    }
}
