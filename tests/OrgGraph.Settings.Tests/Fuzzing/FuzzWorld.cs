using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Slack;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Fuzzing;

/// <summary>A server with a tenant whose every name is a mark that nobody else may ever see, and tenants who ask.</summary>
internal sealed class FuzzWorld(OrgGraphApp app, SlackServer slack)
{
    private const string Mark = "Zanzibar quarry";

    private readonly List<(string Type, string Id)> _foreign = [];
    private readonly List<string> _secrets = [];

    /// <summary>What must be in no answer.</summary>
    public IReadOnlyList<string> Forbidden => [Mark, Mark.ToUpperInvariant(), "zanzibar-quarry", .. _secrets];

    /// <summary>Makes the tenant of the marks.</summary>
    public async Task PlantAsync()
    {
        var owner = await app.SignInAsync("zanzibar-quarry-owner@secret.test");
        var made = await owner.MutateAsync("createOrganization", new { name = Mark }, "organization { id permissionGroups { nodes { id } } members { nodes { id user { id } } } }");
        var organizationId = made.Text("organization", "id");
        _foreign.Add(("organization", organizationId));
        var groupId = made["organization", "permissionGroups", "nodes"][0].GetProperty("id").GetString()!;
        _foreign.Add(("group", groupId));
        _foreign.Add(("member", made["organization", "members", "nodes"][0].GetProperty("id").GetString()!));
        _foreign.Add(("principal", made["organization", "members", "nodes"][0].GetProperty("user").GetProperty("id").GetString()!));
        var projectId = (await owner.MutateAsync("createProject", new { organizationId, name = Mark + " project" }, "project { id }")).Text("project", "id");
        var environmentId = (await owner.MutateAsync("createEnvironment", new { organizationId, name = Mark + " environment" }, "environment { id }")).Text("environment", "id");
        var assigned = await owner.MutateAsync(
            "assignVersion", new { environmentId, projectId, objectType = "PROMPT", objectId = Mark, objectName = Mark + " prompt", objectVersion = Mark + " 1" }, "assignment { id }");
        _foreign.AddRange([("project", projectId), ("environment", environmentId), ("assignment", assigned.Text("assignment", "id"))]);
        slack.Channels.Add(new("C0MARK", Mark + " channel"));
        _foreign.Add(("slackAlert", await AlertAsync(owner, organizationId, projectId, "C0MARK", Mark + " alert")));
        slack.Channels.RemoveAll(channel => channel.Id == "C0MARK");
        var variable = await owner.MutateAsync("setEnvironmentVariable", new { organizationId, name = "VARIABLE", value = Mark + " value", isSensitive = false }, "environmentVariable { id }");
        _foreign.Add(("environmentVariable", variable.Text("environmentVariable", "id")));
        var key = await owner.MutateAsync("createApiKey", new { organizationId, name = Mark + " key" }, "secret apiKey { id preview }");
        _foreign.Add(("apiKey", key.Text("apiKey", "id")));
        _secrets.AddRange([key.Text("secret"), key.Text("apiKey", "preview")]);
        var invited = await owner.MutateAsync(
            "inviteMembers", new { organizationId, emails = new[] { "zanzibar-quarry-guest@secret.test" }, groupIds = new[] { groupId } }, "results { invitation { id } }");
        _foreign.Add(("invitation", invited["results"][0].GetProperty("invitation").GetProperty("id").GetString()!));
        _secrets.Add(await app.TokenOfAsync("zanzibar-quarry-guest@secret.test"));
    }

    /// <summary>A fresh tenant with something of everything: those who ask, and the ids that they use, the others' among them.</summary>
    public async Task<(IReadOnlyList<Client> Clients, IReadOnlyList<(string Type, string Id)> Ids)> TenantAsync()
    {
        var team = await Team.FoundAsync(app);
        var (engineer, viewer) = (await team.JoinAsync(team.Engineers), await team.JoinAsync(team.Viewers));
        var key = await team.KeyAsync(team.Owner);
        var owner = team.Owner.Client;
        var apiKeyId = (await owner.MutateAsync("createApiKey", new { organizationId = team.Id, name = "Fuzzed" }, "apiKey { id }")).Text("apiKey", "id");
        var invited = await owner.MutateAsync(
            "inviteMembers", new { organizationId = team.Id, emails = new[] { "guest@outside.test" }, groupIds = new[] { team.Viewers }, sendEmails = false }, "results { invitation { id } }");
        var (projectId, environmentId) = (await team.ProjectAsync("Project"), await team.EnvironmentAsync("Environment"));
        List<(string Type, string Id)> ids =
        [
            ("organization", team.Id), ("group", team.Owners), ("group", team.Viewers), ("group", await team.GroupAsync("Custom", [viewer.UserId], [team.Viewers])), ("member", team.Owner.MemberId),
            ("member", engineer.MemberId), ("member", viewer.MemberId), ("principal", engineer.UserId), ("principal", viewer.UserId), ("creator", team.Owner.UserId), ("project", projectId),
            ("resource", await team.ProjectAsync("Another")), ("environment", environmentId), ("assignment", await team.AssignAsync(environmentId, projectId, "prompt", "1")), ("apiKey", apiKeyId),
            ("environmentVariable", await team.VariableAsync("VARIABLE")), ("slackAlert", await AlertAsync(owner, team.Id, projectId, SlackServer.General, "Alert")),
            ("invitation", invited["results"][0].GetProperty("invitation").GetProperty("id").GetString()!),
        ];
        ids.AddRange(Enum.GetValues<NodeType>().Select(type => ("unknown", team.UnknownId(type))));
        await ReadHashesAsync();
        return ([owner, owner, owner, key, engineer.Client, viewer.Client, app.Anonymous], [.. ids, .. ids, .. _foreign]);
    }

    private async Task<string> AlertAsync(Client owner, string organizationId, string projectId, string channelId, string name)
    {
        await slack.ConnectAsync(owner, organizationId);
        await owner.MutateAsync("setSlackChannels", new { organizationId, add = new[] { channelId } });
        return (await owner.MutateAsync("saveSlackAlert", new { projectId, name, trigger = "VERSION_ASSIGNED", channelId }, "slackAlert { id }")).Text("slackAlert", "id");
    }

    // What is stored of secrets is nobody's to see either.
    private async Task ReadHashesAsync()
    {
        await using var connection = await TestDatabase.OpenAsync(app);
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT Hash FROM Credentials UNION SELECT TokenHash FROM InvitationLinks UNION SELECT PepperId FROM Credentials";
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            if (!_secrets.Contains(reader.GetString(0)))
            {
                _secrets.Add(reader.GetString(0));
            }
        }
    }
}
