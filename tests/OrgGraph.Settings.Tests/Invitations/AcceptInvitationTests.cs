using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

public sealed class AcceptInvitationTests(SharedOrgGraph shared) : InvitationTest(shared)
{
    private const string Joined = "organization { name viewerAccess { groups { name } } } member { user { email } groups { name } }";

    [Fact]
    public async Task Joins_when_the_link_is_followed()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("Lee@Join.test", "Engineers");
        var token = await App.TokenOfAsync("Lee@Join.test");
        var lee = await App.SignInAsync("lee@join.test");
        var (_, cursor) = await olivia.PlaceAsync();

        var joined = await lee.MutateAsync("acceptInvitation", new { token }, Joined);

        Assert.Equal("Acme", joined.Text("organization", "name"));
        Assert.Equal("Engineers", joined["organization", "viewerAccess", "groups"][0].GetProperty("name").GetString());
        Assert.Equal("ACCEPTED", Status(await App.InvitationAsync(id)));
        var events = await App.EventsSinceAsync(cursor);
        Assert.Equal(["InvitationAccepted", "MemberJoined"], events.Select(Acme.Kind));
        Assert.All(events, happened => Assert.Equal(joined.Version, happened.GetProperty("version").GetInt32()));
        Assert.Equal("lee@join.test", (await lee.QueryAsync("query($id: ID!) { organization(id: $id) { name } viewer { principal { ... on User { email } } } }", new { id = App.Acme }))
            .GetProperty("viewer").GetProperty("principal").GetProperty("email").GetString());
    }

    [Fact]
    public async Task Refused_when_another_person_holds_the_link()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("mine@wrong.test");
        var token = await App.TokenOfAsync("mine@wrong.test");

        foreach (var email in new[] { "nora@outside.test", "vera@acme.test", "mi.ne@wrong.test", "mine+x@wrong.test" })
        {
            var other = await App.SignInAsync(email);
            Assert.Equal(["InvitationWrongIdentityError input"], (await other.MutateAsync("acceptInvitation", new { token }, Joined)).Errors);
            Assert.Equal(["InvitationWrongIdentityError input"], (await other.MutateAsync("declineInvitation", new { token })).Errors);
        }

        Assert.Equal("PENDING", Status(await App.InvitationAsync(id)));
        Assert.Equal(["AUTH_NOT_AUTHENTICATED"], (await App.Anonymous.SendMutationAsync("acceptInvitation", new { token })).Codes);
        var (_, key) = await (await App.VeraAsync()).MakeKeyAsync();
        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("acceptInvitation", new { token })).Codes);
    }

    [Fact]
    public async Task Refused_when_the_token_is_replayed_swapped_or_forged()
    {
        var olivia = await App.OliviaAsync();
        await olivia.InviteAsync("one@replay.test");
        await olivia.InviteAsync("two@replay.test");
        var (first, second) = (await App.TokenOfAsync("one@replay.test"), await App.TokenOfAsync("two@replay.test"));
        var one = await App.SignInAsync("one@replay.test");
        async Task<string[]> ErrorsAsync(Client client, object input) => (await client.MutateAsync("acceptInvitation", input, Joined)).Errors;

        Assert.Equal(["InvitationWrongIdentityError input"], await ErrorsAsync(one, new { token = second }));
        Assert.Empty(await ErrorsAsync(one, new { token = first }));
        Assert.Equal(["InvitationInvalidError input"], await ErrorsAsync(one, new { token = first }));
        foreach (var forged in new[] { "", "x", new string('A', 43), first[..42], first + "a", first[1..] + first[0], "' OR 1=1 --" })
        {
            Assert.Equal(["InvitationInvalidError input"], await ErrorsAsync(one, new { token = forged }));
        }
    }

    [Fact]
    public async Task Refused_when_neither_or_both_arguments_are_passed_or_the_id_is_of_something_else()
    {
        var lou = await App.SignInAsync("lou@outside.test");

        Assert.Equal(["ValidationError input"], (await lou.MutateAsync("acceptInvitation", new { })).Errors);
        Assert.Equal(["ValidationError input"], (await lou.MutateAsync("acceptInvitation", new { token = "x", invitationId = App.Acme })).Errors);
        Assert.Equal(["InvitationInvalidError input"], (await lou.MutateAsync("acceptInvitation", new { invitationId = App.Acme })).Errors);
        Assert.Equal(["BAD_USER_INPUT"], (await lou.SendMutationAsync("acceptInvitation", new { invitationId = "garbled" })).Codes);
    }

    [Fact]
    public async Task One_member_when_fifty_accept_at_once()
    {
        var olivia = await App.OliviaAsync();
        await olivia.InviteAsync("fifty@race.test");
        var token = await App.TokenOfAsync("fifty@race.test");
        var fifty = await App.SignInAsync("fifty@race.test");
        var before = await App.MemberCountAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => fifty.MutateAsync("acceptInvitation", new { token }, Joined)));

        Assert.Single(answers, answer => answer.Errors.Length == 0);
        Assert.All(answers.Where(answer => answer.Errors.Length > 0), answer => Assert.Equal(["InvitationInvalidError input"], answer.Errors));
        Assert.Equal(before + 1, await App.MemberCountAsync());
    }

    [Fact]
    public async Task Nothing_joins_twice_when_the_person_is_a_member_already()
    {
        var olivia = await App.OliviaAsync();
        await olivia.InviteAsync("twice@outside.test", "Viewers");
        var first = await App.TokenOfAsync("twice@outside.test");
        var twice = await App.SignInAsync("twice@outside.test");
        await twice.MutateAsync("acceptInvitation", new { token = first });
        var before = await App.MemberCountAsync();

        var again = await InviteAsync(olivia, ["twice@outside.test"]);

        Assert.Equal(["twice@outside.test ALREADY_MEMBER"], Outcomes(again));
        Assert.Equal(["InvitationInvalidError input"], (await twice.MutateAsync("acceptInvitation", new { token = first })).Errors);
        Assert.Equal(before, await App.MemberCountAsync());
    }

    [Fact]
    public async Task Declined_when_the_person_says_no_and_final()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("no@outside.test");
        var token = await App.TokenOfAsync("no@outside.test");
        var no = await App.SignInAsync("no@outside.test");
        var (_, cursor) = await olivia.PlaceAsync();

        var declined = await no.MutateAsync("declineInvitation", new { token }, "invitation { status organizationName }");

        Assert.Equal("DECLINED", declined.Text("invitation", "status"));
        Assert.Equal(["InvitationInvalidError input"], (await no.MutateAsync("acceptInvitation", new { token })).Errors);
        Assert.Equal(["InvitationInvalidError input"], (await no.MutateAsync("acceptInvitation", new { invitationId = id })).Errors);
        Assert.Equal(["InvitationDeclined"], (await App.EventsSinceAsync(cursor)).Select(Acme.Kind));
        Assert.Equal(0, (await no.QueryAsync("{ viewer { invitations { invitationId } } }")).GetProperty("viewer").GetProperty("invitations").GetArrayLength());
    }
}

public sealed class AcceptInvitationOfLostInviterTests : OrgGraphTest
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Refused_when_the_inviter_was_demoted_or_removed(bool isRemoved)
    {
        var oscar = await App.OscarAsync();
        var id = await oscar.InviteAsync("late@outside.test", "Engineers");
        var token = await App.TokenOfAsync("late@outside.test");
        var late = await App.SignInAsync("late@outside.test");
        var before = await App.MemberCountAsync();
        await (isRemoved ? App.RemoveAsync("Oscar") : App.MoveAsync("Oscar", "Viewers"));

        var refused = await late.MutateAsync("acceptInvitation", new { token });

        Assert.Equal(["InvitationInvalidError input"], refused.Errors);
        Assert.Equal("INVITATION_INVALID", refused["errors"][0].GetProperty("code").GetString());
        Assert.NotEqual("ACCEPTED", (await App.InvitationAsync(id)).GetProperty("status").GetString());
        Assert.Equal(isRemoved ? before - 1 : before, await App.MemberCountAsync());
    }
}
