using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Members;

[Collection("Members")]
public sealed class SetMemberGroupsTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Groups_are_exactly_these_when_set()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var custom = await Team.GroupAsync("Custom");
        var before = await Team.VersionAsync();
        await using var members = await Team.WatchAsync(Owner, "membershipChanged", "... on MemberGroupsChanged { memberId addedGroupIds removedGroupIds member { version } }");
        await using var own = await Team.WatchAsync(eli.Client, "viewerAccessChanged", "... on ViewerAccessChanged { viewerAccess { groups { name } } }");

        var set = await Owner.MutateAsync(
            "setMemberGroups", new { memberId = eli.MemberId, groupIds = new[] { Team.Viewers, custom } }, "member { version groups { id } effectiveGroups { id } isOwner }");

        Assert.Empty(set.Errors);
        Assert.Equal(before + 1, set.Version);
        Assert.Equal(set.Version, set["member", "version"].GetInt32());
        Assert.Equal(new[] { Team.Viewers, custom }.Order(), set["member", "groups"].EnumerateArray().Select(group => group.GetProperty("id").GetString()).Order());
        var told = await members.NextEventAsync("MemberGroupsChanged");
        Assert.Equal(set.Version, told.GetProperty("version").GetInt32());
        Assert.Equal(new[] { Team.Viewers, custom }.Order(), told.GetProperty("addedGroupIds").EnumerateArray().Select(id => id.GetString()).Order());
        Assert.Equal(Team.Engineers, told.GetProperty("removedGroupIds")[0].GetString());
        Assert.Equal(set.Version, (await own.NextEventAsync("ViewerAccessChanged")).GetProperty("version").GetInt32());
    }

    [Fact]
    public async Task No_version_when_nothing_changes()
    {
        var eli = await Team.JoinAsync(Team.Engineers, Team.Viewers);
        var before = await Team.VersionAsync();

        foreach (var groupIds in new[] { new[] { Team.Engineers, Team.Viewers }, [Team.Viewers, Team.Engineers] })
        {
            var set = await Owner.MutateAsync("setMemberGroups", new { memberId = eli.MemberId, groupIds }, "member { id }");

            Assert.Empty(set.Errors);
            Assert.Null(set.Version);
            Assert.Equal(eli.MemberId, set.Text("member", "id"));
        }

        Assert.Equal(before, await Team.VersionAsync());
    }

    [Fact]
    public async Task Refused_when_the_version_is_stale()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var seen = (await Team.NodeAsync(eli.MemberId, "... on Member { version }")).GetProperty("version").GetInt32();

        var first = await Owner.MutateAsync("setMemberGroups", new { memberId = eli.MemberId, groupIds = new[] { Team.Viewers }, expectedVersion = seen });
        var second = await Owner.MutateAsync(
            "setMemberGroups", new { memberId = eli.MemberId, groupIds = new[] { Team.Engineers }, expectedVersion = seen }, "member { id } conflicts: errors { ... on ConflictError { currentVersion } }");

        Assert.Empty(first.Errors);
        Assert.Equal(["ConflictError input.expectedVersion"], second.Errors);
        Assert.Equal(first.Version, second["conflicts"][0].GetProperty("currentVersion").GetInt32());
        Assert.Equal(JsonValueKind.Null, second["member"].ValueKind);
    }

    [Fact]
    public async Task Refused_when_no_group_or_no_owner_is_left()
    {
        var eli = await Team.JoinAsync(Team.Engineers);

        var noGroup = await Owner.MutateAsync("setMemberGroups", new { memberId = eli.MemberId, groupIds = Array.Empty<string>() });
        var noOwner = await Owner.MutateAsync("setMemberGroups", new { memberId = Team.Owner.MemberId, groupIds = new[] { Team.Engineers } });

        Assert.Equal(["GroupRequiredError input.groupIds"], noGroup.Errors);
        Assert.StartsWith("LastOwnerError", Assert.Single(noOwner.Errors));
        Assert.Equal([Team.Owner.Email], await Team.OwnerEmailsAsync());
    }

    [Fact]
    public async Task Only_owners_make_and_unmake_owners_when_others_manage_access()
    {
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");
        var inner = await Team.GroupAsync("Deputies");
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { inner } });
        var (vera, nested) = (await Team.JoinAsync(Team.Viewers), await Team.JoinAsync(inner));
        var before = await Team.VersionAsync();

        foreach (var (memberId, group) in new[] { (vera.MemberId, Team.Owners), (vera.MemberId, inner), (manager.MemberId, Team.Owners), (nested.MemberId, Team.Viewers), (Team.Owner.MemberId, Team.Viewers) })
        {
            var set = await manager.Client.MutateAsync("setMemberGroups", new { memberId, groupIds = new[] { group } });

            Assert.Equal(["NotGrantableError input.groupIds"], set.Errors);
        }

        Assert.Equal(before, await Team.VersionAsync());
        Assert.Empty((await manager.Client.MutateAsync("setMemberGroups", new { memberId = vera.MemberId, groupIds = new[] { Team.Engineers } })).Errors);
        Assert.Empty((await nested.Client.MutateAsync("setMemberGroups", new { memberId = vera.MemberId, groupIds = new[] { Team.Owners } })).Errors);
    }

    [Fact]
    public async Task Nothing_permanent_is_given_when_an_owner_acts_by_key()
    {
        var key = await Team.KeyAsync(Team.Owner);
        var vera = await Team.JoinAsync(Team.Viewers);
        var inviters = await Team.GroupAsync("Inviters", permissions: Team.Right("CREATE", "MEMBERS"));
        var removers = await Team.GroupAsync("Removers", permissions: Team.Right("DELETE", "MEMBERS"));
        var managers = await Team.GroupAsync("Managers", permissions: Team.Right("MANAGE_ACCESS", "ALL_PROJECTS"));
        var settlers = await Team.GroupAsync("Settlers", permissions: Team.Right("UPDATE", "ORGANIZATION"));

        foreach (var group in new[] { Team.Owners, inviters, removers, managers, settlers })
        {
            var set = await key.MutateAsync("setMemberGroups", new { memberId = vera.MemberId, groupIds = new[] { group } });

            Assert.Equal(["NotGrantableError input.groupIds"], set.Errors);
        }

        Assert.Empty((await key.MutateAsync("setMemberGroups", new { memberId = vera.MemberId, groupIds = new[] { Team.Engineers } })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_caller_does_not_manage_access()
    {
        var (eli, vera) = (await Team.JoinAsync(Team.Engineers), await Team.JoinAsync(Team.Viewers));

        var set = await eli.Client.SendMutationAsync("setMemberGroups", new { memberId = vera.MemberId, groupIds = new[] { Team.Engineers } });

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], set.Codes);
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong()
    {
        var vera = await Team.JoinAsync(Team.Viewers);

        await WrongInput.TargetIdAsync(Team, "setMemberGroups", "memberId", NodeType.Member, memberId => new { memberId, groupIds = new[] { Team.Viewers } });
        await WrongInput.OtherIdAsync(Team, "setMemberGroups", "input.groupIds.1", NodeType.PermissionGroup, id => new { memberId = vera.MemberId, groupIds = new[] { Team.Viewers, id } });
        await WrongInput.IdListAsync(Team, "setMemberGroups", "groupIds", NodeType.PermissionGroup, Team.Viewers, groupIds => new { memberId = vera.MemberId, groupIds });
    }
}
