using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

/// <summary>Three mails an hour to one address, whoever invites it: what comes beyond waits, and is told when it has waited for a day.</summary>
public sealed class MailRateTests : OrgGraphTest
{
    private const string Address = "popular@rate.test";

    protected override (string Key, string Value)[] Settings => [("OrgGraph:RateLimiting", "true")];

    [Fact]
    public async Task Fourth_mail_within_an_hour_waits_for_the_next()
    {
        await InviteAsync(3);
        Assert.Equal(3, await MailsAsync());
        await App.PassAsync(TimeSpan.FromMinutes(30));

        var last = await Invited.ByNewTeamAsync(App, Address);
        await (await App.OliviaAsync()).InviteAsync("another@rate.test");

        Assert.Equal(3, await MailsAsync());
        Assert.Equal(1, await MailsAsync("another@rate.test"));
        Assert.Equal(("QUEUED", null, "PENDING"), await last.StateAsync());
        await App.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal(3, await MailsAsync());
        await App.PassAsync(TimeSpan.FromMinutes(25));
        Assert.Equal(4, await MailsAsync());
        Assert.Equal(("SENT", null, "PENDING"), await last.StateAsync());
    }

    [Fact]
    public async Task Case_of_the_address_makes_no_difference_and_a_mail_sent_again_counts()
    {
        var invitation = await Invited.ByNewTeamAsync(App, Address.ToUpperInvariant());
        for (var sent = 1; sent < 3; sent++)
        {
            // A clock that jumps while one is being sent ends its lease, and it would be sent again.
            await App.DoDueWorkAsync();
            await App.PassAsync(TimeSpan.FromMinutes(1));
            await invitation.ResendAsync();
        }

        Assert.Equal(3, await MailsAsync(Address.ToUpperInvariant()));
        await InviteAsync(1);
        Assert.Equal(0, await MailsAsync());
    }

    [Fact]
    public async Task Failed_when_a_day_has_brought_no_turn_and_sent_when_sent_again()
    {
        await InviteAsync(3);
        Assert.Equal(3, await MailsAsync());
        await ChangeAsync($"UPDATE Allowances SET At = At + {TimeSpan.FromDays(2).Ticks} WHERE Kind = 'mail'");
        var last = await Invited.ByNewTeamAsync(App, Address);
        await App.DoDueWorkAsync();
        await App.PassAsync(TimeSpan.FromHours(23));
        Assert.Equal(("QUEUED", null, "PENDING"), await last.StateAsync());

        await App.PassAsync(TimeSpan.FromHours(2));

        Assert.Equal(("FAILED", "The mail could not be sent within a day. Send it again.", "PENDING"), await last.StateAsync());
        await ChangeAsync("DELETE FROM Allowances WHERE Kind = 'mail'");
        await App.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal(3, await MailsAsync());
        await last.ResendAsync();
        Assert.Equal(4, await MailsAsync());
        Assert.Equal(("SENT", null, "PENDING"), await last.StateAsync());
    }

    [Fact]
    public async Task No_limit_when_rate_limiting_is_off()
    {
        await using var app = await OrgGraphApp.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await Invited.ByNewTeamAsync(app, Address);
        }

        Assert.Equal(5, (await app.MailsAsync()).Count(mail => mail.To.Mailboxes.Single().Address == Address));
    }

    private async Task InviteAsync(int organizations)
    {
        for (var i = 0; i < organizations; i++)
        {
            await Invited.ByNewTeamAsync(App, Address);
        }
    }

    private async Task<int> MailsAsync(string address = Address) => (await App.MailsAsync()).Count(mail => mail.To.Mailboxes.Single().Address == address);

    private Task ChangeAsync(string sql) => TestDatabase.RunAsync(App, sql);
}

/// <summary>An invitation, as its inviter sees it. The inviter signs in anew each time: a token lives for an hour.</summary>
internal sealed record Invited(OrgGraphApp App, string Inviter, string Id)
{
    public static async Task<Invited> ByNewTeamAsync(OrgGraphApp app, string address)
    {
        var team = await Team.FoundAsync(app);
        var invited = await team.Owner.Client.MutateAsync("inviteMembers", new { organizationId = team.Id, emails = new[] { address }, groupIds = new[] { team.Viewers } }, "results { invitation { id } }");
        Assert.Empty(invited.Errors);
        return new Invited(app, team.Owner.Email, invited["results"][0].GetProperty("invitation").GetProperty("id").GetString()!);
    }

    public async Task ResendAsync() => Assert.Empty((await (await App.SignInAsync(Inviter)).MutateAsync("resendInvitation", new { invitationId = Id })).Errors);

    public async Task<(string? Delivery, string? Error, string? Status)> StateAsync()
    {
        var node = await Team.NodeAsync(await App.SignInAsync(Inviter), Id, "... on Invitation { delivery deliveryError status }");
        return (node.GetProperty("delivery").GetString(), node.GetProperty("deliveryError").GetString(), node.GetProperty("status").GetString());
    }
}
