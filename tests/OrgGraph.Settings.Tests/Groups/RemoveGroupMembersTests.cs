using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Groups;

[Collection("Groups")]
public sealed class RemoveGroupMembersTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Members_go_once_when_removed_again()
    {
        var eli = await Team.JoinAsync(Team.Engineers, Team.Viewers);
        var id = await Team.GroupAsync("Custom", [eli.UserId], [Team.Owners]);
        await using var groups = await Team.WatchAsync(Owner, "permissionGroupsChanged");
        await using var members = await Team.WatchAsync(Owner, "membershipChanged", "... on MemberGroupsChanged { removedGroupIds }");

        var removed = await RemoveAsync(id, [eli.UserId], [Team.Owners]);
        var again = await RemoveAsync(id, [eli.UserId], [Team.Owners, Team.Viewers]);

        Assert.Empty(removed.Errors);
        Assert.Equal(0, removed["permissionGroup", "memberCount"].GetInt32());
        Assert.Equal(removed.Version, removed["permissionGroup", "version"].GetInt32());
        Assert.Equal(removed.Version, (await groups.NextEventAsync("PermissionGroupMembersChanged")).GetProperty("version").GetInt32());
        var told = await members.NextEventAsync("MemberGroupsChanged");
        Assert.Equal((removed.Version, id), (told.GetProperty("version").GetInt32(), told.GetProperty("removedGroupIds")[0].GetString()));
        Assert.Empty(again.Errors);
        Assert.Null(again.Version);
    }

    [Fact]
    public async Task Refused_when_it_was_the_only_group()
    {
        var (eli, vera) = (await Team.JoinAsync(Team.Engineers, Team.Viewers), await Team.JoinAsync(Team.Viewers));

        var removed = await RemoveAsync(Team.Viewers, [eli.UserId, vera.UserId]);

        Assert.Equal(["GroupRequiredError input.principalIds.1"], removed.Errors);
        Assert.Equal(JsonValueKind.Null, removed["permissionGroup"].ValueKind);
        Assert.Equal(2, (await Team.NodeAsync(Team.Viewers, "... on PermissionGroup { memberCount }")).GetProperty("memberCount").GetInt32());
    }

    [Fact]
    public async Task Refused_when_it_is_the_last_owner_directly_or_by_nesting()
    {
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Engineers, principalIds = new[] { Team.Owner.UserId } });
        var direct = await RemoveAsync(Team.Owners, [Team.Owner.UserId]);
        var inner = await Team.GroupAsync("Deputies", [Team.Owner.UserId]);
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { inner } });
        var doubled = await RemoveAsync(Team.Owners, [Team.Owner.UserId]);

        var nested = await RemoveAsync(inner, [Team.Owner.UserId]);
        var group = await RemoveAsync(Team.Owners, null, [inner]);

        Assert.StartsWith("LastOwnerError", Assert.Single(direct.Errors));
        Assert.Empty(doubled.Errors);
        Assert.StartsWith("LastOwnerError", Assert.Single(nested.Errors));
        Assert.StartsWith("LastOwnerError", Assert.Single(group.Errors));
        Assert.Equal([Team.Owner.Email], await Team.OwnerEmailsAsync());
    }

    [Fact]
    public async Task Only_owners_unmake_owners_when_others_manage_access()
    {
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");
        var inner = await Team.GroupAsync("Deputies");
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { inner } });
        var (direct, nested, vera) = (await Team.JoinAsync(Team.Owners, Team.Viewers), await Team.JoinAsync(inner, Team.Viewers), await Team.JoinAsync(Team.Viewers, Team.Engineers));

        Assert.StartsWith("NotGrantableError", Assert.Single((await RemoveAsync(manager.Client, Team.Owners, [direct.UserId])).Errors));
        Assert.StartsWith("NotGrantableError", Assert.Single((await RemoveAsync(manager.Client, inner, [nested.UserId])).Errors));
        Assert.StartsWith("NotGrantableError", Assert.Single((await RemoveAsync(manager.Client, Team.Owners, null, [inner])).Errors));
        Assert.Empty((await RemoveAsync(manager.Client, Team.Viewers, [vera.UserId])).Errors);
        Assert.Empty((await RemoveAsync(nested.Client, Team.Owners, [direct.UserId])).Errors);
    }

    [Fact]
    public async Task Only_owners_take_a_group_out_of_owners_when_nobody_is_in_it_yet()
    {
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");
        var (inner, outer) = (await Team.GroupAsync("Inner"), await Team.GroupAsync("Outer"));
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = outer, memberGroupIds = new[] { inner } });
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { outer } });
        var before = await Team.VersionAsync();

        Assert.Equal(["NotGrantableError input.memberGroupIds"], (await RemoveAsync(manager.Client, Team.Owners, null, [outer])).Errors);
        Assert.Equal(["NotGrantableError input.memberGroupIds"], (await RemoveAsync(manager.Client, outer, null, [inner])).Errors);
        foreach (var permissionGroupId in new[] { inner, outer })
        {
            Assert.Equal(["NotGrantableError input.permissionGroupId"], (await manager.Client.MutateAsync("deletePermissionGroup", new { permissionGroupId })).Errors);
        }

        Assert.Equal(before, await Team.VersionAsync());
        Assert.Empty((await RemoveAsync(Owner, outer, null, [inner])).Errors);
        Assert.Empty((await manager.Client.MutateAsync("deletePermissionGroup", new { permissionGroupId = inner })).Errors);
        Assert.Empty((await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = outer })).Errors);
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong()
    {
        var id = await Team.GroupAsync("Custom");

        await WrongInput.TargetIdAsync(Team, "removeGroupMembers", "permissionGroupId", NodeType.PermissionGroup, permissionGroupId => new { permissionGroupId, principalIds = new[] { Team.Owner.UserId } });
        await WrongInput.OtherIdAsync(Team, "removeGroupMembers", "input.principalIds.0", NodeType.User, user => new { permissionGroupId = id, principalIds = new[] { user } });
        await WrongInput.OtherIdAsync(Team, "removeGroupMembers", "input.memberGroupIds.0", NodeType.PermissionGroup, group => new { permissionGroupId = id, memberGroupIds = new[] { group } });
        await WrongInput.IdListAsync(Team, "removeGroupMembers", "principalIds", NodeType.User, Team.Owner.UserId, principalIds => new { permissionGroupId = id, principalIds });
    }

    private Task<Payload> RemoveAsync(string permissionGroupId, string[]? principalIds = null, string[]? memberGroupIds = null) => RemoveAsync(Owner, permissionGroupId, principalIds, memberGroupIds);

    private static Task<Payload> RemoveAsync(Client client, string permissionGroupId, string[]? principalIds = null, string[]? memberGroupIds = null) =>
        client.MutateAsync("removeGroupMembers", new { permissionGroupId, principalIds, memberGroupIds }, "permissionGroup { memberCount version }");
}
