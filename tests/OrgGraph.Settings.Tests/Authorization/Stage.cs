using System.Text.Json;
using OrgGraph.Settings.Tests.Slack;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authorization;

/// <summary>An organization to ask about, and its owner, who makes the things that are asked about.</summary>
public sealed class Stage(OrgGraphApp app, string organizationId, Client maker, SlackServer slack)
{
    private static int _number;

    public string OrganizationId => organizationId;

    /// <summary>A name that nothing has yet.</summary>
    public static string NewName() => $"Sample {Interlocked.Increment(ref _number)}";

    public async Task<string> ProjectAsync() => await MakeAsync("createProject", "project", new { organizationId, name = NewName() });

    public async Task<string> GroupAsync() => await MakeAsync("createPermissionGroup", "permissionGroup", new { organizationId, name = NewName() });

    public async Task<string> EnvironmentAsync() => await MakeAsync("createEnvironment", "environment", new { organizationId, name = NewName() });

    public async Task<string> AssignmentAsync() => await MakeAsync(
        "assignVersion", "assignment", new { environmentId = await EnvironmentAsync(), projectId = await ProjectAsync(), objectType = "PROMPT", objectId = NewName(), objectVersion = "1" });

    public async Task<string> AiProviderAsync() => await MakeAsync("saveAiProvider", "aiProvider", new { organizationId, type = "openai", name = NewName(), secret = "of-the-stage" });

    public async Task<string> VariableAsync() =>
        await MakeAsync("setEnvironmentVariable", "environmentVariable", new { organizationId, name = NewName().Replace(' ', '_'), value = "1" });

    public async Task<string> SlackAlertAsync()
    {
        await ConnectSlackAsync();
        return await MakeAsync("saveSlackAlert", "slackAlert", new { projectId = await ProjectAsync(), name = NewName(), trigger = "VERSION_ASSIGNED", channelId = SlackServer.General });
    }

    /// <summary>Slack is connected, and a channel selected, unless they are already.</summary>
    public async Task ConnectSlackAsync()
    {
        var found = await maker.QueryAsync("query($id: ID!) { organization(id: $id) { slack { status accessibleChannels { channelId } } } }", new { id = organizationId });
        if (found.GetProperty("organization").GetProperty("slack") is { ValueKind: JsonValueKind.Object } shown && shown.GetProperty("status").GetString() == "CONNECTED"
            && shown.GetProperty("accessibleChannels").GetArrayLength() > 0)
        {
            return;
        }

        await slack.ConnectAsync(maker, organizationId);
        Assert.Empty((await maker.MutateAsync("setSlackChannels", new { organizationId, add = new[] { SlackServer.General } })).Errors);
    }

    /// <summary>The organization, with a data plane where nobody answers.</summary>
    public async Task<string> WithDataPlaneAsync()
    {
        await maker.MutateAsync("updateDataPlane", new { organizationId, apiUrl = "http://127.0.0.1:1", realtimeUrl = "ws://127.0.0.1:1" });
        return organizationId;
    }

    public async Task<string> KeyAsync() => await MakeAsync("createApiKey", "apiKey", new { organizationId, name = NewName() });

    public async Task<string> AccountAsync() => (await MakeAccountAsync()).Account;

    public async Task<string> TokenAsync() => (await MakeAccountAsync()).Token;

    public async Task<string> GrantAsync()
    {
        var add = new[] { new { granteeId = await GroupAsync(), permission = "READ", resource = new { type = "AUDIT_LOG" } } };
        return (await maker.MutateAsync("updateGrants", new { organizationId, add }, "added { id }"))["added"][0].GetProperty("id").GetString()!;
    }

    public async Task<string> PersonAsync() => (await maker.QueryAsync("{ viewer { principal { id } } }")).GetProperty("viewer").GetProperty("principal").GetProperty("id").GetString()!;

    public async Task<string> ViewersAsync()
    {
        var found = await maker.QueryAsync("query($id: ID!) { organization(id: $id) { permissionGroups(where: { search: \"Viewers\" }) { nodes { id builtIn } } } }", new { id = organizationId });
        return found.GetProperty("organization").GetProperty("permissionGroups").GetProperty("nodes").EnumerateArray()
            .Single(group => group.GetProperty("builtIn").GetString() == "VIEWERS").GetProperty("id").GetString()!;
    }

    public async Task<string> InvitationAsync(string? email = null)
    {
        email ??= NewName().Replace(' ', '-').ToLowerInvariant() + "@outside.test";
        var made = await maker.MutateAsync(
            "inviteMembers", new { organizationId, emails = new[] { email }, groupIds = new[] { await ViewersAsync() }, sendEmails = false }, "results { invitation { id } }");
        return made["results"][0].GetProperty("invitation").GetProperty("id").GetString()!;
    }

    /// <summary>A new person, who joins as a viewer.</summary>
    public async Task<string> MemberAsync()
    {
        var email = NewName().Replace(' ', '-').ToLowerInvariant() + "@outside.test";
        var invitationId = await InvitationAsync(email);
        var guest = await app.SignInAsync(email);
        return (await guest.MutateAsync("acceptInvitation", new { invitationId }, "member { id }")).Text("member", "id");
    }

    public Task RequestDeletionAsync(string name) => maker.MutateAsync("requestOrganizationDeletion", new { organizationId, confirmName = name });

    public async Task<string> NameAsync() =>
        (await maker.QueryAsync("query($id: ID!) { organization(id: $id) { name } }", new { id = organizationId })).GetProperty("organization").GetProperty("name").GetString()!;

    private async Task<(string Account, string Token)> MakeAccountAsync()
    {
        var made = await maker.MutateAsync(
            "createServiceAccount", new { organizationId, name = NewName(), tokenName = NewName(), groupIds = new[] { await ViewersAsync() } }, "serviceAccount { id } serviceToken { id }");
        return (made.Text("serviceAccount", "id"), made.Text("serviceToken", "id"));
    }

    private async Task<string> MakeAsync(string mutation, string thing, object input)
    {
        var made = await maker.MutateAsync(mutation, input, $"{thing} {{ id }}");
        return made[thing].ValueKind == JsonValueKind.Object ? made.Text(thing, "id") : throw new InvalidOperationException($"{mutation} was refused: {string.Join(", ", made.Errors)}");
    }
}

/// <summary>A server with all callers of the matrix, the demo organization and one of another tenant.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class Cast : IAsyncLifetime
{
    private SlackServer _slack = null!;
    private readonly Dictionary<Who, Client> _clients = [];

    public OrgGraphApp App { get; private set; } = null!;

    public Stage Own { get; private set; } = null!;

    public Stage Foreign { get; private set; } = null!;

    public Client this[Who who] => _clients[who];

    public async Task InitializeAsync()
    {
        // A generated sweep makes more than an organization may have.
        string[] unlimited = ["PermissionGroups", "ActiveApiKeys", "Environments", "Projects", "ServiceAccounts", "ActiveServiceTokens", "MailsPerDay", "Assignments", "AiProviders", "EnvironmentVariables", "SlackAlerts"];
        _slack = await SlackServer.StartAsync();
        App = await OrgGraphApp.StartAsync([.. unlimited.Select(limit => ($"OrgGraph:Limits:{limit}", "0")), .. _slack.Settings]);
        _clients[Who.Anonymous] = App.Anonymous;
        var nora = _clients[Who.Outsider] = await App.NoraAsync();
        _clients[Who.Viewer] = await App.VeraAsync();
        _clients[Who.Engineer] = await App.EliAsync();
        _clients[Who.Owner] = await App.OliviaAsync();
        _clients[Who.ViewerKey] = App.With((await KeyAsync(Who.Viewer)).Secret);
        _clients[Who.OwnerKey] = App.With((await KeyAsync(Who.Owner)).Secret);
        var (secret, apiKeyId) = await KeyAsync(Who.Owner);
        await _clients[Who.Owner].MutateAsync("revokeApiKey", new { apiKeyId });
        _clients[Who.RevokedKey] = App.With(secret);
        _clients[Who.ServiceToken] = await AccountAsync("VIEWERS");
        _clients[Who.OwnerToken] = await AccountAsync("OWNERS");
        _clients[Who.ResolverToken] = await AccountAsync("VIEWERS", new { permission = "RESOLVE_SECRETS", resource = new { type = "ORGANIZATION" } });
        Own = new Stage(App, App.Acme, await App.OscarAsync(), _slack);
        var elsewhere = await nora.MutateAsync("createOrganization", new { name = "Elsewhere" }, "organization { id }");
        Foreign = new Stage(App, elsewhere.Text("organization", "id"), nora, _slack);
    }

    public async Task DisposeAsync()
    {
        await App.DisposeAsync();
        await _slack.DisposeAsync();
    }

    private async Task<Client> AccountAsync(string builtIn, params object[] permissions)
    {
        var owner = _clients[Who.Owner];
        var groups = await owner.QueryAsync("query($id: ID!) { organization(id: $id) { permissionGroups(first: 100) { nodes { id builtIn } } } }", new { id = App.Acme });
        var group = groups.GetProperty("organization").GetProperty("permissionGroups").GetProperty("nodes").EnumerateArray()
            .Single(one => one.GetProperty("builtIn").GetString() == builtIn).GetProperty("id").GetString();
        var made = await owner.MutateAsync(
            "createServiceAccount", new { organizationId = App.Acme, name = $"Of the matrix, {Stage.NewName()}", tokenName = "Token", groupIds = new[] { group }, permissions }, "secret");
        return App.With(made.Text("secret"));
    }

    private async Task<(string Secret, string Id)> KeyAsync(Who creator)
    {
        var made = await _clients[creator].MutateAsync("createApiKey", new { organizationId = App.Acme, name = "Of the matrix" }, "secret apiKey { id }");
        return (made.Text("secret"), made.Text("apiKey", "id"));
    }
}
