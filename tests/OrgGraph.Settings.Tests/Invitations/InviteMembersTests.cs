using System.Text.RegularExpressions;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

public sealed partial class InviteMembersTests(SharedOrgGraph shared) : InvitationTest(shared)
{
    [Fact]
    public async Task Each_address_has_its_outcome_when_a_list_is_pasted()
    {
        var olivia = await App.OliviaAsync();

        var invited = await InviteAsync(
            olivia, ["ann@paste.test\r\nBo Li <bo@paste.test>; ANN@paste.test,\n\n vera@acme.test", "ines@outside.test", "no address", "a@b", "ann@paste.test"]);

        Assert.Equal(
            [
                "ann@paste.test INVITED", "Bo Li <bo@paste.test> INVITED", "ANN@paste.test DUPLICATE", "vera@acme.test ALREADY_MEMBER",
                "ines@outside.test ALREADY_INVITED", "no address INVALID", "a@b INVALID", "ann@paste.test DUPLICATE",
            ],
            Outcomes(invited));
        Assert.Equal(2, invited["invitationEdges"].GetArrayLength());
        var results = invited["results"].EnumerateArray().ToList();
        Assert.All(results, one => Assert.Equal(one.GetProperty("outcome").GetString() == "INVITED", one.GetProperty("message").ValueKind == System.Text.Json.JsonValueKind.Null));
        Assert.Equal("bo@paste.test", results[1].GetProperty("invitation").GetProperty("email").GetString());
        Assert.Equal("PENDING", results[4].GetProperty("invitation").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Already_invited_keeps_its_groups()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("keeps@outside.test", "Viewers");

        var again = await InviteAsync(olivia, ["Keeps@Outside.test"], "Engineers");

        Assert.Equal(["Keeps@Outside.test ALREADY_INVITED"], Outcomes(again));
        Assert.Null(again.Version);
        Assert.Equal(id, again["results"][0].GetProperty("invitation").GetProperty("id").GetString());
        Assert.Equal("Viewers", (await App.InvitationAsync(id)).GetProperty("groups")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Line_break_inside_an_address_splits_it_and_forges_no_header()
    {
        var olivia = await App.OliviaAsync();

        var invited = await InviteAsync(olivia, ["vic\r\nBcc: evil@outside.test", "tab\u0009x@outside.test", "nul\0@outside.test"]);

        Assert.Equal(["vic INVALID", "Bcc: evil@outside.test INVALID", "tab\tx@outside.test INVALID", "nul\0@outside.test INVALID"], Outcomes(invited));
        Assert.Null(invited.Version);
    }

    [Fact]
    public async Task Nothing_is_invited_when_there_are_101_addresses()
    {
        var olivia = await App.OliviaAsync();
        var before = await olivia.PlaceAsync();

        var refused = await InviteAsync(olivia, [string.Join('\n', Enumerable.Range(1, 101).Select(i => $"p{i}@many.test"))]);

        Assert.Equal(["LimitReachedError input.emails"], refused.Errors);
        Assert.Equal(0, refused["results"].GetArrayLength());
        Assert.Equal(before.Version, (await olivia.PlaceAsync()).Version);
    }

    [Fact]
    public async Task Refused_as_a_whole_when_groups_or_addresses_are_missing()
    {
        var olivia = await App.OliviaAsync();
        var viewers = await App.GroupIdAsync("Viewers");
        async Task<string[]> ErrorsAsync(string[] emails, params string[] groupIds) =>
            (await olivia.MutateAsync("inviteMembers", new { organizationId = App.Acme, emails, groupIds })).Errors;

        Assert.Equal(["GroupRequiredError input.groupIds"], await ErrorsAsync(["g@outside.test"]));
        Assert.Equal(["NotFoundError input.groupIds.1"], await ErrorsAsync(["g@outside.test"], viewers, App.Acme));
        Assert.Equal(["ValidationError input.groupIds.1"], await ErrorsAsync(["g@outside.test"], viewers, viewers));
        Assert.Equal(["ValidationError input.emails"], await ErrorsAsync([], viewers));
        Assert.Equal(["ValidationError input.emails"], await ErrorsAsync([" ;,\n "], viewers));
    }

    [Fact]
    public async Task Refused_when_the_caller_may_not_invite()
    {
        var vera = await App.VeraAsync();
        var input = new { organizationId = App.Acme, emails = new[] { "v@outside.test" }, groupIds = new[] { await App.GroupIdAsync("Viewers") } };

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await vera.SendMutationAsync("inviteMembers", input)).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await (await App.NoraAsync()).SendMutationAsync("inviteMembers", input)).Codes);
        Assert.Equal(["AUTH_NOT_AUTHENTICATED"], (await App.Anonymous.SendMutationAsync("inviteMembers", input)).Codes);
    }

    [Fact]
    public async Task Mail_goes_to_one_person_with_one_link()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("mia@mail.test");

        var mail = (await App.MailsAsync()).Single(one => one.To.Mailboxes.Single().Address == "mia@mail.test");

        Assert.Equal("Olivia invites you to Acme", mail.Subject);
        Assert.Empty(mail.Cc);
        Assert.Empty(mail.Bcc);
        Assert.Single(Link().Matches(mail.TextBody!));
        Assert.Single(Link().Matches(mail.HtmlBody!));
        Assert.Equal(Link().Match(mail.TextBody!).Value, Link().Match(mail.HtmlBody!).Value);
        Assert.Single(Address().Matches(mail.TextBody!));
        Assert.Single(Address().Matches(mail.HtmlBody!));
        var invitation = await App.InvitationAsync(id);
        Assert.Equal(("SENT", 1), (invitation.GetProperty("delivery").GetString(), invitation.GetProperty("sentCount").GetInt32()));
    }

    [Fact]
    public async Task No_mail_when_none_is_wanted_and_the_person_finds_it()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("quiet@mail.test", sendEmails: false);

        Assert.DoesNotContain(await App.MailsAsync(), mail => mail.To.Mailboxes.Single().Address == "quiet@mail.test");
        Assert.Equal("SKIPPED", (await App.InvitationAsync(id)).GetProperty("delivery").GetString());
        var quiet = await App.SignInAsync("quiet@mail.test");
        var found = (await quiet.QueryAsync("{ viewer { invitations { invitationId organizationName invitedBy groupNames } } }")).GetProperty("viewer").GetProperty("invitations");
        Assert.Equal(id, found[0].GetProperty("invitationId").GetString());
        Assert.Empty((await quiet.MutateAsync("acceptInvitation", new { invitationId = id })).Errors);
    }

    [Fact]
    public async Task One_invitation_when_a_hundred_invite_one_address_at_once()
    {
        var olivia = await App.OliviaAsync();
        var input = new { organizationId = App.Acme, emails = new[] { "race@mail.test" }, groupIds = new[] { await App.GroupIdAsync("Viewers") } };

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => olivia.MutateAsync("inviteMembers", input, Results)));

        Assert.Single(answers, answer => Outcomes(answer)[0] == "race@mail.test INVITED");
        Assert.Equal(99, answers.Count(answer => Outcomes(answer)[0] == "race@mail.test ALREADY_INVITED"));
        Assert.Single(answers.Select(answer => answer["results"][0].GetProperty("invitation").GetProperty("id").GetString()).Distinct());
        Assert.Single(await App.MailsAsync(), mail => mail.To.Mailboxes.Single().Address == "race@mail.test");
    }

    [GeneratedRegex("http://[^ \"<>\\s]*/invite#[0-9A-Za-z]{43}(?![0-9A-Za-z])")]
    private static partial Regex Link();

    [GeneratedRegex("https?://")]
    private static partial Regex Address();
}
