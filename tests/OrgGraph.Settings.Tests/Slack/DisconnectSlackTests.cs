using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

public sealed class DisconnectSlackTests : SlackTest
{
    [Fact]
    public async Task Token_is_revoked_and_erased_and_the_workspace_forgotten()
    {
        await ConnectAsync();
        await SelectAsync(SlackServer.General);
        var alert = await AlertAsync(await Team.ProjectAsync("Bot"));
        var cursor = await CursorAsync();
        Assert.Equal(1, await TokensAsync());

        var made = await Owner.MutateAsync("disconnectSlack", new { organizationId = Team.Id }, Shown + " slackChannels: slack { channels { totalCount } }");

        Assert.Empty(made.Errors);
        Assert.Equal(("DISCONNECTED", "null", "null", "[]"), (made.Text("slack", "status"), made["slack", "workspaceId"].GetRawText(), made["slack", "installedBy"].GetRawText(), made["slack", "accessibleChannels"].GetRawText()));
        Assert.Equal(0, made["slackChannels", "channels", "totalCount"].GetInt32());
        await App.DoDueWorkAsync();
        Assert.Empty(Slack.GoodTokens);
        Assert.Equal("auth.revoke", Slack.Calls.Last().Method);
        Assert.Equal(0, await TokensAsync());
        Assert.Equal(("BROKEN", "Slack is not connected.", false), await AlertStateAsync(alert));
        Assert.Equal(["SlackDisconnected Workspace T0ACME somebody", "SlackAlertFailed Releases somebody"], await HeardAsync(cursor));
        Assert.Equal(["NotFoundError input.organizationId"], (await Owner.MutateAsync("disconnectSlack", new { organizationId = Team.Id })).Errors);
    }

    [Fact]
    public async Task Disconnected_at_once_and_revoked_when_slack_is_back()
    {
        await ConnectAsync();
        Slack.Play = _ => SlackServer.Error("internal_error");

        Assert.Empty((await Owner.MutateAsync("disconnectSlack", new { organizationId = Team.Id })).Errors);
        await App.DoDueWorkAsync();
        Assert.Equal("DISCONNECTED", await StatusAsync());
        Assert.Single(Slack.GoodTokens);
        Assert.Equal(1, await TokensAsync());
        Slack.Play = _ => null;
        await App.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Empty(Slack.GoodTokens);
        Assert.Equal(0, await TokensAsync());
    }

    [Fact]
    public async Task Refused_for_who_may_not_manage_settings()
    {
        await ConnectAsync();
        var viewer = await Team.JoinAsync(Team.Viewers);

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await viewer.Client.SendMutationAsync("disconnectSlack", new { organizationId = Team.Id })).Codes);
        await WrongInput.OrganizationIdAsync(Team, "disconnectSlack", organizationId => new { organizationId });
        Assert.Equal("CONNECTED", await StatusAsync());
    }

    private async Task<int> TokensAsync() =>
        (await App.Services.GetRequiredService<Database>().QueryAsync("SELECT COUNT(*) FROM Secrets WHERE Field = @field", reader => reader.GetInt32(0), CancellationToken.None, ("field", "slack.token"))).Single();
}
