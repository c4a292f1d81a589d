using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Secrets;

/// <summary>What Slack gives in confidence.</summary>
public sealed partial class LeakSweepTests
{
    private Slack.SlackServer _slack = null!;

    public override async Task InitializeAsync()
    {
        _slack = await Slack.SlackServer.StartAsync();
        await base.InitializeAsync();
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _slack.DisposeAsync();
    }

    // Slack's code, state and token, with a Slack that says back what it hears.
    private async Task ConnectAsync(Client olivia)
    {
        var begun = await olivia.MutateAsync("connectSlack", new { organizationId = App.Acme, returnUrl = "/settings" }, "authorizeUrl");
        var (code, state) = _slack.Consent(begun.Text("authorizeUrl"));
        using var callback = await App.Http.GetAsync($"/integrations/slack/callback?code={code}&state={state}");
        await olivia.MutateAsync("completeSlackConnection", new { organizationId = App.Acme, code = code + "x", state = state + "x" });
        var made = await olivia.MutateAsync("completeSlackConnection", new { organizationId = App.Acme, code, state }, "slack { status }");
        Assert.Equal("CONNECTED", made.Text("slack", "status"));
        await App.DoDueWorkAsync();
        var token = _slack.GoodTokens.Single();
        _secrets.AddRange([code, state, token]);
        _slack.Play = call => Slack.SlackServer.Error(call.Authorization);
        await olivia.MutateAsync("refreshSlackChannels", new { organizationId = App.Acme });
        _slack.Play = _ => null;
        await olivia.MutateAsync("setSlackChannels", new { organizationId = App.Acme, add = new[] { Slack.SlackServer.General } });
        var projectId = (await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "Of the alert" }, "project { id }")).Text("project", "id");
        var alert = await olivia.MutateAsync("saveSlackAlert", new { projectId, name = "Swept", trigger = "VERSION_ASSIGNED", channelId = Slack.SlackServer.General }, "slackAlert { id }");
        _slack.Play = call => Slack.SlackServer.Error(call.Authorization);
        await olivia.MutateAsync("testSlackAlert", new { slackAlertId = alert.Text("slackAlert", "id") });
        _slack.Play = _ => null;
    }
}
