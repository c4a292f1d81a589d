using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Live;

/// <summary>How far back a stream can be resumed.</summary>
public sealed class EventRetentionTests
{
    private const string Watch = "subscription($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { __typename cursor version subjectName ... on StreamReset { reason } } }";

    [Fact]
    public async Task Reset_when_the_cursor_lies_before_the_oldest_kept_event()
    {
        await using var app = await OrgGraphApp.StartAsync();
        var start = (await (await app.OliviaAsync()).PlaceAsync()).Cursor;
        await MakeAsync(app, "Old");
        var old = (await (await app.OliviaAsync()).PlaceAsync()).Cursor;
        await app.PassAsync(TimeSpan.FromDays(20));
        await MakeAsync(app, "Young");
        await app.PassAsync(TimeSpan.FromDays(11));

        await ForgetAsync(app, "30 days are forgotten");
        var (atStart, atOld) = (await FirstAsync(app, start), await FirstAsync(app, old));

        Assert.Equal(("StreamReset", "The cursor is older than the log reaches back."), (atStart.Kind(), atStart.GetProperty("reason").GetString()));
        Assert.Equal("Young", atOld.GetProperty("subjectName").GetString());
        Assert.Equal("Young", (await FirstAsync(app, old)).GetProperty("subjectName").GetString());

        // Where the reset says that the stream goes on, it does.
        await MakeAsync(app, "New");
        Assert.Equal("New", (await FirstAsync(app, atStart.GetProperty("cursor").GetString())).GetProperty("subjectName").GetString());
    }

    [Fact]
    public async Task No_hole_when_the_clock_was_wrong_for_a_while()
    {
        await using var app = await OrgGraphApp.StartAsync();
        var start = (await (await app.OliviaAsync()).PlaceAsync()).Cursor;
        await MakeAsync(app, "Old");
        await app.PassAsync(TimeSpan.FromDays(60));
        var present = app.Clock.GetUtcNow();
        await MakeAsync(app, "Before");
        var before = (await (await app.OliviaAsync()).PlaceAsync()).Cursor;
        app.Clock.AdjustTime(present - TimeSpan.FromDays(50));
        await MakeAsync(app, "While it was wrong");
        app.Clock.AdjustTime(present);
        await MakeAsync(app, "After");

        await ForgetAsync(app, "30 days are forgotten");

        Assert.Equal("StreamReset", (await FirstAsync(app, start)).Kind());
        await using var events = await (await app.OliviaAsync()).SubscribeAsync(Watch, new { id = app.Acme, after = before });
        Assert.Equal(("While it was wrong", "After"), (await SubjectAsync(events), await SubjectAsync(events)));
    }

    [Fact]
    public async Task Everything_is_replayed_when_nothing_is_to_be_forgotten()
    {
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:Events:RetentionDays", "0")]);
        var start = (await (await app.OliviaAsync()).PlaceAsync()).Cursor;
        await MakeAsync(app, "Old");
        await app.PassAsync(TimeSpan.FromDays(4000));

        app.Clock.Advance(TimeSpan.FromMinutes(2));
        await app.ConfirmedAsync();

        Assert.Equal("Old", (await FirstAsync(app, start)).GetProperty("subjectName").GetString());
    }

    private static async Task ForgetAsync(OrgGraphApp app, string logged)
    {
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await app.ConfirmedAsync();
        await Eventually.TrueAsync(() => app.Logs.Lines.Any(line => line.Contains(logged, StringComparison.Ordinal)));
    }

    private static async Task MakeAsync(OrgGraphApp app, string name) =>
        Assert.Empty((await (await app.OliviaAsync()).MutateAsync("createProject", new { organizationId = app.Acme, name })).Errors);

    private static async Task<System.Text.Json.JsonElement> FirstAsync(OrgGraphApp app, string? after)
    {
        await using var events = await (await app.OliviaAsync()).SubscribeAsync(Watch, new { id = app.Acme, after });
        return await NextAsync(events);
    }

    private static async Task<string?> SubjectAsync(EventReader events) => (await NextAsync(events)).GetProperty("subjectName").GetString();

    // That somebody is active is told in between, and expiries and mails of the demo data: they are not what is looked for.
    private static async Task<System.Text.Json.JsonElement> NextAsync(EventReader events)
    {
        while (true)
        {
            var happened = await events.NextEventAsync();
            if (happened.Kind() is "ProjectCreated" or "StreamReset")
            {
                return happened;
            }
        }
    }
}
