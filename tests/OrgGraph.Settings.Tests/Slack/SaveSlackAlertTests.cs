using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

public sealed class SaveSlackAlertTests : SlackTest
{
    private const string Whole = "slackAlert { id name project { name } trigger environment { slug } channel { channelId name isPrivate isAccessible } status lastSentAt lastError createdBy { displayName } createdAt version }";

    private string _project = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await ConnectAsync();
        await SelectAsync(SlackServer.General, SlackServer.Secret);
        _project = await Team.ProjectAsync("Bot");
    }

    [Fact]
    public async Task Alert_exists_when_saved_and_changes_when_saved_again()
    {
        var environmentId = await Team.EnvironmentAsync("Production");
        await using var heard = await Team.WatchAsync(Owner, "integrationsChanged", "... on SlackAlertSaved { slackAlertId slackAlert { name } slackAlertEdge { cursor } }");

        var made = await SaveAsync(new { projectId = _project, name = " Releases ", trigger = "VERSION_ASSIGNED", environmentId, channelId = SlackServer.Secret }, "created slackAlertEdge { cursor node { id } }");

        Assert.Empty(made.Errors);
        Assert.True(made["created"].GetBoolean());
        Assert.Equal(
            ("Releases", "Bot", "VERSION_ASSIGNED", "production", "secret", true, "ACTIVE"),
            (made.Text("slackAlert", "name"), made.Text("slackAlert", "project", "name"), made.Text("slackAlert", "trigger"), made.Text("slackAlert", "environment", "slug"),
                made.Text("slackAlert", "channel", "name"), made["slackAlert", "channel", "isPrivate"].GetBoolean(), made.Text("slackAlert", "status")));
        Assert.Equal(made.Version, made["slackAlert", "version"].GetInt32());
        var told = await heard.NextEventAsync("SlackAlertSaved");
        Assert.Equal((made.Text("slackAlert", "id"), made.Text("slackAlertEdge", "cursor")), (told.GetProperty("slackAlertId").GetString(), told.GetProperty("slackAlertEdge").GetProperty("cursor").GetString()));

        var slackAlertId = made.Text("slackAlert", "id");
        var renamed = await SaveAsync(new { projectId = _project, slackAlertId, name = "Other", trigger = "VERSION_UNASSIGNED", channelId = SlackServer.General, expectedVersion = made.Version }, "created slackAlertEdge { cursor }");
        Assert.Empty(renamed.Errors);
        Assert.Equal((false, "null", "Other", "production", "general"), (renamed["created"].GetBoolean(), renamed["slackAlertEdge"].GetRawText(), renamed.Text("slackAlert", "name"), renamed.Text("slackAlert", "environment", "slug"), renamed.Text("slackAlert", "channel", "name")));
        var cleared = await SaveAsync(new Dictionary<string, object?> { ["projectId"] = _project, ["slackAlertId"] = slackAlertId, ["name"] = "Other", ["trigger"] = "VERSION_UNASSIGNED", ["channelId"] = SlackServer.General, ["environmentId"] = null });
        Assert.Equal("null", cleared["slackAlert", "environment"].GetRawText());
        var same = await SaveAsync(new { projectId = _project, slackAlertId, name = "Other", trigger = "VERSION_UNASSIGNED", channelId = SlackServer.General });
        Assert.Empty(same.Errors);
        Assert.Null(same.Version);
        Assert.Equal(["ConflictError input.expectedVersion"], (await SaveAsync(new { projectId = _project, slackAlertId, name = "X", trigger = "VERSION_UNASSIGNED", channelId = SlackServer.General, expectedVersion = made.Version })).Errors);
        Assert.Equal("Other", (await ListAsync()).Single());
    }

    [Theory]
    [InlineData(SlackServer.Random)]
    [InlineData("C000NOTHING")]
    [InlineData("")]
    [InlineData("general")]
    public async Task Refused_when_the_channel_is_not_selected_be_it_known_or_typed(string channelId)
    {
        Assert.Equal(["ValidationError input.channelId"], (await SaveAsync(new { projectId = _project, name = "Releases", trigger = "VERSION_ASSIGNED", channelId })).Errors);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task Refused_when_slack_is_not_connected()
    {
        var team = await Team.FoundAsync(App);

        var made = await team.Owner.Client.MutateAsync("saveSlackAlert", new { projectId = await team.ProjectAsync("Bot"), name = "Releases", trigger = "VERSION_ASSIGNED", channelId = SlackServer.General });

        Assert.Equal(["ValidationError input.channelId"], made.Errors);
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_none(string name) => Assert.Equal(["ValidationError input.name"], (await SaveAsync(Input("name", name))).Errors);

    [Fact]
    public async Task Two_may_have_one_name()
    {
        var (first, second) = (await AlertAsync(_project), await AlertAsync(_project));

        Assert.NotEqual(first, second);
        Assert.Equal(["Releases", "Releases"], await ListAsync());
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong()
    {
        var elsewhere = await AlertAsync(await Team.ProjectAsync("Other"));
        await WrongInput.TargetIdAsync(Team, "saveSlackAlert", "projectId", NodeType.Project, projectId => Input("projectId", projectId));
        await WrongInput.OtherIdAsync(Team, "saveSlackAlert", "input.environmentId", NodeType.Environment, environmentId => Input("environmentId", environmentId));
        Assert.Equal(["NotFoundError input.slackAlertId"], (await SaveAsync(Input("slackAlertId", elsewhere))).Errors);
        Assert.Equal(["NotFoundError input.slackAlertId"], (await SaveAsync(Input("slackAlertId", Team.UnknownId(NodeType.SlackAlert)))).Errors);
        Assert.Equal(["NotFoundError input.slackAlertId"], (await Owner.MutateAsync("deleteSlackAlert", new { slackAlertId = Team.UnknownId(NodeType.SlackAlert) })).Errors);
        Assert.Equal(["NotFoundError input.slackAlertId"], (await Owner.MutateAsync("testSlackAlert", new { slackAlertId = Team.UnknownId(NodeType.SlackAlert) })).Errors);
    }

    [Fact]
    public async Task Seen_and_changed_by_those_only_who_may_change_the_project()
    {
        var slackAlertId = await AlertAsync(_project);
        var reader = await Team.JoinWithAsync("READ", "PROJECT", _project);
        var stranger = await Team.JoinWithAsync("UPDATE", "ORGANIZATION");
        await using var heard = await Team.WatchAsync(reader.Client, "integrationsChanged");

        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(reader.Client, slackAlertId, "id")).ValueKind);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("saveSlackAlert", Input("name", "X"))).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("deleteSlackAlert", new { slackAlertId })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("testSlackAlert", new { slackAlertId })).Codes);
        Assert.Equal(["NotFoundError input.slackAlertId"], (await stranger.Client.MutateAsync("testSlackAlert", new { slackAlertId })).Errors);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendAsync("query($id: ID!) { node(id: $id) { ... on Project { slackAlerts { totalCount } } } }", new { id = _project })).Codes);
        await Owner.MutateAsync("deleteSlackAlert", new { slackAlertId });
        await SelectAsync(SlackServer.Random);
        Assert.Equal("SlackChannelAccessChanged", (await heard.NextEventAsync()).GetProperty("__typename").GetString());
        Assert.Empty(Slack.Posted);
    }

    [Fact]
    public async Task Gone_when_deleted_or_with_its_environment_or_project()
    {
        var (environment, other) = (await Team.EnvironmentAsync("Production"), await Team.EnvironmentAsync("Staging"));
        var ids = new[] { await AlertAsync(_project, name: "One"), await AlertAsync(_project, environmentId: environment, name: "Two"), await AlertAsync(_project, environmentId: other, name: "Three") };
        var cursor = await CursorAsync();

        Assert.Equal(ids[0], (await Owner.MutateAsync("deleteSlackAlert", new { slackAlertId = ids[0] }, "deletedSlackAlertId")).Text("deletedSlackAlertId"));
        Assert.Empty((await Owner.MutateAsync("deleteEnvironment", new { environmentId = environment })).Errors);
        Assert.Equal(["Three"], await ListAsync());
        Assert.Empty((await Owner.MutateAsync("deleteProject", new { projectId = _project, confirmName = "Bot" })).Errors);

        Assert.Equal(["SlackAlertDeleted One somebody", "SlackAlertDeleted Two somebody", "SlackAlertDeleted Three somebody"], await HeardAsync(cursor));
    }

    private Dictionary<string, object> Input(string field, string value) =>
        new() { ["projectId"] = _project, ["name"] = "Releases", ["trigger"] = "VERSION_ASSIGNED", ["channelId"] = SlackServer.General, [field] = value };

    private Task<Payload> SaveAsync(object input, string selection = "") => Owner.MutateAsync("saveSlackAlert", input, Whole + " " + selection);

    private async Task<string[]> ListAsync()
    {
        var alerts = (await Team.NodeAsync(_project, "... on Project { slackAlerts { totalCount nodes { name } } }")).GetProperty("slackAlerts").GetProperty("nodes");
        return [.. alerts.EnumerateArray().Select(alert => alert.GetProperty("name").GetString()!)];
    }
}

public sealed class SlackAlertLimitTests : SlackTest
{
    protected override (string Key, string Value)[] Settings => [.. base.Settings, ("OrgGraph:Limits:SlackAlerts", "1")];

    [Fact]
    public async Task Refused_beyond_the_limit_of_a_project()
    {
        await ConnectAsync();
        await SelectAsync(SlackServer.General);
        var project = await Team.ProjectAsync("Bot");
        var slackAlertId = await AlertAsync(project);
        object Input(string projectId, string? id) => new { projectId, slackAlertId = id, name = "Another", trigger = "VERSION_ASSIGNED", channelId = SlackServer.General };

        Assert.Equal(["LimitReachedError input"], (await Owner.MutateAsync("saveSlackAlert", Input(project, null))).Errors);
        Assert.Empty((await Owner.MutateAsync("saveSlackAlert", Input(project, slackAlertId))).Errors);
        Assert.Empty((await Owner.MutateAsync("saveSlackAlert", Input(await Team.ProjectAsync("Other"), null))).Errors);
    }
}
