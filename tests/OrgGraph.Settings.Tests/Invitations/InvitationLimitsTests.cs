using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

/// <summary>How many people and invitations an organization holds, and how many addresses it mails to: at the limit, and one past it.</summary>
public abstract class InvitationLimitTest : OrgGraphTest
{
    protected async Task<Payload> InviteAsync(string[] emails, bool sendEmails = true) => await (await App.OliviaAsync()).MutateAsync(
        "inviteMembers",
        new { organizationId = App.Acme, emails, groupIds = new[] { await App.GroupIdAsync("Viewers") }, sendEmails },
        "results { outcome invitation { id } } limits: errors { ... on LimitReachedError { limit } }");

    protected static async Task<string[]> AcceptAsync(Client client)
    {
        var found = (await client.QueryAsync("{ viewer { invitations { invitationId } } }")).GetProperty("viewer").GetProperty("invitations");
        return (await client.MutateAsync("acceptInvitation", new { invitationId = found[0].GetProperty("invitationId").GetString() })).Errors;
    }

    protected static void AssertReached(int limit, Payload payload, string path)
    {
        Assert.Equal([$"LimitReachedError {path}"], payload.Errors);
        Assert.Equal(limit, payload["limits"][0].GetProperty("limit").GetInt32());
        Assert.Null(payload.Version);
    }
}

public sealed class MembersLimitTests : InvitationLimitTest
{
    // Four people are in the demo organization.
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:Members", "6")];

    [Fact]
    public async Task Refused_when_more_are_invited_than_have_room()
    {
        AssertReached(6, await InviteAsync(["a@limit.test", "b@limit.test", "c@limit.test"]), "input.emails");
        Assert.Empty((await InviteAsync(["a@limit.test", "b@limit.test", "vera@acme.test"])).Errors);
    }

    [Fact]
    public async Task As_many_join_as_have_room_when_all_accept_at_once()
    {
        var people = new List<Client>();
        for (var i = 0; i < 6; i++)
        {
            Assert.Empty((await InviteAsync([$"person{i}@limit.test"], sendEmails: false)).Errors);
            people.Add(await App.SignInAsync($"person{i}@limit.test"));
        }

        var answers = await Task.WhenAll(people.Select(AcceptAsync));

        Assert.Equal(2, answers.Count(errors => errors.Length == 0));
        Assert.Equal(4, answers.Count(errors => errors is ["LimitReachedError input"]));
        Assert.Equal(6, await App.MemberCountAsync());
        await App.RemoveAsync("Vera");
        Assert.Empty(await AcceptAsync(people[Array.FindIndex(answers, errors => errors.Length > 0)]));
    }
}

public sealed class PendingInvitationsLimitTests : InvitationLimitTest
{
    // One invitation is open in the demo organization.
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:PendingInvitations", "3")];

    [Fact]
    public async Task Refused_when_more_would_be_open_and_not_when_one_has_ended()
    {
        AssertReached(3, await InviteAsync(["a@limit.test", "b@limit.test", "c@limit.test"]), "input.emails");
        var invited = await InviteAsync(["a@limit.test", "b@limit.test"]);
        AssertReached(3, await InviteAsync(["c@limit.test"]), "input.emails");
        Assert.Empty((await InviteAsync(["A@limit.test"])).Errors);

        await (await App.OliviaAsync()).MutateAsync("revokeInvitation", new { invitationId = invited["results"][0].GetProperty("invitation").GetProperty("id").GetString() });
        Assert.Empty((await InviteAsync(["c@limit.test"])).Errors);
        AssertReached(3, await InviteAsync(["d@limit.test"]), "input.emails");

        await App.PassAsync(TimeSpan.FromDays(7));
        Assert.Empty((await InviteAsync(["d@limit.test"])).Errors);
    }
}

public sealed class MailsLimitTests : InvitationLimitTest
{
    // One mail was sent for the demo organization.
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:MailsPerDay", "4")];

    [Fact]
    public async Task Refused_when_more_addresses_would_get_mails_within_a_day()
    {
        var sent = (await App.MailsAsync()).Count;
        var room = 4 - sent;
        AssertReached(4, await InviteAsync([.. Enumerable.Range(0, room + 1).Select(i => $"many{i}@limit.test")]), "input");
        Assert.Equal(sent, (await App.MailsAsync()).Count);

        var invited = await InviteAsync([.. Enumerable.Range(0, room).Select(i => $"person{i}@limit.test")]);
        AssertReached(4, await InviteAsync(["last@limit.test"]), "input");
        Assert.Empty((await InviteAsync(["without@limit.test"], sendEmails: false)).Errors);
        Assert.Equal(4, (await App.MailsAsync()).Count);

        // Its address is one of today's already.
        await App.PassAsync(TimeSpan.FromMinutes(1));
        var again = await (await App.OliviaAsync()).MutateAsync("resendInvitation", new { invitationId = invited["results"][0].GetProperty("invitation").GetProperty("id").GetString() });
        Assert.Empty(again.Errors);
        await App.PassAsync(TimeSpan.FromDays(1));
        Assert.Empty((await InviteAsync(["last@limit.test"])).Errors);
    }
}

public sealed class ResendLimitTests : InvitationLimitTest
{
    private const string Limits = "limits: errors { ... on LimitReachedError { limit } }";

    [Fact]
    public async Task Refused_when_sent_again_within_a_minute_or_more_than_five_times_a_day()
    {
        var invited = await InviteAsync(["again@limit.test"]);
        var input = new { invitationId = invited["results"][0].GetProperty("invitation").GetProperty("id").GetString() };
        AssertReached(1, await (await App.OliviaAsync()).MutateAsync("resendInvitation", input, Limits), "input");
        for (var i = 0; i < 5; i++)
        {
            await App.PassAsync(TimeSpan.FromMinutes(1));
            Assert.Empty((await (await App.OliviaAsync()).MutateAsync("resendInvitation", input, Limits)).Errors);
        }

        await App.PassAsync(TimeSpan.FromMinutes(1));
        AssertReached(5, await (await App.OliviaAsync()).MutateAsync("resendInvitation", input, Limits), "input");
        Assert.Equal(6, (await App.MailsAsync()).Count(mail => mail.To.Mailboxes.Single().Address == "again@limit.test"));
        await App.PassAsync(TimeSpan.FromDays(1));
        Assert.Empty((await (await App.OliviaAsync()).MutateAsync("resendInvitation", input, Limits)).Errors);
    }
}
