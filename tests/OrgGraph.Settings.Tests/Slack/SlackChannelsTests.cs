using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

/// <summary>The list of channels, and which are selected.</summary>
public sealed class SlackChannelsTests : SlackTest
{
    [Fact]
    public async Task All_pages_are_read_listed_by_name_and_searched()
    {
        Slack.Channels.AddRange(Enumerable.Range(0, 2300).Select(number => new PlayedChannel($"C9{number:D6}", $"team-{number:D4}")));
        await ConnectAsync();

        Assert.Equal(["", "page-1000", "page-2000"], Slack.Calls.Where(call => call.Method == "conversations.list").Select(call => call["cursor"]));
        Assert.All(Slack.Calls.Where(call => call.Method == "conversations.list"), call => Assert.Equal(("public_channel,private_channel", "true"), (call["types"], call["exclude_archived"])));
        var names = new List<string>();
        string? after = null;
        do
        {
            var page = (await Team.QueryAsync($"slack {{ channels(first: 100{(after is null ? "" : $", after: \"{after}\"")}) {{ totalCount nodes {{ name }} pageInfo {{ endCursor hasNextPage }} }} }}")).GetProperty("slack").GetProperty("channels");
            names.AddRange(page.GetProperty("nodes").EnumerateArray().Select(channel => channel.GetProperty("name").GetString()!));
            after = page.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean() ? page.GetProperty("pageInfo").GetProperty("endCursor").GetString() : null;
            Assert.Equal(2303, page.GetProperty("totalCount").GetInt32());
        }
        while (after is not null);

        Assert.Equal(2303, names.Distinct().Count());
        Assert.Equal(names.Order(StringComparer.Ordinal), names);
        Assert.Equal(["team-2299"], await SearchAsync("C9002299"));
        Assert.Equal(["team-1999"], await SearchAsync("#TEAM-1999"));
        Assert.Equal(["secret"], await SearchAsync("SECR"));
        Assert.Empty(await SearchAsync("nothing"));
    }

    [Fact]
    public async Task Read_again_by_hand_at_once_and_every_seven_days_by_itself()
    {
        await ConnectAsync();
        Slack.Channels.Add(new("C000NEW", "new"));
        var cursor = await CursorAsync();

        var read = await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id }, "slack { channelsRefreshedAt channels { totalCount } }");
        Assert.Empty(read.Errors);
        Assert.Equal((4, App.Clock.GetUtcNow()), (read["slack", "channels", "totalCount"].GetInt32(), read["slack", "channelsRefreshedAt"].GetDateTimeOffset()));
        Slack.Channels.RemoveAll(channel => channel.Id == SlackServer.Random);
        await App.PassAsync(TimeSpan.FromDays(7) - TimeSpan.FromMinutes(1));
        Assert.Equal(2, Lists());
        await App.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(3, Lists());
        await App.PassAsync(TimeSpan.FromDays(7));
        Assert.Equal(4, Lists());

        var owner = await App.SignInAsync(Team.Owner.Email);
        Assert.Equal(3, (await Team.QueryAsync(owner, "slack { channels { totalCount } }")).GetProperty("slack").GetProperty("channels").GetProperty("totalCount").GetInt32());
        Assert.NotNull(cursor);
    }

    [Fact]
    public async Task Short_wait_is_waited_out_and_a_long_one_is_an_upstream_error()
    {
        await ConnectAsync();
        var asked = 0;
        Slack.Play = call => Interlocked.Increment(ref asked) == 1 ? SlackServer.TooOften(3) : null;
        var running = Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id });
        await Eventually.TrueAsync(() => asked == 1);
        await Eventually.TrueAsync(() =>
        {
            App.Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(running.IsCompleted);
        }, TimeSpan.FromSeconds(20), "the wait is over");
        Assert.Empty((await running).Errors);
        Assert.Equal(2, asked);

        Slack.Play = _ => SlackServer.TooOften(60);
        var refused = await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id }, "details: errors { ... on UpstreamError { httpStatus message } }");
        Assert.Equal(["UpstreamError input"], refused.Errors);
        Assert.Equal(429, refused["details"][0].GetProperty("httpStatus").GetInt32());
        Assert.Contains("60 seconds", refused["details"][0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal("CONNECTED", await StatusAsync());
    }

    [Fact]
    public async Task Large_workspace_goes_on_where_it_stopped()
    {
        await ConnectAsync();
        Slack.Channels.AddRange(Enumerable.Range(0, 2300).Select(number => new PlayedChannel($"C9{number:D6}", $"team-{number:D4}")));
        var before = Slack.Calls.Count;
        Slack.Play = call => call["cursor"] == "page-2000" ? SlackServer.TooOften(60) : null;
        Assert.Equal(["UpstreamError input"], (await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id })).Errors);
        Slack.Play = _ => null;

        Assert.Empty((await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id })).Errors);

        Assert.Equal(["", "page-1000", "page-2000", "page-2000"], Slack.Calls.Skip(before).Select(call => call["cursor"]));
        Assert.Equal(2303, (await Team.QueryAsync("slack { channels { totalCount } }")).GetProperty("slack").GetProperty("channels").GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Needs_reauthorization_when_slack_does_not_take_the_token_any_more()
    {
        await ConnectAsync();
        var cursor = await CursorAsync();
        Slack.Uninstall();

        Assert.Equal(["UpstreamError input"], (await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id })).Errors);
        var calls = Slack.Calls.Count;
        Assert.Equal(["UpstreamError input"], (await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id })).Errors);

        Assert.Equal("NEEDS_REAUTHORIZATION", await StatusAsync());
        Assert.Equal(["SlackNeedsReauthorization Workspace T0ACME somebody"], await HeardAsync(cursor));
        Assert.Equal(calls, Slack.Calls.Count);
    }

    [Fact]
    public async Task Needs_reauthorization_when_the_weekly_reading_finds_out()
    {
        await ConnectAsync();
        Slack.Uninstall();

        await App.PassAsync(TimeSpan.FromDays(7));

        var owner = await App.SignInAsync(Team.Owner.Email);
        Assert.Equal("NEEDS_REAUTHORIZATION", (await Team.QueryAsync(owner, "slack { status }")).GetProperty("slack").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Not_found_when_slack_is_not_connected()
    {
        Assert.Equal(["NotFoundError input.organizationId"], (await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id })).Errors);
        Assert.Equal(["NotFoundError input.organizationId"], (await Set(add: [SlackServer.General])).Errors);
        await WrongInput.OrganizationIdAsync(Team, "refreshSlackChannels", organizationId => new { organizationId });
        await WrongInput.OrganizationIdAsync(Team, "setSlackChannels", organizationId => new { organizationId, add = new[] { SlackServer.General } });
    }

    [Fact]
    public async Task Selected_and_selected_no_more()
    {
        await ConnectAsync();
        await using var heard = await Team.WatchAsync(Owner, "integrationsChanged", "... on SlackChannelAccessChanged { slack { accessibleChannels { name } } }");

        var set = await Set(add: [SlackServer.Random, SlackServer.General]);
        Assert.Empty(set.Errors);
        Assert.Equal(["general", "random"], set["slack", "accessibleChannels"].EnumerateArray().Select(channel => channel.GetProperty("name").GetString()));
        Assert.Equal(set.Version, (await heard.NextEventAsync("SlackChannelAccessChanged")).GetProperty("version").GetInt32());
        var again = await Set(add: [SlackServer.General]);
        Assert.Empty(again.Errors);
        Assert.Null(again.Version);

        var both = await Set(add: [SlackServer.Secret], remove: [SlackServer.General], expectedVersion: set.Version);
        Assert.Empty(both.Errors);
        Assert.Equal(["random", "secret"], both["slack", "accessibleChannels"].EnumerateArray().Select(channel => channel.GetProperty("name").GetString()));
        Assert.Equal(["ConflictError input.expectedVersion"], (await Set(remove: [SlackServer.Secret], expectedVersion: set.Version)).Errors);
        var listed = (await Team.QueryAsync("slack { channels { nodes { name isPrivate isAccessible } } }")).GetProperty("slack").GetProperty("channels").GetProperty("nodes");
        Assert.Equal(
            ["general False False", "random False True", "secret True True"],
            listed.EnumerateArray().Select(channel => $"{channel.GetProperty("name").GetString()} {channel.GetProperty("isPrivate").GetBoolean()} {channel.GetProperty("isAccessible").GetBoolean()}"));
        Assert.DoesNotContain(Slack.Calls, call => call.Method == "conversations.info");
    }

    [Fact]
    public async Task Typed_id_is_looked_up_when_the_list_lacks_it()
    {
        Slack.Channels.Add(new("C000TYPED", "typed", IsListed: false));
        Slack.Channels.Add(new("C000OLD", "old", IsArchived: true));
        await ConnectAsync();

        var set = await Set(add: ["C000TYPED"]);
        Assert.Empty(set.Errors);
        Assert.Equal("typed", set["slack", "accessibleChannels"][0].GetProperty("name").GetString());
        Assert.Equal(["NotFoundError input.add.1"], (await Set(add: [SlackServer.General, "C000NOTHING"])).Errors);
        Assert.Equal(["ValidationError input.add.0"], (await Set(add: ["C000OLD"])).Errors);
        Slack.Play = _ => SlackServer.TooOften(60);
        Assert.Equal(["ValidationError input.add.0"], (await Set(add: ["C000OTHER"])).Errors);
        Assert.Single((await ShownAsync()).GetProperty("accessibleChannels").EnumerateArray());

        // It stays when the list is read again, for it is asked for apart.
        Slack.Play = _ => null;
        Assert.Empty((await Owner.MutateAsync("refreshSlackChannels", new { organizationId = Team.Id })).Errors);
        Assert.Equal("typed", (await ShownAsync()).GetProperty("accessibleChannels")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("U0123456", "add.0")]
    [InlineData("D0123456", "add.0")]
    [InlineData("general", "add.0")]
    [InlineData("#general", "add.0")]
    [InlineData("", "add.0")]
    [InlineData("C1\n", "add.0")]
    [InlineData("C000NOTHING&channel=C1", "add.0")]
    public async Task Refused_when_an_id_is_malformed(string id, string path)
    {
        await ConnectAsync();

        Assert.Equal([$"ValidationError input.{path}"], (await Set(add: [id])).Errors);
        Assert.DoesNotContain(Slack.Calls, call => call.Method == "conversations.info");
    }

    [Fact]
    public async Task Refused_when_a_list_is_wrong()
    {
        await ConnectAsync();

        Assert.Equal(["ValidationError input"], (await Set()).Errors);
        Assert.Equal(["ValidationError input"], (await Set(add: [], remove: [])).Errors);
        Assert.Equal(["ValidationError input.add.1"], (await Set(add: [SlackServer.General, SlackServer.General])).Errors);
        Assert.Equal(["ValidationError input.remove.0"], (await Set(add: [SlackServer.General], remove: [SlackServer.General])).Errors);
        Assert.Equal(["NotFoundError input.remove.0"], (await Set(remove: [SlackServer.General])).Errors);
        Assert.Equal(["ValidationError input.add"], (await Set(add: [.. Enumerable.Range(0, 101).Select(number => $"C1{number:D5}")])).Errors);
        Assert.Equal(["ValidationError input.add.10"], (await Set(add: [.. Enumerable.Range(0, 11).Select(number => $"C1{number:D5}")])).Errors);
    }

    private int Lists() => Slack.Calls.Count(call => call.Method == "conversations.list");

    private Task<Payload> Set(string[]? add = null, string[]? remove = null, int? expectedVersion = null) =>
        Owner.MutateAsync("setSlackChannels", new { organizationId = Team.Id, add, remove, expectedVersion }, Shown);

    private async Task<string[]> SearchAsync(string text)
    {
        var found = (await Team.QueryAsync("slack { channels(search: $text) { nodes { name } } }", text)).GetProperty("slack").GetProperty("channels").GetProperty("nodes");
        return [.. found.EnumerateArray().Select(channel => channel.GetProperty("name").GetString()!)];
    }
}
