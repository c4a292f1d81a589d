using OrgGraph.Settings.Tests.Mail;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

/// <summary>Invitations by a real SMTP server, which refuses some addresses and is away at times.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class InvitationDeliveryTests : OrgGraphTest
{
    private readonly int _port = MailCatcher.FreePort();
    private MailCatcher? _catcher;

    protected override (string Key, string Value)[] Settings => [("OrgGraph:Mail:Smtp", $"smtp://127.0.0.1:{_port}"), ("OrgGraph:Mail:From", "orggraph@acme.test")];

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        if (_catcher is not null)
        {
            await _catcher.DisposeAsync();
        }
    }

    [Fact]
    public async Task Failed_once_and_for_good_when_the_server_refuses_the_address()
    {
        _catcher = new MailCatcher(_port);
        var olivia = await App.OliviaAsync();
        var (_, cursor) = await olivia.PlaceAsync();

        var id = await olivia.InviteAsync("nobody@mail.test");
        await App.DoDueWorkAsync();
        await App.PassAsync(TimeSpan.FromHours(1));

        var failed = await App.InvitationAsync(id);
        Assert.Equal(("FAILED", "PENDING", 0), (failed.GetProperty("delivery").GetString(), failed.GetProperty("status").GetString(), failed.GetProperty("sentCount").GetInt32()));
        Assert.Equal("The mail server does not accept mail for this address.", failed.GetProperty("deliveryError").GetString());
        Assert.Equal(["InvitationCreated", "InvitationFailed"], await KindsAsync(cursor));
        Assert.Equal(0, await WaitingAsync());
    }

    [Fact]
    public async Task Failure_is_told_once_when_it_lasts_and_made_good_when_the_server_is_back()
    {
        var olivia = await App.OliviaAsync();
        var (_, cursor) = await olivia.PlaceAsync();
        var id = await olivia.InviteAsync("lee@mail.test");
        await App.DoDueWorkAsync();
        await App.PassAsync(TimeSpan.FromMinutes(20));
        await App.PassAsync(TimeSpan.FromMinutes(20));
        Assert.Equal("FAILED", (await App.InvitationAsync(id)).GetProperty("delivery").GetString());

        _catcher = new MailCatcher(_port);
        await App.PassAsync(TimeSpan.FromMinutes(20));

        var sent = await App.InvitationAsync(id);
        Assert.Equal(("SENT", 1), (sent.GetProperty("delivery").GetString(), sent.GetProperty("sentCount").GetInt32()));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, sent.GetProperty("deliveryError").ValueKind);
        Assert.Equal(["lee@mail.test"], To("lee@mail.test"));
        Assert.Equal(["InvitationCreated", "InvitationFailed", "InvitationSent"], await KindsAsync(cursor));
    }

    [Fact]
    public async Task Given_up_after_a_day_and_sent_when_somebody_sends_it_again()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("late@mail.test");
        await App.DoDueWorkAsync();
        await App.PassAsync(TimeSpan.FromHours(23));
        Assert.NotEqual(0, await WaitingAsync());
        await App.PassAsync(TimeSpan.FromHours(2));
        Assert.Equal(0, await WaitingAsync());

        _catcher = new MailCatcher(_port);
        await App.PassAsync(TimeSpan.FromHours(3));
        Assert.Empty(To("late@mail.test"));
        Assert.Equal(("FAILED", "PENDING"), ((await App.InvitationAsync(id)).GetProperty("delivery").GetString(), (await App.InvitationAsync(id)).GetProperty("status").GetString()));

        Assert.Empty((await (await App.OliviaAsync()).MutateAsync("resendInvitation", new { invitationId = id })).Errors);
        await App.DoDueWorkAsync();

        Assert.Equal(["late@mail.test"], To("late@mail.test"));
        Assert.Equal("SENT", (await App.InvitationAsync(id)).GetProperty("delivery").GetString());
    }

    private string[] To(string address) => [.. _catcher!.Mails.SelectMany(mail => mail.To).Where(to => to == address)];

    private async Task<string[]> KindsAsync(string cursor) => [.. (await App.EventsSinceAsync(cursor)).Where(one => one.GetProperty("subjectName").GetString()!.EndsWith("@mail.test", StringComparison.Ordinal)).Select(Acme.Kind)];

    /// <summary>How many mails of this test are still to be sent.</summary>
    private Task<long> WaitingAsync() => TestDatabase.NumberAsync(
        App, "SELECT COUNT(*) FROM WorkItems JOIN Invitations ON Invitations.Id = WorkItems.SubjectId WHERE Kind IN ('invitation.mail', 'invitation.send') AND Email LIKE '%@mail.test'");
}
