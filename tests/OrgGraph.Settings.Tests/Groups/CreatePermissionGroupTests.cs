using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Groups;

[CollectionDefinition("Groups")]
public sealed class GroupsServer : ICollectionFixture<SharedServer>;

[Collection("Groups")]
public sealed class CreatePermissionGroupTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Group_has_members_groups_and_rights_when_made_with_them()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var before = await Team.VersionAsync();
        await using var groups = await Team.WatchAsync(
            Owner, "permissionGroupsChanged", "... on PermissionGroupCreated { permissionGroup { name } permissionGroupEdge { cursor node { id } } }");
        await using var members = await Team.WatchAsync(Owner, "membershipChanged", "... on MemberGroupsChanged { memberId addedGroupIds }");

        var made = await Owner.MutateAsync("createPermissionGroup", new
        {
            organizationId = Team.Id,
            name = "  Release\u00a0managers  ",
            description = " Line\nline ",
            principalIds = new[] { eli.UserId },
            memberGroupIds = new[] { Team.Viewers },
            permissions = new[] { Team.Right("READ", "AUDIT_LOG") },
        }, "permissionGroup { id name description builtIn version memberCount memberGroups { id } members { nodes { id } } } permissionGroupEdge { cursor node { id } }");

        Assert.Empty(made.Errors);
        Assert.Equal(before + 1, made.Version);
        Assert.Equal(made.Version, made["permissionGroup", "version"].GetInt32());
        Assert.Equal("Release\u00a0managers", made.Text("permissionGroup", "name"));
        Assert.Equal("Line\nline", made.Text("permissionGroup", "description"));
        Assert.Equal(JsonValueKind.Null, made["permissionGroup", "builtIn"].ValueKind);
        Assert.Equal(1, made["permissionGroup", "memberCount"].GetInt32());
        Assert.Equal(Team.Viewers, made["permissionGroup", "memberGroups"][0].GetProperty("id").GetString());
        Assert.Equal(eli.UserId, made["permissionGroup", "members", "nodes"][0].GetProperty("id").GetString());
        var told = await groups.NextEventAsync("PermissionGroupCreated");
        Assert.Equal(made.Version, told.GetProperty("version").GetInt32());
        Assert.Equal(made.Text("permissionGroupEdge", "cursor"), told.GetProperty("permissionGroupEdge").GetProperty("cursor").GetString());
        Assert.Equal(made.Version, (await members.NextEventAsync("MemberGroupsChanged")).GetProperty("version").GetInt32());
        var policies = (await Team.QueryAsync(eli.Client, "viewerAccess { policies }")).GetProperty("viewerAccess").GetProperty("policies").GetRawText();
        Assert.Contains("READ_AUDIT_LOG", policies, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name)
    {
        var made = await Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name }, "permissionGroup { id } permissionGroupEdge { cursor }");

        Assert.Equal(["ValidationError input.name"], made.Errors);
        Assert.Null(made.Version);
        Assert.Equal(JsonValueKind.Null, made["permissionGroup"].ValueKind);
        Assert.Equal(JsonValueKind.Null, made["permissionGroupEdge"].ValueKind);
    }

    [Fact]
    public async Task Refused_when_the_name_is_no_unicode() =>
        await WrongInput.LoneSurrogateAsync(Owner, "createPermissionGroup", $"{{\"organizationId\":\"{Team.Id}\",\"name\":\"@\"}}");

    [Fact]
    public async Task Refused_when_the_name_is_taken_but_for_case_and_form()
    {
        await Team.GroupAsync("Café");

        foreach (var same in (string[])["CAFÉ", "Cafe\u0301", "  café ", "CAFE\u0301", "owners", "VIEWERS"])
        {
            Assert.Equal(["ConflictError input.name"], (await Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = same })).Errors);
        }

        Assert.Empty((await Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = new string('é', 256) })).Errors);
        Assert.Empty((await Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = "Cafe" })).Errors);
    }

    [Fact]
    public async Task Refused_when_description_or_permissions_are_bad()
    {
        var before = await Team.VersionAsync();
        var tooLong = await Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = "A", description = new string('d', 2001) });
        var twice = await RightsAsync(Team.Right("READ", "AUDIT_LOG"), Team.Right("READ", "AUDIT_LOG"));
        var secrets = await RightsAsync(Team.Right("RESOLVE_SECRETS", "ORGANIZATION"));
        var noProject = await RightsAsync(Team.Right("READ", "PROJECT", Team.UnknownId(NodeType.Project)));
        var noGroup = await RightsAsync(Team.Right("UPDATE", "PERMISSION_GROUP", Team.UnknownId(NodeType.PermissionGroup)));
        var needless = await RightsAsync(Team.Right("UPDATE", "ORGANIZATION", Team.Viewers));
        var restricted = await RightsAsync(new { permission = "READ", resource = new { type = "AUDIT_LOG" }, restrictTo = "LOGS" });
        var many = await RightsAsync([.. Enumerable.Repeat(Team.Right("READ", "AUDIT_LOG"), 101)]);

        Assert.Equal(["ValidationError input.description"], tooLong.Errors);
        Assert.Equal(["ValidationError input.permissions.1"], twice.Errors);
        Assert.Equal(["NotGrantableError input.permissions.0"], secrets.Errors);
        Assert.Equal(["NotFoundError input.permissions.0.resource.resourceId"], noProject.Errors);
        Assert.Equal(["NotFoundError input.permissions.0.resource.resourceId"], noGroup.Errors);
        Assert.Equal(["ValidationError input.permissions.0.resource"], needless.Errors);
        Assert.Equal(["ValidationError input.permissions.0.restrictTo"], restricted.Errors);
        Assert.Equal(["ValidationError input.permissions"], many.Errors);
        Assert.Equal(before, await Team.VersionAsync());
    }

    [Fact]
    public async Task Refused_when_it_would_give_ownership_by_those_who_are_no_owners()
    {
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");

        var anything = await manager.Client.MutateAsync(
            "createPermissionGroup", new { organizationId = Team.Id, name = "Any", principalIds = new[] { manager.UserId }, permissions = new[] { Team.Right("DELETE", "MEMBERS") } });
        var byEngineer = await (await Team.JoinAsync(Team.Engineers)).Client.SendMutationAsync("createPermissionGroup", new { organizationId = Team.Id, name = "Other" });

        Assert.Empty(anything.Errors);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], byEngineer.Codes);
    }

    [Fact]
    public async Task Nothing_permanent_is_given_when_an_owner_acts_by_key()
    {
        var key = await Team.KeyAsync(Team.Owner);
        foreach (var right in new[] { Team.Right("CREATE", "MEMBERS"), Team.Right("DELETE", "MEMBERS"), Team.Right("MANAGE_ACCESS", "ORGANIZATION"), Team.Right("MANAGE_ACCESS", "ALL_PROJECTS"), Team.Right("UPDATE", "ORGANIZATION") })
        {
            var made = await key.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = "By key", permissions = new[] { right } });

            Assert.Equal(["NotGrantableError input.permissions"], made.Errors);
        }

        Assert.Empty((await key.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = "By key", permissions = new[] { Team.Right("READ", "ALL_PROJECTS") } })).Errors);
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong()
    {
        await WrongInput.OrganizationIdAsync(Team, "createPermissionGroup", organizationId => new { organizationId, name = "A" });
        await WrongInput.OtherIdAsync(Team, "createPermissionGroup", "input.principalIds.0", NodeType.User, id => new { organizationId = Team.Id, name = "A", principalIds = new[] { id } });
        await WrongInput.OtherIdAsync(Team, "createPermissionGroup", "input.memberGroupIds.0", NodeType.PermissionGroup, id => new { organizationId = Team.Id, name = "A", memberGroupIds = new[] { id } });
        await WrongInput.IdListAsync(Team, "createPermissionGroup", "principalIds", NodeType.User, Team.Owner.UserId, principalIds => new { organizationId = Team.Id, name = "A", principalIds });
        await WrongInput.IdListAsync(Team, "createPermissionGroup", "memberGroupIds", NodeType.PermissionGroup, Team.Viewers, memberGroupIds => new { organizationId = Team.Id, name = "A", memberGroupIds });
    }

    private Task<Payload> RightsAsync(params object[] permissions) => Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = "A", permissions });
}

public sealed class CreatePermissionGroupLimitTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:PermissionGroups", "4"), ("OrgGraph:Limits:Grants", "1")];

    [Fact]
    public async Task Refused_when_a_limit_is_reached()
    {
        var team = await Team.FoundAsync(App);

        var grants = await team.Owner.Client.MutateAsync(
            "createPermissionGroup", new { organizationId = team.Id, name = "Fourth", permissions = new[] { Team.Right("READ", "AUDIT_LOG"), Team.Right("READ", "ALL_PROJECTS") } });
        var fourth = await team.Owner.Client.MutateAsync("createPermissionGroup", new { organizationId = team.Id, name = "Fourth" });
        var fifth = await team.Owner.Client.MutateAsync("createPermissionGroup", new { organizationId = team.Id, name = "Fifth" }, "limits: errors { ... on LimitReachedError { limit } }");

        Assert.Equal(["LimitReachedError input.permissions"], grants.Errors);
        Assert.Empty(fourth.Errors);
        Assert.StartsWith("LimitReachedError", Assert.Single(fifth.Errors));
        Assert.Equal(4, fifth["limits"][0].GetProperty("limit").GetInt32());
    }
}
