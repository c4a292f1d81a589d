using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Work;

public sealed class WorkRunnerTests : OrgGraphTest
{
    // Two nodes look at the same time; one tries and puts the item off before the other comes to take it.
    [Fact]
    public async Task Item_that_was_put_off_meanwhile_is_not_taken_by_who_saw_it_due()
    {
        var olivia = await App.OliviaAsync();
        await App.MailsAsync();
        var folder = Path.Combine(App.DataDirectory, "mail");
        Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(folder, "in the way");
        await olivia.InviteAsync("late@mail.test");
        var runner = App.Services.GetRequiredService<WorkRunner>();
        await App.DoDueWorkAsync();
        var now = App.Clock.GetUtcNow();
        var item = Assert.Single(await App.Services.GetRequiredService<Database>().QueryAsync(WorkItemRow.Table, "Kind = @kind", CancellationToken.None, ("kind", "invitation.send")));
        Assert.True(item.DueAt > now);

        Assert.False(await runner.LeaseAsync(item, now, CancellationToken.None));
        Assert.True(await runner.LeaseAsync(item, item.DueAt, CancellationToken.None));
        Assert.False(await runner.LeaseAsync(item, item.DueAt, CancellationToken.None));
    }

    // Its poller has not looked since: the clock stands still.
    [Fact]
    public async Task Mail_is_sent_when_a_server_takes_it_that_has_not_caught_up_with_the_invitation()
    {
        await App.MailsAsync();
        await using var there = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock);
        await (await there.OliviaAsync()).PlaceAsync();
        var folder = Path.Combine(App.DataDirectory, "mail");
        Directory.Move(folder, folder + "-away");
        await File.WriteAllTextAsync(folder, "in the way");
        await (await App.OliviaAsync()).InviteAsync("far@mail.test");
        await App.DoDueWorkAsync();
        File.Delete(folder);
        Directory.Move(folder + "-away", folder);
        await App.Services.GetRequiredService<Database>().ExecuteAsync(
            "UPDATE WorkItems SET DueAt = @now WHERE Kind = @kind", CancellationToken.None, ("now", App.Clock.GetUtcNow()), ("kind", "invitation.send"));

        Assert.Equal(1, await there.Services.GetRequiredService<WorkRunner>().RunDueAsync(CancellationToken.None));

        Assert.Contains(await App.MailsAsync(), mail => mail.To.Mailboxes.Single().Address == "far@mail.test");
    }

    // The clock stands still: nothing but the end itself may end the pause.
    [Fact]
    public async Task Server_ends_at_once_while_it_waits_to_look_again()
    {
        var app = await OrgGraphApp.StartAsync();
        app.Database.IsDown = true;
        app.Services.GetRequiredService<WorkRunner>().Nudge();
        await Eventually.TrueAsync(() => app.Logs.Lines.Any(line => line.Contains("Looking for due work failed", StringComparison.Ordinal)));

        await app.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
