using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Groups;

[Collection("Groups")]
public sealed class DeletePermissionGroupTests(SharedServer server) : TeamTest(server)
{
    private const string Counts = "deletedPermissionGroupId reassignedMemberCount reassignedInvitationCount";

    [Fact]
    public async Task Members_and_invitations_move_when_they_would_be_left_without_a_group()
    {
        var id = await Team.GroupAsync("Doomed", null, null, Team.Right("READ", "AUDIT_LOG"));
        var outer = await Team.GroupAsync("Outer", memberGroupIds: [id]);
        await Owner.MutateAsync("createPermissionGroup", new { organizationId = Team.Id, name = "Its managers", permissions = new[] { Team.Right("MANAGE_ACCESS", "PERMISSION_GROUP", id) } });
        var (only, also) = (await Team.JoinAsync(id), await Team.JoinAsync(id, Team.Viewers));
        await InviteAsync("only@doomed.test", id);
        await InviteAsync("also@doomed.test", id, Team.Viewers);
        var before = await Team.VersionAsync();
        await using var groups = await Team.WatchAsync(Owner, "permissionGroupsChanged", "... on PermissionGroupDeleted { permissionGroupId }");

        var deleted = await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = id, reassignToGroupId = Team.Engineers }, Counts);

        Assert.Empty(deleted.Errors);
        Assert.Equal(before + 1, deleted.Version);
        Assert.Equal(id, deleted.Text("deletedPermissionGroupId"));
        Assert.Equal((1, 1), (deleted["reassignedMemberCount"].GetInt32(), deleted["reassignedInvitationCount"].GetInt32()));
        var told = await groups.NextEventAsync("PermissionGroupDeleted");
        Assert.Equal((deleted.Version, "Doomed"), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
        Assert.Equal("PermissionGroupMembersChanged", (await groups.NextEventAsync()).GetProperty("__typename").GetString());
        Assert.Equal(["Engineers"], await GroupsOfAsync(only));
        Assert.Equal(["Viewers"], await GroupsOfAsync(also));
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(id, "id")).ValueKind);
        Assert.Equal(0, (await Team.NodeAsync(outer, "... on PermissionGroup { memberGroups { id } }")).GetProperty("memberGroups").GetArrayLength());
        Assert.Equal(0, (await Team.NodeAsync(outer, "... on PermissionGroup { memberCount }")).GetProperty("memberCount").GetInt32());
        var invitations = (await Team.QueryAsync("invitations { nodes { email groups { name } } }")).GetProperty("invitations").GetProperty("nodes");
        Assert.Equal(
            ["""{"email":"also@doomed.test","groups":[{"name":"Viewers"}]}""", """{"email":"only@doomed.test","groups":[{"name":"Engineers"}]}"""],
            invitations.EnumerateArray().Select(invitation => invitation.GetRawText()).Order(StringComparer.Ordinal));
        Assert.DoesNotContain("READ_AUDIT_LOG", (await Team.QueryAsync(only.Client, "viewerAccess { policies }")).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_when_somebody_would_be_left_without_a_group()
    {
        var (ofMember, ofInvitation, free) = (await Team.GroupAsync("One"), await Team.GroupAsync("Two"), await Team.GroupAsync("Three"));
        var only = await Team.JoinAsync(ofMember);
        await InviteAsync("only@two.test", ofInvitation);
        var before = await Team.VersionAsync();

        var first = await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = ofMember }, Counts);
        var second = await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = ofInvitation }, Counts);

        Assert.Equal(["GroupRequiredError input.reassignToGroupId"], first.Errors);
        Assert.Equal(["GroupRequiredError input.reassignToGroupId"], second.Errors);
        Assert.Equal(JsonValueKind.Null, first["deletedPermissionGroupId"].ValueKind);
        Assert.Equal(JsonValueKind.Null, first["reassignedMemberCount"].ValueKind);
        Assert.Equal(before, await Team.VersionAsync());
        Assert.Equal(["One"], await GroupsOfAsync(only));
        Assert.Empty((await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = free })).Errors);
    }

    [Fact]
    public async Task Refused_when_it_is_built_in_or_the_version_is_stale()
    {
        var id = await Team.GroupAsync("Custom");
        var version = (await Team.NodeAsync(id, "... on PermissionGroup { version }")).GetProperty("version").GetInt32();
        await Owner.MutateAsync("updatePermissionGroup", new { permissionGroupId = id, name = "Renamed" });

        var stale = await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = id, expectedVersion = version });
        var builtIn = await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = Team.Viewers, reassignToGroupId = Team.Engineers });

        Assert.Equal(["ConflictError input.expectedVersion"], stale.Errors);
        Assert.Equal(["BuiltInImmutableError input.permissionGroupId"], builtIn.Errors);
    }

    [Fact]
    public async Task Owner_stays_when_the_group_that_makes_owners_is_deleted()
    {
        var inner = await Team.GroupAsync("Deputies");
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { inner } });
        var deputy = await Team.JoinAsync(inner);
        await Owner.MutateAsync("leaveOrganization", new { organizationId = Team.Id });

        var last = await deputy.Client.MutateAsync("deletePermissionGroup", new { permissionGroupId = inner, reassignToGroupId = Team.Viewers });
        var still = await Team.OwnerEmailsAsync(deputy.Client);
        var kept = await deputy.Client.MutateAsync("deletePermissionGroup", new { permissionGroupId = inner, reassignToGroupId = Team.Owners });

        Assert.StartsWith("LastOwnerError", Assert.Single(last.Errors));
        Assert.Equal([deputy.Email], still);
        Assert.Empty(kept.Errors);
        Assert.Equal([deputy.Email], await Team.OwnerEmailsAsync(deputy.Client));
    }

    [Fact]
    public async Task Only_owners_make_and_unmake_owners_when_others_delete()
    {
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");
        var (inner, plain, invited) = (await Team.GroupAsync("Deputies"), await Team.GroupAsync("Plain"), await Team.GroupAsync("Invited"));
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { inner } });
        await Team.JoinAsync(inner);
        await Team.JoinAsync(plain);
        await InviteAsync("only@invited.test", invited);
        var key = await Team.KeyAsync(Team.Owner);

        var unmakes = await manager.Client.MutateAsync("deletePermissionGroup", new { permissionGroupId = inner, reassignToGroupId = Team.Viewers });
        var makes = await manager.Client.MutateAsync("deletePermissionGroup", new { permissionGroupId = plain, reassignToGroupId = Team.Owners });
        var byKey = await key.MutateAsync("deletePermissionGroup", new { permissionGroupId = plain, reassignToGroupId = Team.Owners });
        var invites = await manager.Client.MutateAsync("deletePermissionGroup", new { permissionGroupId = invited, reassignToGroupId = Team.Owners });
        var invitesByKey = await key.MutateAsync("deletePermissionGroup", new { permissionGroupId = invited, reassignToGroupId = Team.Owners });

        foreach (var refused in new[] { unmakes, makes, byKey, invites, invitesByKey })
        {
            Assert.Equal(["NotGrantableError input.reassignToGroupId"], refused.Errors);
        }

        Assert.Empty((await manager.Client.MutateAsync("deletePermissionGroup", new { permissionGroupId = plain, reassignToGroupId = Team.Viewers })).Errors);
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong()
    {
        var id = await Team.GroupAsync("Custom");

        await WrongInput.TargetIdAsync(Team, "deletePermissionGroup", "permissionGroupId", NodeType.PermissionGroup, permissionGroupId => new { permissionGroupId });
        await WrongInput.OtherIdAsync(Team, "deletePermissionGroup", "input.reassignToGroupId", NodeType.PermissionGroup, reassignToGroupId => new { permissionGroupId = id, reassignToGroupId });
        Assert.Equal(["NotFoundError input.reassignToGroupId"], (await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = id, reassignToGroupId = id })).Errors);
    }

    private Task InviteAsync(string email, params string[] groupIds) =>
        Owner.MutateAsync("inviteMembers", new { organizationId = Team.Id, emails = new[] { email }, groupIds, sendEmails = false });

    private async Task<string[]> GroupsOfAsync(Teammate person)
    {
        var groups = (await Team.NodeAsync(person.MemberId, "... on Member { groups { name } }")).GetProperty("groups");
        return [.. groups.EnumerateArray().Select(group => group.GetProperty("name").GetString()!)];
    }
}
