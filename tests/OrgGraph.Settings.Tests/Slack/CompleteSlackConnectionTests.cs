using System.Text.Json;
using Microsoft.AspNetCore.Http;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

public sealed class CompleteSlackConnectionTests : SlackTest
{
    [Fact]
    public async Task Workspace_is_connected_and_its_channels_are_read()
    {
        await using var heard = await Team.WatchAsync(Owner, "integrationsChanged", "... on SlackConnected { slack { workspaceName } } ... on SlackChannelsRefreshed { slack { channels { totalCount } } }");
        var (code, state) = await ConsentAsync(Owner);

        var made = await CompleteAsync(Owner, code, state);
        await App.DoDueWorkAsync();

        Assert.Empty(made.Errors);
        Assert.Equal(("CONNECTED", "T0ACME", "Workspace T0ACME"), (made.Text("slack", "status"), made.Text("slack", "workspaceId"), made.Text("slack", "workspaceName")));
        Assert.Equal(App.Clock.GetUtcNow(), made["slack", "installedAt"].GetDateTimeOffset());
        Assert.NotEqual(JsonValueKind.Null, made["slack", "installedBy"].ValueKind);
        var told = await heard.NextEventAsync("SlackConnected");
        Assert.Equal((made.Version, "Workspace T0ACME"), (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString()));
        Assert.Equal(3, (await heard.NextEventAsync("SlackChannelsRefreshed")).GetProperty("slack").GetProperty("channels").GetProperty("totalCount").GetInt32());
        Assert.Equal(["oauth.v2.access", "conversations.list"], Slack.Calls.Select(call => call.Method));
        Assert.Equal("Bearer " + Slack.GoodTokens.Single(), Slack.Calls.Last().Authorization);
    }

    [Fact]
    public async Task Token_stands_in_no_answer_event_audit_entry_log_or_file()
    {
        await ConnectAsync();
        var token = Slack.GoodTokens.Single();
        await SelectAsync(SlackServer.General);
        var audit = (await Team.QueryAsync("auditLog { nodes { action resourceType resourceId changes { field before after } } }")).GetRawText();

        Assert.Contains("slack.connected", audit, StringComparison.Ordinal);
        Assert.Contains("tokenSecret", audit, StringComparison.Ordinal);
        Assert.Contains("********", audit, StringComparison.Ordinal);
        foreach (var planted in new[] { token, SlackServer.ClientSecret, "code-of-slack" })
        {
            Assert.DoesNotContain(planted, audit, StringComparison.Ordinal);
            Assert.DoesNotContain(App.Logs.Lines, line => line.Contains(planted, StringComparison.Ordinal));
            foreach (var file in Directory.GetFiles(App.DataDirectory, "*", SearchOption.AllDirectories))
            {
                await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
                using var bytes = new MemoryStream();
                await stream.CopyToAsync(bytes);
                Assert.False(bytes.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(planted)) >= 0, file);
            }
        }
    }

    [Fact]
    public async Task Nothing_is_connected_by_a_callback_that_is_replayed_stolen_crossed_guessed_or_of_another_organization()
    {
        var another = await Team.JoinAsync(Team.Owners);
        var (code, state) = await ConsentAsync(Owner);
        var other = await Team.FoundAsync(App);
        var (theirCode, theirState) = await ConsentAsync(other.Owner.Client, other.Id);

        // Stolen: by an owner of the same organization who did not begin.
        Assert.Equal(["ValidationError input.state"], (await CompleteAsync(another.Client, code, state)).Errors);

        // Of another organization: the victim opened the attacker's link, and hands it over in the victim's own name.
        Assert.Equal(["ValidationError input.state"], (await CompleteAsync(Owner, theirCode, theirState)).Errors);
        Assert.Equal(["ValidationError input.state"], (await other.Owner.Client.MutateAsync("completeSlackConnection", new { organizationId = other.Id, code, state })).Errors);
        Assert.Equal(["ValidationError input.state"], (await CompleteAsync(Owner, code, new string('x', 43))).Errors);
        Assert.Equal(["ValidationError input.state"], (await CompleteAsync(Owner, code, state + ".Lw")).Errors);
        Assert.Equal(["ValidationError input.code"], (await CompleteAsync(Owner, "", state)).Errors);
        Assert.Empty(Slack.Calls);
        Assert.Equal("CONNECTING", await StatusAsync());

        // What was tried by others has cost its owner nothing; and it is good once.
        Assert.Empty((await CompleteAsync(Owner, code, state)).Errors);
        Assert.Equal(["ValidationError input.state"], (await CompleteAsync(Owner, code, state)).Errors);
        Assert.Single(Slack.Calls, call => call.Method == "oauth.v2.access");
        Assert.Equal("CONNECTED", await StatusAsync());
    }

    [Fact]
    public async Task Nothing_is_connected_after_ten_minutes_or_after_it_was_ended()
    {
        var (code, state) = await ConsentAsync(Owner);
        await App.PassAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(["ValidationError input.state"], (await CompleteAsync(Owner, code, state)).Errors);

        (code, state) = await ConsentAsync(Owner);
        Assert.Empty((await Owner.MutateAsync("disconnectSlack", new { organizationId = Team.Id })).Errors);
        Assert.Equal(["ValidationError input.state"], (await CompleteAsync(Owner, code, state)).Errors);
        Assert.Empty(Slack.Calls);
        Assert.Equal("DISCONNECTED", await StatusAsync());
    }

    [Fact]
    public async Task One_of_many_at_once_connects()
    {
        var (code, state) = await ConsentAsync(Owner);

        var made = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => CompleteAsync(Owner, code, state)));

        Assert.Single(made, one => one.Errors.Length == 0);
        Assert.Single(Slack.Calls, call => call.Method == "oauth.v2.access");
    }

    [Fact]
    public async Task Refused_and_over_when_slack_does_not_take_the_code()
    {
        var (_, state) = await ConsentAsync(Owner);
        var cursor = await CursorAsync();

        var made = await CompleteAsync(Owner, "not-a-code", state);

        Assert.Equal(["ValidationError input.code"], made.Errors);
        Assert.Null(made.Version);
        Assert.Equal("DISCONNECTED", await StatusAsync());
        Assert.Equal(["SlackDisconnected Slack somebody"], await HeardAsync(cursor));
        var (code, again) = await ConsentAsync(Owner);
        Assert.Empty((await CompleteAsync(Owner, code, again)).Errors);
    }

    [Theory]
    [InlineData("bad_client_secret")]
    [InlineData("internal_error")]
    [InlineData("<script>")]
    public async Task Upstream_error_when_slack_refuses(string error)
    {
        var (code, state) = await ConsentAsync(Owner);
        Slack.Play = call => SlackServer.Error(error);

        var made = await CompleteAsync(Owner, code, state);

        Assert.Equal(["UpstreamError input"], made.Errors);
        Assert.DoesNotContain("<script>", made.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal("DISCONNECTED", await StatusAsync());
    }

    [Fact]
    public async Task Token_that_would_expire_is_given_back()
    {
        var (code, state) = await ConsentAsync(Owner);
        Slack.Play = call => call.Method == "oauth.v2.access"
            ? Results.Json(new { ok = true, access_token = "xoxe.xoxb-rotating", expires_in = 43200, refresh_token = "xoxe-1", team = new { id = "T0ACME", name = "Acme" } })
            : null;

        Assert.Equal(["UpstreamError input"], (await CompleteAsync(Owner, code, state)).Errors);
        Assert.Contains(Slack.Calls, call => call is { Method: "auth.revoke", Authorization: "Bearer xoxe.xoxb-rotating" });
    }

    [Fact]
    public async Task Selection_stays_for_the_same_workspace_and_goes_with_another_whose_old_token_is_revoked()
    {
        await ConnectAsync();
        await SelectAsync(SlackServer.General);
        var first = Slack.GoodTokens.Single();

        await ConnectAsync();
        Assert.Equal(SlackServer.General, Assert.Single((await ShownAsync()).GetProperty("accessibleChannels").EnumerateArray()).GetProperty("channelId").GetString());
        Assert.DoesNotContain(Slack.Calls, call => call.Method == "auth.revoke");

        await ConnectAsync("T0OTHER");
        Assert.Empty((await ShownAsync()).GetProperty("accessibleChannels").EnumerateArray());
        Assert.Equal("T0OTHER", (await ShownAsync()).GetProperty("workspaceId").GetString());
        Assert.Single(Slack.Calls, call => call.Method == "auth.revoke");
        Assert.Contains(first, Slack.GoodTokens);
    }

    private Task<Payload> CompleteAsync(Client client, string code, string state) => client.MutateAsync("completeSlackConnection", new { organizationId = Team.Id, code, state }, Shown);
}
