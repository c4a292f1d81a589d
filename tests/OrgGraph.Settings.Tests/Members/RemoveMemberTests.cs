using System.Net;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Members;

[CollectionDefinition("Members")]
public sealed class MembersServer : ICollectionFixture<SharedServer>;

[Collection("Members")]
public sealed class RemoveMemberTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Member_and_keys_are_gone_when_an_owner_removes_them()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var (first, second) = (await Team.KeyAsync(eli), await Team.KeyAsync(eli));
        var before = await Team.VersionAsync();
        await using var members = await Team.WatchAsync(Owner, "membershipChanged", "... on MemberRemoved { memberId left }");
        await using var keys = await Team.WatchAsync(Owner, "apiKeysChanged");

        var removed = await Owner.MutateAsync("removeMember", new { memberId = eli.MemberId }, "removedMemberId revokedApiKeyCount");

        Assert.Empty(removed.Errors);
        Assert.Equal(before + 1, removed.Version);
        Assert.Equal(eli.MemberId, removed.Text("removedMemberId"));
        Assert.Equal(2, removed["revokedApiKeyCount"].GetInt32());
        var told = await members.NextEventAsync("MemberRemoved");
        Assert.Equal(removed.Version, told.GetProperty("version").GetInt32());
        Assert.Equal(eli.MemberId, told.GetProperty("memberId").GetString());
        Assert.False(told.GetProperty("left").GetBoolean());
        Assert.Equal(removed.Version, (await keys.NextEventAsync("ApiKeyRevoked")).GetProperty("version").GetInt32());
        Assert.Equal(removed.Version, (await keys.NextEventAsync("ApiKeyRevoked")).GetProperty("version").GetInt32());
        Assert.Equal(HttpStatusCode.Unauthorized, (await first.SendAsync("{ viewer { principal { id } } }")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await second.SendAsync("{ viewer { principal { id } } }")).Status);
        Assert.Equal(JsonValueKind.Null, (await Team.QueryAsync(eli.Client, "id")).ValueKind);
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(eli.MemberId, "id")).ValueKind);
        var viewer = await eli.Client.QueryAsync("{ viewer { organizations { totalCount } } }");
        Assert.Equal(0, viewer.GetProperty("viewer").GetProperty("organizations").GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Stream_ends_when_its_subscriber_is_removed()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        await using var stream = await Team.WatchAsync(vera.Client, "projectsChanged");

        await Owner.MutateAsync("removeMember", new { memberId = vera.MemberId });

        Assert.Equal("AUTH_NOT_AUTHORIZED", await LastCodeAsync(stream));
        await stream.CompletedAsync();
    }

    [Fact]
    public async Task Stream_ends_when_the_maker_of_its_key_is_removed()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        await using var stream = await Team.WatchAsync(await Team.KeyAsync(vera), "organizationEvents");

        await Owner.MutateAsync("removeMember", new { memberId = vera.MemberId });

        Assert.Equal("AUTH_NOT_AUTHENTICATED", await LastCodeAsync(stream));
        await stream.CompletedAsync();
    }

    [Fact]
    public async Task Old_keys_stay_dead_when_the_person_joins_again()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var key = await Team.KeyAsync(eli);
        await Owner.MutateAsync("removeMember", new { memberId = eli.MemberId });

        var again = await Team.JoinAsAsync(eli.Email, Team.Viewers);

        Assert.Equal(HttpStatusCode.Unauthorized, (await key.SendAsync("{ viewer { principal { id } } }")).Status);
        Assert.Equal(eli.MemberId, again.MemberId);
        Assert.Equal("Viewers", (await Team.NodeAsync(again.MemberId, "... on Member { groups { name } }")).GetProperty("groups")[0].GetProperty("name").GetString());
        Assert.NotEqual(JsonValueKind.Null, (await Team.QueryAsync(again.Client, "id")).ValueKind);
    }

    [Fact]
    public async Task Not_found_when_removed_before()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        await Owner.MutateAsync("removeMember", new { memberId = vera.MemberId });
        var before = await Team.VersionAsync();

        var again = await Owner.MutateAsync("removeMember", new { memberId = vera.MemberId }, "removedMemberId revokedApiKeyCount");

        Assert.Equal(["NotFoundError input.memberId"], again.Errors);
        Assert.Equal(JsonValueKind.Null, again["removedMemberId"].ValueKind);
        Assert.Equal(JsonValueKind.Null, again["revokedApiKeyCount"].ValueKind);
        Assert.Equal(before, await Team.VersionAsync());
    }

    [Fact]
    public async Task Refused_when_it_is_the_last_owner()
    {
        await Team.JoinAsync(Team.Viewers);

        var removed = await Owner.MutateAsync("removeMember", new { memberId = Team.Owner.MemberId });

        Assert.StartsWith("LastOwnerError", Assert.Single(removed.Errors));
        Assert.Equal([Team.Owner.Email], await Team.OwnerEmailsAsync());
    }

    [Fact]
    public async Task Only_owners_remove_owners_when_a_remover_may_remove_others()
    {
        var remover = await Team.JoinWithAsync("DELETE", "MEMBERS");
        var direct = await Team.JoinAsync(Team.Owners);
        var inner = await Team.GroupAsync("Deputies");
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { inner } });
        var nested = await Team.JoinAsync(inner);
        var vera = await Team.JoinAsync(Team.Viewers);

        var ofDirect = await remover.Client.MutateAsync("removeMember", new { memberId = direct.MemberId });
        var ofNested = await remover.Client.MutateAsync("removeMember", new { memberId = nested.MemberId });
        var ofViewer = await remover.Client.MutateAsync("removeMember", new { memberId = vera.MemberId });
        var byOwner = await nested.Client.MutateAsync("removeMember", new { memberId = direct.MemberId });

        Assert.Equal(["NotGrantableError input.memberId"], ofDirect.Errors);
        Assert.Equal(["NotGrantableError input.memberId"], ofNested.Errors);
        Assert.Empty(ofViewer.Errors);
        Assert.Empty(byOwner.Errors);
    }

    [Fact]
    public async Task Refused_when_the_caller_holds_no_right_to_remove()
    {
        var (vera, eli) = (await Team.JoinAsync(Team.Viewers), await Team.JoinAsync(Team.Engineers));
        var manager = await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION");

        foreach (var caller in new[] { eli, manager })
        {
            Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await caller.Client.SendMutationAsync("removeMember", new { memberId = vera.MemberId })).Codes);
        }

        Assert.Equal(["AUTH_NOT_AUTHENTICATED"], (await App.Anonymous.SendMutationAsync("removeMember", new { memberId = vera.MemberId })).Codes);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.TargetIdAsync(Team, "removeMember", "memberId", NodeType.Member, memberId => new { memberId });

    private static async Task<string?> LastCodeAsync(EventReader stream)
    {
        while (true)
        {
            var result = await stream.NextAsync();
            if (result.TryGetProperty("errors", out var errors))
            {
                return errors[0].GetProperty("extensions").GetProperty("code").GetString();
            }
        }
    }
}
