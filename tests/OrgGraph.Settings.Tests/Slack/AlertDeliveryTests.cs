using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

/// <summary>Messages of alerts on their way.</summary>
public sealed class AlertDeliveryTests : SlackTest
{
    private string _project = null!;
    private string _environment = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await ConnectAsync();
        await SelectAsync(SlackServer.General, SlackServer.Secret);
        (_project, _environment) = (await Team.ProjectAsync("Bot"), await Team.EnvironmentAsync("Production"));
    }

    [Fact]
    public async Task Message_is_sent_with_a_link_when_a_version_is_assigned_and_replaced_and_not_when_only_the_label_changes()
    {
        var alert = await AlertAsync(_project);
        await using var heard = await Team.WatchAsync(Owner, "integrationsChanged", "... on SlackAlertSent { slackAlert { lastSentAt } }");

        await Team.AssignAsync(_environment, _project, "prompt-1", "7", objectName: "Greeting <!channel> & more");
        await App.DoDueWorkAsync();
        await Team.AssignAsync(_environment, _project, "prompt-1", "8", objectName: "Greeting");
        await Team.AssignAsync(_environment, _project, "prompt-1", "8", objectName: "Other label");
        await App.DoDueWorkAsync();

        var posted = Slack.Posted.ToArray();
        Assert.Equal([SlackServer.General, SlackServer.General], posted.Select(call => call["channel"]));
        Assert.StartsWith("Releases (Bot): Version 7 of the prompt Greeting &lt;!channel&gt; &amp; more is assigned to Production.\nBy ", posted[0]["text"], StringComparison.Ordinal);
        Assert.EndsWith($"<{App.Address}settings/environments|Open environments>", posted[0]["text"], StringComparison.Ordinal);
        Assert.Contains("Version 8 of the prompt Greeting is assigned to Production, in place of version 7.", posted[1]["text"], StringComparison.Ordinal);
        Assert.Equal(("none", "false"), (posted[0]["parse"], posted[0]["unfurl_links"]));
        Assert.NotNull((await heard.NextEventAsync("SlackAlertSent")).GetProperty("slackAlert").GetProperty("lastSentAt").GetString());
        Assert.Equal(("ACTIVE", null, true), await AlertStateAsync(alert));
        Assert.Equal(0, await WaitingAsync());
        var audit = (await Team.QueryAsync("auditLog(first: 5) { nodes { action resourceId actorName } }")).GetRawText();
        Assert.Contains($"{{\"action\":\"slackAlert.sent\",\"resourceId\":\"{alert}\",\"actorName\":\"OrgGraph\"}}", audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_alerts_of_that_trigger_project_and_environment_or_any_send()
    {
        var (staging, other) = (await Team.EnvironmentAsync("Staging"), await Team.ProjectAsync("Other"));
        await AlertAsync(_project, name: "Any");
        await AlertAsync(_project, environmentId: _environment, name: "Production");
        await AlertAsync(_project, environmentId: staging, name: "Staging");
        await AlertAsync(other, name: "Another project");
        await AlertAsync(_project, "VERSION_UNASSIGNED", name: "Gone", channelId: SlackServer.Secret);

        var assignmentId = await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        Assert.Equal(["Any", "Production"], Senders());
        Assert.Empty((await Owner.MutateAsync("unassignVersion", new { assignmentId })).Errors);
        await App.DoDueWorkAsync();

        Assert.Equal(["Any", "Gone", "Production"], Senders());
        Assert.Contains(Slack.Posted, call => call["channel"] == SlackServer.Secret && call["text"].Contains("Version 7 of the prompt prompt-1 is no longer assigned to Production.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task One_message_for_all_that_goes_with_an_environment_or_a_project()
    {
        await AlertAsync(_project, "VERSION_UNASSIGNED", _environment, name: "Of the environment");
        await AlertAsync(_project, "VERSION_UNASSIGNED", name: "Of any");
        for (var number = 0; number < 23; number++)
        {
            await Team.AssignAsync(_environment, _project, $"prompt-{number}", "1");
        }

        Assert.Empty((await Owner.MutateAsync("deleteEnvironment", new { environmentId = _environment, force = true })).Errors);
        await App.DoDueWorkAsync();
        Assert.Equal(["Of any", "Of the environment"], Senders());
        Assert.All(Slack.Posted, call => Assert.Contains("So are 3 more.", call["text"], StringComparison.Ordinal));
        Assert.Equal(20, Slack.Posted.First()["text"].Split("is no longer assigned to Production.").Length - 1);

        await Team.AssignAsync(await Team.EnvironmentAsync("Staging"), _project, "prompt-1", "1");
        Assert.Empty((await Owner.MutateAsync("deleteProject", new { projectId = _project, confirmName = "Bot" })).Errors);
        await App.DoDueWorkAsync();
        Assert.Equal(["Of any", "Of any", "Of the environment"], Senders());
        Assert.Equal(0, await WaitingAsync());
    }

    [Fact]
    public async Task Sent_later_when_slack_is_away_or_asks_to_wait_and_told_meanwhile()
    {
        var alert = await AlertAsync(_project);
        Slack.Play = call => SlackServer.Error("service_unavailable");
        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        var (status, error, _) = await AlertStateAsync(alert);
        Assert.Equal("ACTIVE", status);
        Assert.Contains("service_unavailable", error, StringComparison.Ordinal);

        // A wait of minutes is kept, however soon the work would be tried again by itself.
        Slack.Play = call => SlackServer.TooOften(300);
        await App.PassAsync(TimeSpan.FromSeconds(30));
        var asked = Slack.Posted.Count();
        Slack.Play = _ => null;
        await App.PassAsync(TimeSpan.FromSeconds(110));
        Assert.Equal(asked, Slack.Posted.Count());
        await App.PassAsync(TimeSpan.FromSeconds(110));
        Assert.Equal(asked, Slack.Posted.Count());
        await App.PassAsync(TimeSpan.FromSeconds(90));

        Assert.Equal(asked + 1, Slack.Posted.Count());
        Assert.Equal(("ACTIVE", null, true), await AlertStateAsync(alert));
        Assert.Equal(0, await WaitingAsync());
    }

    [Fact]
    public async Task Given_up_after_a_day()
    {
        var alert = await AlertAsync(_project);
        Slack.Play = call => SlackServer.Error("service_unavailable");
        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        await App.PassAsync(TimeSpan.FromHours(25));

        Assert.Equal(0, await WaitingAsync());
        var tried = Slack.Posted.Count();
        Slack.Play = _ => null;
        await App.PassAsync(TimeSpan.FromHours(1));
        Assert.Equal((tried, true), (Slack.Posted.Count(), tried > 1));
        var owner = await App.SignInAsync(Team.Owner.Email);
        Assert.Contains("service_unavailable", (await Team.NodeAsync(owner, alert, "... on SlackAlert { lastError }")).GetProperty("lastError").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Broken_while_the_channel_is_not_selected_and_active_again_by_itself()
    {
        var alert = await AlertAsync(_project);
        var cursor = await CursorAsync();

        await Owner.MutateAsync("setSlackChannels", new { organizationId = Team.Id, remove = new[] { SlackServer.General } });
        var (status, error, _) = await AlertStateAsync(alert);
        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        Assert.Equal("BROKEN", status);
        Assert.Contains("selected", error, StringComparison.Ordinal);
        Assert.Equal(["UpstreamError input"], (await Owner.MutateAsync("testSlackAlert", new { slackAlertId = alert })).Errors);
        Assert.Empty(Slack.Posted);

        await SelectAsync(SlackServer.General);
        Assert.Equal(("ACTIVE", null, false), await AlertStateAsync(alert));
        Assert.Equal(["SlackChannelAccessChanged Workspace T0ACME somebody", "SlackAlertFailed Releases somebody", "SlackChannelAccessChanged Workspace T0ACME somebody", "SlackAlertSaved Releases somebody"], await HeardAsync(cursor));
    }

    [Fact]
    public async Task Nothing_goes_to_a_channel_that_was_taken_away_after_the_message_was_written()
    {
        await AlertAsync(_project);
        Slack.Play = call => SlackServer.Error("service_unavailable");
        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        var tried = Slack.Posted.Count();
        Slack.Play = _ => null;
        await Owner.MutateAsync("setSlackChannels", new { organizationId = Team.Id, remove = new[] { SlackServer.General } });

        await App.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(tried, Slack.Posted.Count());
        Assert.Equal(0, await WaitingAsync());
    }

    [Fact]
    public async Task Broken_when_the_token_is_revoked_and_what_waited_is_sent_when_slack_is_connected_again()
    {
        var alert = await AlertAsync(_project);
        Slack.Uninstall();
        var cursor = await CursorAsync();

        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        Assert.Equal("NEEDS_REAUTHORIZATION", await StatusAsync());
        Assert.Equal("BROKEN", (await AlertStateAsync(alert)).Status);
        Assert.Equal(["SlackNeedsReauthorization Workspace T0ACME OrgGraph", "SlackAlertFailed Releases OrgGraph"], await HeardAsync(cursor));
        await ConnectAsync();
        await App.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(("ACTIVE", null, true), await AlertStateAsync(alert));
        Assert.Equal(2, Slack.Posted.Count());
        Assert.Equal(0, await WaitingAsync());
    }

    [Theory]
    [InlineData("is_archived")]
    [InlineData("channel_not_found")]
    [InlineData("not_in_channel")]
    public async Task Broken_when_the_channel_is_gone_and_active_again_when_the_list_shows_it(string error)
    {
        var alert = await AlertAsync(_project);
        Slack.Play = call => call.Method == "chat.postMessage" ? SlackServer.Error(error) : null;
        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        var (status, reason, _) = await AlertStateAsync(alert);
        Assert.Equal(("BROKEN", 0), (status, await WaitingAsync()));
        Assert.Contains(error, reason, StringComparison.Ordinal);

        Assert.Empty((await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id })).Errors);

        Assert.Equal(("ACTIVE", null, false), await AlertStateAsync(alert));
    }

    [Fact]
    public async Task Broken_when_the_list_no_longer_shows_the_channel()
    {
        var alert = await AlertAsync(_project);
        var at = Slack.Channels.FindIndex(channel => channel.Id == SlackServer.General);
        Slack.Channels[at] = Slack.Channels[at] with { IsArchived = true };
        await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id });
        Assert.Equal(("BROKEN", "The channel is archived (is_archived)."), await AlertStateAsync(alert) is var (status, error, _) ? (status, error) : default);

        Slack.Channels[at] = Slack.Channels[at] with { IsArchived = false };
        Assert.Empty((await Owner.MutateAsync("testSlackAlert", new { slackAlertId = alert })).Errors);

        Assert.Equal(("ACTIVE", null, true), await AlertStateAsync(alert));
    }

    [Fact]
    public async Task Test_says_that_it_is_one_and_tells_how_it_ended()
    {
        var slackAlertId = await AlertAsync(_project);
        await using var heard = await Team.WatchAsync(Owner, "integrationsChanged", "... on SlackAlertFailed { slackAlert { status lastError } }");

        var sent = await Owner.MutateAsync("testSlackAlert", new { slackAlertId }, "sentAt");
        Assert.Empty(sent.Errors);
        Assert.Equal(App.Clock.GetUtcNow(), sent["sentAt"].GetDateTimeOffset());
        Assert.Contains("This is a test", Slack.Posted.Single()["text"], StringComparison.Ordinal);
        Assert.Equal(sent.Version, (await heard.NextEventAsync("SlackAlertSent")).GetProperty("version").GetInt32());
        Slack.Play = _ => SlackServer.Error("msg_blocks_too_long");
        var refused = await Owner.MutateAsync("testSlackAlert", new { slackAlertId }, "sentAt");
        Assert.Equal(["UpstreamError input"], refused.Errors);
        Assert.Equal(("null", null), (refused["sentAt"].GetRawText(), refused.Version));
        Assert.Contains("msg_blocks_too_long", (await heard.NextEventAsync("SlackAlertFailed")).GetProperty("slackAlert").GetProperty("lastError").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sent_once_by_either_of_two_servers_after_the_one_that_wrote_it_could_not()
    {
        await AlertAsync(_project);
        Slack.Play = call => SlackServer.Error("service_unavailable");
        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        var tried = Slack.Posted.Count();
        Slack.Play = _ => null;
        await using var there = await OrgGraphApp.StartAsync(Slack.Settings, App.DataDirectory, App.Clock);

        App.Clock.Advance(TimeSpan.FromSeconds(30));
        await App.ConfirmedAsync();
        await there.ConfirmedAsync();
        await Task.WhenAll(App.DoDueWorkAsync(), there.DoDueWorkAsync());

        Assert.Equal((tried + 1, 0), (Slack.Posted.Count(), await WaitingAsync()));
    }

    [Fact]
    public async Task Deleted_alert_sends_nothing_more()
    {
        var slackAlertId = await AlertAsync(_project);
        Slack.Play = call => SlackServer.Error("service_unavailable");
        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
        await App.DoDueWorkAsync();
        var tried = Slack.Posted.Count();
        Slack.Play = _ => null;

        await Owner.MutateAsync("deleteSlackAlert", new { slackAlertId });
        await App.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal((tried, 0), (Slack.Posted.Count(), await WaitingAsync()));
    }

    private string[] Senders() => [.. Slack.Posted.Select(call => call["text"].Split(" (")[0]).Order(StringComparer.Ordinal)];

    /// <summary>Messages that are not sent, and their work.</summary>
    private async Task<int> WaitingAsync()
    {
        var database = App.Services.GetRequiredService<Database>();
        return (await database.QueryAsync(
            "SELECT (SELECT COUNT(*) FROM SlackMessages) + (SELECT COUNT(*) FROM WorkItems WHERE Kind = @kind)", reader => reader.GetInt32(0), CancellationToken.None, ("kind", "slack.alert"))).Single();
    }
}
