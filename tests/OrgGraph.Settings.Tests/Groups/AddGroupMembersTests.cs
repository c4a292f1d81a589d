using System.Globalization;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Groups;

[Collection("Groups")]
public sealed class AddGroupMembersTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Members_come_in_once_when_added_again()
    {
        var (id, eli) = (await Team.GroupAsync("Custom"), await Team.JoinAsync(Team.Engineers));
        await using var groups = await Team.WatchAsync(Owner, "permissionGroupsChanged", "... on PermissionGroupMembersChanged { permissionGroup { memberCount } }");
        await using var members = await Team.WatchAsync(Owner, "membershipChanged", "... on MemberGroupsChanged { memberId addedGroupIds }");

        var added = await AddAsync(id, [eli.UserId], [Team.Owners]);
        var again = await AddAsync(id, [eli.UserId], [Team.Owners]);
        var nobody = await AddAsync(id);

        Assert.Empty(added.Errors);
        Assert.Equal(2, added["permissionGroup", "memberCount"].GetInt32());
        Assert.Equal(added.Version, added["permissionGroup", "version"].GetInt32());
        Assert.Equal(added.Version, (await groups.NextEventAsync("PermissionGroupMembersChanged")).GetProperty("version").GetInt32());
        var told = await members.NextEventAsync("MemberGroupsChanged");
        Assert.Equal((added.Version, eli.MemberId), (told.GetProperty("version").GetInt32(), told.GetProperty("memberId").GetString()));
        foreach (var same in new[] { again, nobody })
        {
            Assert.Empty(same.Errors);
            Assert.Null(same.Version);
            Assert.Equal(2, same["permissionGroup", "memberCount"].GetInt32());
        }
    }

    [Fact]
    public async Task Rights_flow_inwards_and_people_count_once_when_a_contains_b_contains_c()
    {
        var c = await Team.GroupAsync("C");
        var b = await Team.GroupAsync("B", memberGroupIds: [c]);
        var a = await Team.GroupAsync("A", null, [b], Team.Right("READ", "AUDIT_LOG"));
        var inner = await Team.JoinAsync(c);
        var both = await Team.JoinAsync(b, c);

        var counts = await Team.QueryAsync("permissionGroups(where: { search: $text }) { totalCount nodes { name memberCount } }");
        var ofC = await Team.QueryAsync(inner.Client, "viewerAccess { policies groups { name } }");
        var cycle = await AddAsync(c, null, [a]);
        var self = await AddAsync(b, null, [b]);

        Assert.Equal(6, counts.GetProperty("permissionGroups").GetProperty("totalCount").GetInt32());
        foreach (var (id, count) in new[] { (a, 2), (b, 2), (c, 2) })
        {
            Assert.Equal(count, (await Team.NodeAsync(id, "... on PermissionGroup { memberCount }")).GetProperty("memberCount").GetInt32());
        }

        Assert.Contains("READ_AUDIT_LOG", ofC.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("""[{"name":"A"},{"name":"B"},{"name":"C"}]""", ofC.GetProperty("viewerAccess").GetProperty("groups").GetRawText());
        Assert.Equal(["CycleError input.memberGroupIds"], cycle.Errors);
        Assert.Equal(["CycleError input.memberGroupIds"], self.Errors);
        Assert.Equal(JsonValueKind.Null, cycle["permissionGroup"].ValueKind);
        Assert.NotEmpty(both.MemberId);
    }

    [Fact]
    public async Task Refused_when_nested_more_than_ten_deep()
    {
        var innermost = await Team.GroupAsync("Level 0");
        foreach (var level in Enumerable.Range(1, 10))
        {
            innermost = await Team.GroupAsync(string.Create(CultureInfo.InvariantCulture, $"Level {level}"), memberGroupIds: [innermost]);
        }

        var tooDeep = await Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = "Level 11", memberGroupIds = new[] { innermost } });
        var added = await AddAsync(Team.Viewers, null, [innermost]);

        Assert.Equal(["CycleError input.memberGroupIds"], tooDeep.Errors);
        Assert.Equal(["CycleError input.memberGroupIds"], added.Errors);
    }

    [Fact]
    public async Task Only_owners_make_owners_when_others_manage_access()
    {
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");
        var (inner, crowd) = (await Team.GroupAsync("Deputies"), await Team.GroupAsync("Crowd"));
        var vera = await Team.JoinAsync(crowd);
        await AddAsync(Team.Owners, null, [inner]);

        var direct = await AddAsync(manager.Client, Team.Owners, [manager.UserId]);
        var nested = await AddAsync(manager.Client, inner, [vera.UserId]);
        var byGroup = await AddAsync(manager.Client, Team.Owners, null, [crowd]);
        var byInnerGroup = await AddAsync(manager.Client, inner, null, [crowd]);

        foreach (var refused in new[] { direct, nested, byGroup, byInnerGroup })
        {
            Assert.StartsWith("NotGrantableError", Assert.Single(refused.Errors));
        }

        Assert.Equal([Team.Owner.Email], await Team.OwnerEmailsAsync());
        Assert.Empty((await AddAsync(manager.Client, Team.Engineers, [vera.UserId])).Errors);
        Assert.Empty((await AddAsync(inner, [vera.UserId])).Errors);
    }

    [Fact]
    public async Task Invited_people_become_no_owners_when_a_manager_nests_their_group()
    {
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");
        var waiting = await Team.GroupAsync("Waiting");
        var email = string.Create(CultureInfo.InvariantCulture, $"waiting{Team.NextNumber()}@teams.test");
        await Owner.MutateAsync("inviteMembers", new { organizationId = Team.Id, emails = new[] { email }, groupIds = new[] { waiting }, sendEmails = false });
        var key = await Team.KeyAsync(Team.Owner);

        var byManager = await AddAsync(manager.Client, Team.Owners, null, [waiting]);
        var byKey = await AddAsync(key, Team.Owners, null, [waiting]);

        Assert.StartsWith("NotGrantableError", Assert.Single(byManager.Errors));
        Assert.StartsWith("NotGrantableError", Assert.Single(byKey.Errors));
    }

    [Fact]
    public async Task Nothing_permanent_is_given_when_an_owner_acts_by_key()
    {
        var key = await Team.KeyAsync(Team.Owner);
        var vera = await Team.JoinAsync(Team.Viewers);
        var inviters = await Team.GroupAsync("Inviters", permissions: Team.Right("CREATE", "MEMBERS"));
        var managers = await Team.GroupAsync("Managers", permissions: Team.Right("MANAGE_ACCESS", "ORGANIZATION"));
        var settlers = await Team.GroupAsync("Settlers", permissions: Team.Right("UPDATE", "ORGANIZATION"));

        foreach (var group in new[] { Team.Owners, inviters, managers, settlers })
        {
            Assert.StartsWith("NotGrantableError", Assert.Single((await AddAsync(key, group, [vera.UserId])).Errors));
            Assert.StartsWith("NotGrantableError", Assert.Single((await AddAsync(key, group, null, [Team.Viewers])).Errors));
        }

        Assert.Empty((await AddAsync(key, Team.Engineers, [vera.UserId])).Errors);
    }

    [Fact]
    public async Task Rights_that_are_not_held_cannot_be_given_when_only_the_group_is_managed()
    {
        var audit = await Team.GroupAsync("Audit", permissions: Team.Right("READ", "AUDIT_LOG"));
        var plain = await Team.GroupAsync("Plain");
        var vera = await Team.JoinAsync(Team.Viewers);
        var holder = await Team.JoinAsync(await Team.GroupAsync("Both", null, null, Team.Right("MANAGE_ACCESS", "PERMISSION_GROUP", audit), Team.Right("MANAGE_ACCESS", "PERMISSION_GROUP", plain)));

        Assert.StartsWith("NotGrantableError", Assert.Single((await AddAsync(holder.Client, audit, [vera.UserId])).Errors));
        Assert.StartsWith("NotGrantableError", Assert.Single((await AddAsync(holder.Client, audit, [holder.UserId])).Errors));
        Assert.Empty((await AddAsync(holder.Client, plain, [vera.UserId])).Errors);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await holder.Client.SendMutationAsync("addGroupMembers", new { permissionGroupId = Team.Engineers, principalIds = new[] { vera.UserId } })).Codes);
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong()
    {
        var id = await Team.GroupAsync("Custom");

        await WrongInput.TargetIdAsync(Team, "addGroupMembers", "permissionGroupId", NodeType.PermissionGroup, permissionGroupId => new { permissionGroupId, principalIds = new[] { Team.Owner.UserId } });
        await WrongInput.OtherIdAsync(Team, "addGroupMembers", "input.principalIds.0", NodeType.User, user => new { permissionGroupId = id, principalIds = new[] { user } });
        await WrongInput.OtherIdAsync(Team, "addGroupMembers", "input.memberGroupIds.0", NodeType.PermissionGroup, group => new { permissionGroupId = id, memberGroupIds = new[] { group } });
        await WrongInput.IdListAsync(Team, "addGroupMembers", "principalIds", NodeType.User, Team.Owner.UserId, principalIds => new { permissionGroupId = id, principalIds });
        await WrongInput.IdListAsync(Team, "addGroupMembers", "memberGroupIds", NodeType.PermissionGroup, Team.Viewers, memberGroupIds => new { permissionGroupId = id, memberGroupIds });
    }

    private Task<Payload> AddAsync(string permissionGroupId, string[]? principalIds = null, string[]? memberGroupIds = null) => AddAsync(Owner, permissionGroupId, principalIds, memberGroupIds);

    private static Task<Payload> AddAsync(Client client, string permissionGroupId, string[]? principalIds = null, string[]? memberGroupIds = null) =>
        client.MutateAsync("addGroupMembers", new { permissionGroupId, principalIds, memberGroupIds }, "permissionGroup { memberCount version }");
}
