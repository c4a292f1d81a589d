using OrgGraph.Settings.Tests.Mail;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>What operators see of the writer, the copies in memory, the streams and the work.</summary>
public sealed class KernelMetricsTests
{
    private const string Events = "subscription($id: ID!) { organizationEvents(organizationId: $id) { __typename subjectName } }";
    private const string Connections = "orggraph_transport_connections{orggraph_transport_protocol=";
    private const string Attempts = "orggraph_work_attempts_total{orggraph_work_kind=\"invitation.send\",orggraph_work_outcome=";

    [Fact]
    public async Task A_change_moves_writer_and_streams()
    {
        await using var app = await OrgGraphApp.StartAsync();
        var olivia = await app.OliviaAsync();
        var id = new { id = app.Acme };
        var stream = await olivia.SubscribeAsync(Events, id);
        using (var socket = await SocketReader.SubscribeAsync(olivia, Events, id))
        {
            await app.DoDueWorkAsync();
            var before = await Scrape.UntilAsync(app, "orggraph_subscriptions", 2);
            Assert.Equal((1, 1), (before[Connections + "\"websocket\"}"], before[Connections + "\"sse\"}"]));
            Assert.Equal(1, before["orggraph_transport_operations{orggraph_transport_protocol=\"websocket\"}"]);

            await olivia.MutateAsync("createProject", new { organizationId = app.Acme, name = "Watched" });
            await stream.NextEventAsync("ProjectCreated");

            var dispatched = before["orggraph_event_dispatch_duration_seconds_count"] + 1;
            var after = await Scrape.UntilAsync(app, "orggraph_event_dispatch_duration_seconds_count", dispatched);
            foreach (var series in new[] { "writer_batch_size_count", "writer_batch_size_sum", "writer_wait_duration_seconds_count", "writer_commit_duration_seconds_count" })
            {
                Assert.Equal(before["orggraph_" + series] + 1, after["orggraph_" + series]);
            }

            // Both see the same, so one execution serves both.
            Assert.Equal(2, Grown("orggraph_event_deliveries_total") / Grown("orggraph_event_executions_total"));
            Assert.True(Grown("orggraph_event_executions_total") >= 1);
            double Grown(string series) => after[series] - before[series];
        }

        await stream.DisposeAsync();
        var end = await Scrape.UntilAsync(app, "orggraph_subscriptions", 0);
        end = await Scrape.UntilAsync(app, Connections + "\"sse\"}", 0);
        end = await Scrape.UntilAsync(app, "orggraph_transport_closed_total{orggraph_transport_close_reason=\"client_left\",orggraph_transport_protocol=\"sse\"}", 1);
        end = await Scrape.UntilAsync(app, "orggraph_transport_closed_total{orggraph_transport_close_reason=\"0\",orggraph_transport_protocol=\"websocket\"}", 1);
        Assert.Equal(0, end[Connections + "\"websocket\"}"]);
    }

    [Fact]
    public async Task Copies_that_are_loaded_and_caught_up_are_counted()
    {
        await using var first = await OrgGraphApp.StartAsync();
        await using var second = await OrgGraphApp.StartAsync(dataDirectory: first.DataDirectory);
        var (here, there) = (await first.OliviaAsync(), await second.OliviaAsync());
        Assert.Equal(0, (await Scrape.OfAsync(second))["orggraph_snapshot_organizations"]);

        await there.PlaceAsync();
        var loaded = await Scrape.OfAsync(second);
        await here.MutateAsync("createProject", new { organizationId = first.Acme, name = "From elsewhere" });
        await second.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(1, loaded["orggraph_snapshot_read_duration_seconds_count{orggraph_snapshot_read=\"load\"}"]);
        Assert.Equal(1, loaded["orggraph_snapshot_organizations"]);
        await Eventually.TrueAsync(async () =>
        {
            var caughtUp = await Scrape.OfAsync(second);
            return caughtUp["orggraph_snapshot_read_duration_seconds_count{orggraph_snapshot_read=\"catch_up\"}"] >= 1 && caughtUp["orggraph_snapshot_rows"] == loaded["orggraph_snapshot_rows"] + 1;
        });
    }

    [Fact]
    public async Task Work_that_fails_shows_until_it_is_done_or_given_up()
    {
        var port = MailCatcher.FreePort();
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:Mail:Smtp", $"smtp://127.0.0.1:{port}"), ("OrgGraph:Mail:From", "orggraph@acme.test")]);
        var olivia = await app.OliviaAsync();
        await app.DoDueWorkAsync();
        var waiting = (await Scrape.OfAsync(app))[Attempts + "\"put_off\"}"];
        await olivia.InviteAsync("lee@mail.test");
        await olivia.InviteAsync("nobody@mail.test");
        await app.DoDueWorkAsync();

        // The demo's own invitation waits as well.
        var down = await UntilRetryingAsync(app, 3);
        Assert.True(down[Attempts + "\"put_off\"}"] >= waiting + 2);
        Assert.Equal(0, down[Attempts + "\"done\"}"]);

        await using var catcher = new MailCatcher(port);
        await app.PassAsync(TimeSpan.FromMinutes(20));

        var up = await UntilRetryingAsync(app, 0);
        Assert.Equal((2, 1), (up[Attempts + "\"done\"}"], up[Attempts + "\"given_up\"}"]));
        Assert.Equal((0, 0), (up["orggraph_work_due"], up["orggraph_work_lag_seconds"]));
    }

    // The queue is looked at every 15 s, maybe while an item is being tried: then the next look tells.
    private static async Task<Scrape> UntilRetryingAsync(OrgGraphApp app, int items)
    {
        Scrape scrape;
        do
        {
            await app.PassAsync(TimeSpan.FromSeconds(16));
            scrape = await Scrape.OfAsync(app);
        }
        while (scrape["orggraph_work_retrying"] != items && app.Clock.GetUtcNow() < OrgGraphApp.Start.AddHours(2));

        Assert.Equal(items, scrape["orggraph_work_retrying"]);
        return scrape;
    }
}
