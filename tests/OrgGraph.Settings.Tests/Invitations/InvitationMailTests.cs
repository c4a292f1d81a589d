using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

public sealed class InvitationMailTests : OrgGraphTest
{
    [Fact]
    public async Task Failure_is_an_event_and_is_made_good_by_itself()
    {
        var olivia = await App.OliviaAsync();
        var folder = Path.Combine(App.DataDirectory, "mail");
        await App.MailsAsync();
        Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(folder, "in the way");
        var (_, cursor) = await olivia.PlaceAsync();

        var id = await olivia.InviteAsync("fails@mail.test");
        await App.DoDueWorkAsync();

        var failed = await App.InvitationAsync(id);
        Assert.Equal(("FAILED", "PENDING"), (failed.GetProperty("delivery").GetString(), failed.GetProperty("status").GetString()));
        Assert.NotNull(failed.GetProperty("deliveryError").GetString());
        Assert.Equal(["InvitationCreated", "InvitationFailed"], (await App.EventsSinceAsync(cursor)).Select(Acme.Kind));
        File.Delete(folder);
        Directory.CreateDirectory(folder);
        await App.PassAsync(TimeSpan.FromSeconds(4));
        Assert.Equal("SENT", (await App.InvitationAsync(id)).GetProperty("delivery").GetString());
        Assert.NotEmpty(await App.TokenOfAsync("fails@mail.test"));
    }

    [Fact]
    public async Task Sent_again_when_it_failed()
    {
        var olivia = await App.OliviaAsync();
        var folder = Path.Combine(App.DataDirectory, "mail");
        await App.MailsAsync();
        Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(folder, "in the way");
        var id = await olivia.InviteAsync("resent@mail.test");
        await App.DoDueWorkAsync();
        await App.PassAsync(TimeSpan.FromMinutes(1));
        File.Delete(folder);
        Directory.CreateDirectory(folder);

        Assert.Empty((await olivia.MutateAsync("resendInvitation", new { invitationId = id })).Errors);
        var token = await App.TokenOfAsync("resent@mail.test");
        await App.PassAsync(TimeSpan.FromHours(1));

        Assert.Single(await App.MailsAsync(), mail => mail.To.Mailboxes.Single().Address == "resent@mail.test");
        Assert.Empty((await (await App.SignInAsync("resent@mail.test")).MutateAsync("acceptInvitation", new { token })).Errors);
    }

    [Fact]
    public async Task One_working_link_when_the_server_died_before_it_sent()
    {
        var data = Directory.CreateTempSubdirectory("orggraph-").FullName;
        try
        {
            string id;
            // Its mail server cannot be reached: what it leaves behind is what a crash between commit and sending leaves.
            await using (var first = await OrgGraphApp.StartAsync([("OrgGraph:Mail:Smtp", "smtp://127.0.0.1:9"), ("OrgGraph:Mail:From", "a@b.test")], data))
            {
                id = await (await first.OliviaAsync()).InviteAsync("crash@mail.test");
            }

            var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(OrgGraphApp.Start.AddMinutes(2));
            await using var second = await OrgGraphApp.StartAsync(null, data, clock, firstId: 2_000_000);
            await second.PassAsync(TimeSpan.FromSeconds(4));
            var token = await second.TokenOfAsync("crash@mail.test");

            Assert.Single(await second.MailsAsync(), mail => mail.To.Mailboxes.Single().Address == "crash@mail.test");
            Assert.Empty((await (await second.SignInAsync("crash@mail.test")).MutateAsync("acceptInvitation", new { token })).Errors);
            Assert.Equal("ACCEPTED", (await second.InvitationAsync(id)).GetProperty("status").GetString());
        }
        finally
        {
            TestDatabase.Drop(data);
            Directory.Delete(data, recursive: true);
        }
    }
}
