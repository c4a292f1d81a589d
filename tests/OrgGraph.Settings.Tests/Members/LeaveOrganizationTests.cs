using System.Net;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Members;

[Collection("Members")]
public sealed class LeaveOrganizationTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Membership_ends_when_a_member_leaves()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var key = await Team.KeyAsync(eli);
        var before = await Team.VersionAsync();
        await using var members = await Team.WatchAsync(Owner, "membershipChanged", "... on MemberRemoved { memberId left }");

        var left = await eli.Client.MutateAsync("leaveOrganization", new { organizationId = Team.Id }, "leftOrganizationId removedMemberId");

        Assert.Empty(left.Errors);
        Assert.Equal(before + 1, left.Version);
        Assert.Equal(Team.Id, left.Text("leftOrganizationId"));
        Assert.Equal(eli.MemberId, left.Text("removedMemberId"));
        var told = await members.NextEventAsync("MemberRemoved");
        Assert.Equal(left.Version, told.GetProperty("version").GetInt32());
        Assert.True(told.GetProperty("left").GetBoolean());
        Assert.Equal(HttpStatusCode.Unauthorized, (await key.SendAsync("{ viewer { principal { id } } }")).Status);
        Assert.Equal(JsonValueKind.Null, (await Team.QueryAsync(eli.Client, "id")).ValueKind);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await eli.Client.SendMutationAsync("leaveOrganization", new { organizationId = Team.Id })).Codes);
    }

    [Fact]
    public async Task Refused_when_it_is_the_last_owner()
    {
        await Team.JoinAsync(Team.Engineers);

        var left = await Owner.MutateAsync("leaveOrganization", new { organizationId = Team.Id }, "leftOrganizationId removedMemberId");

        Assert.StartsWith("LastOwnerError", Assert.Single(left.Errors));
        Assert.Equal(JsonValueKind.Null, left["leftOrganizationId"].ValueKind);
        Assert.Equal(JsonValueKind.Null, left["removedMemberId"].ValueKind);
        Assert.Equal([Team.Owner.Email], await Team.OwnerEmailsAsync());
    }

    [Fact]
    public async Task Refused_when_the_last_owner_is_one_through_nesting()
    {
        var inner = await Team.GroupAsync("Deputies");
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { inner } });
        var nested = await Team.JoinAsync(inner);

        var first = await Owner.MutateAsync("leaveOrganization", new { organizationId = Team.Id });
        var last = await nested.Client.MutateAsync("leaveOrganization", new { organizationId = Team.Id });

        Assert.Empty(first.Errors);
        Assert.StartsWith("LastOwnerError", Assert.Single(last.Errors));
        Assert.Equal([nested.Email], await Team.OwnerEmailsAsync(nested.Client));
    }

    [Fact]
    public async Task Refused_when_asked_by_key_or_by_a_stranger()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var (key, stranger) = (await Team.KeyAsync(eli), await App.NoraAsync());

        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("leaveOrganization", new { organizationId = Team.Id })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await stranger.SendMutationAsync("leaveOrganization", new { organizationId = Team.Id })).Codes);
        Assert.NotEqual(JsonValueKind.Null, (await Team.QueryAsync(eli.Client, "id")).ValueKind);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.OrganizationIdAsync(Team, "leaveOrganization", organizationId => new { organizationId });
}
