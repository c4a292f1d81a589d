using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

/// <summary>A server that speaks with a played Slack, and a team on it.</summary>
public abstract class SlackTest : OrgGraphTest
{
    protected const string Shown = "slack { status workspaceId workspaceName installedBy { displayName } installedAt channelsRefreshedAt accessibleChannels { channelId name isPrivate isAccessible } version }";

    protected SlackServer Slack { get; private set; } = null!;

    protected Team Team { get; private set; } = null!;

    protected Client Owner => Team.Owner.Client;

    protected override (string Key, string Value)[] Settings => Slack.Settings;

    public override async Task InitializeAsync()
    {
        Slack = await SlackServer.StartAsync();
        await base.InitializeAsync();
        Team = await Team.FoundAsync(App);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await Slack.DisposeAsync();
    }

    protected Task ConnectAsync(string workspace = "T0ACME") => Slack.ConnectAsync(Owner, Team.Id, workspace);

    /// <summary>Begins, and consents in Slack.</summary>
    protected async Task<(string Code, string State)> ConsentAsync(Client client, string? organizationId = null, string workspace = "T0ACME")
    {
        var begun = await client.MutateAsync("connectSlack", new { organizationId = organizationId ?? Team.Id }, "authorizeUrl");
        Assert.Empty(begun.Errors);
        return Slack.Consent(begun.Text("authorizeUrl"), workspace);
    }

    protected async Task SelectAsync(params string[] add) => Assert.Empty((await Owner.MutateAsync("setSlackChannels", new { organizationId = Team.Id, add })).Errors);

    protected async Task<JsonElement> ShownAsync() => (await Team.QueryAsync(Shown)).GetProperty("slack");

    protected async Task<string> StatusAsync() => (await ShownAsync()).GetProperty("status").GetString()!;

    /// <summary>A new alert, by the owner.</summary>
    protected async Task<string> AlertAsync(string projectId, string trigger = "VERSION_ASSIGNED", string? environmentId = null, string channelId = SlackServer.General, string name = "Releases")
    {
        var made = await Owner.MutateAsync("saveSlackAlert", new { projectId, name, trigger, environmentId, channelId }, "slackAlert { id }");
        Assert.Empty(made.Errors);
        return made.Text("slackAlert", "id");
    }

    protected async Task<(string Status, string? LastError, bool WasSent)> AlertStateAsync(string id)
    {
        var alert = await Team.NodeAsync(id, "... on SlackAlert { status lastError lastSentAt }");
        return (alert.GetProperty("status").GetString()!, alert.GetProperty("lastError").GetString(), alert.GetProperty("lastSentAt").ValueKind != JsonValueKind.Null);
    }

    protected async Task<string> CursorAsync() => (await Team.QueryAsync("cursor")).GetProperty("cursor").GetString()!;

    /// <summary>What the stream of integrations tells since, as <c>Type subject actor</c>.</summary>
    protected async Task<string[]> HeardAsync(string after)
    {
        await using var stream = await Owner.SubscribeAsync(
            "subscription($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { __typename subjectName actorName } }", new { id = Team.Id, after });
        var marker = $"Marker {Team.NextNumber()}";
        await Owner.MutateAsync("createProject", new { organizationId = Team.Id, name = marker });
        var heard = new List<string>();
        while (true)
        {
            var happened = await stream.NextEventAsync();
            var subject = happened.GetProperty("subjectName").GetString();
            if (subject == marker)
            {
                return [.. heard];
            }

            if (happened.GetProperty("__typename").GetString() is { } type && type.StartsWith("Slack", StringComparison.Ordinal))
            {
                heard.Add($"{type} {subject} {(happened.GetProperty("actorName").GetString() == "OrgGraph" ? "OrgGraph" : "somebody")}");
            }
        }
    }
}
