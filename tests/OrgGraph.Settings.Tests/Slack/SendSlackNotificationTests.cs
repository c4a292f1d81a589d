using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

public sealed class SendSlackNotificationTests : SlackTest
{
    private string _project = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await ConnectAsync();
        await SelectAsync(SlackServer.General);
        _project = await Team.ProjectAsync("Bot");
    }

    [Fact]
    public async Task Message_is_sent_as_it_is_typed_and_the_audit_log_tells_of_it()
    {
        var key = await Team.KeyAsync(await Team.JoinAsync(Team.Engineers));

        var sent = await key.MutateAsync("sendSlackNotification", Input("text", "Done: <!channel> *a* & <https://evil.test|b>\nsecond line"), "sentAt");

        Assert.Empty(sent.Errors);
        Assert.Null(sent.Version);
        Assert.Equal(App.Clock.GetUtcNow(), sent["sentAt"].GetDateTimeOffset());
        Assert.Equal((SlackServer.General, "Done: &lt;!channel&gt; *a* &amp; &lt;https://evil.test|b&gt;\nsecond line"), (Slack.Posted.Single()["channel"], Slack.Posted.Single()["text"]));
        var entry = (await Team.QueryAsync("auditLog(first: 1) { nodes { action credential changes { field after } } }")).GetProperty("auditLog").GetProperty("nodes")[0];
        Assert.Equal(("slack.notificationSent", "API_KEY"), (entry.GetProperty("action").GetString(), entry.GetProperty("credential").GetString()));
        Assert.DoesNotContain("second line", entry.GetRawText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("channelId", SlackServer.Random)]
    [InlineData("channelId", "C000NOTHING")]
    [InlineData("channelId", "U0123456")]
    [InlineData("channelId", "")]
    [InlineData("text", "")]
    [InlineData("text", " \n")]
    [InlineData("text", "a\0b")]
    public async Task Refused_and_nothing_sent_when_the_channel_is_not_selected_or_the_text_is_bad(string field, string value)
    {
        Assert.Equal([$"ValidationError input.{field}"], (await Owner.MutateAsync("sendSlackNotification", Input(field, value))).Errors);
        Assert.Equal([$"ValidationError input.text"], (await Owner.MutateAsync("sendSlackNotification", Input("text", new string('x', 4001)))).Errors);
        Assert.Empty(Slack.Posted);
    }

    [Fact]
    public async Task Refused_and_nothing_sent_when_the_project_is_wrong_or_slack_is_not_connected()
    {
        var reader = await Team.JoinWithAsync("READ", "PROJECT", _project);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("sendSlackNotification", Input("text", "x"))).Codes);
        Assert.Equal(["NotFoundError input.projectId"], (await reader.Client.MutateAsync("sendSlackNotification", Input("projectId", await Team.ProjectAsync("Other")))).Errors);
        await WrongInput.TargetIdAsync(Team, "sendSlackNotification", "projectId", NodeType.Project, projectId => Input("projectId", projectId));
        Assert.Empty((await Owner.MutateAsync("disconnectSlack", new { organizationId = Team.Id })).Errors);
        Assert.Equal(["UpstreamError input"], (await Owner.MutateAsync("sendSlackNotification", Input("text", "x"))).Errors);
        Assert.Empty(Slack.Posted);
    }

    [Fact]
    public async Task Upstream_error_when_slack_refuses_and_what_it_tells_is_kept()
    {
        Slack.Play = _ => SlackServer.Error("is_archived");
        Assert.Equal(["UpstreamError input"], (await Owner.MutateAsync("sendSlackNotification", Input("text", "x"))).Errors);
        Assert.Equal("CONNECTED", await StatusAsync());
        Slack.Play = _ => SlackServer.Error("token_revoked");
        var cursor = await CursorAsync();

        Assert.Equal(["UpstreamError input"], (await Owner.MutateAsync("sendSlackNotification", Input("text", "x"))).Errors);

        Assert.Equal("NEEDS_REAUTHORIZATION", await StatusAsync());
        Assert.Equal(["SlackNeedsReauthorization Workspace T0ACME somebody"], await HeardAsync(cursor));
    }

    private Dictionary<string, object> Input(string field, string value) => new() { ["projectId"] = _project, ["channelId"] = SlackServer.General, ["text"] = "Hello", [field] = value };
}
