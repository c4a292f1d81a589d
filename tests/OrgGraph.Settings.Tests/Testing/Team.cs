using System.Globalization;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>A person of a team, signed in.</summary>
public sealed record Teammate(Client Client, string Email, string MemberId, string UserId);

/// <summary>A service account, and a client that acts by its first token.</summary>
public sealed record ServiceAccountOf(string Id, string TokenId, string Preview, Client Client);

/// <summary>An organization of a test's own on a server that it shares, with one owner and whoever is asked in.</summary>
public sealed class Team
{
    private static int _made;

    private Team(OrgGraphApp app, string id, string name, Teammate owner, JsonElement groups) =>
        (App, Id, Name, Owner, Owners, Engineers, Viewers) = (app, id, name, owner, BuiltIn(groups, "OWNERS"), BuiltIn(groups, "ENGINEERS"), BuiltIn(groups, "VIEWERS"));

    public OrgGraphApp App { get; }

    public string Id { get; }

    public string Name { get; }

    public Teammate Owner { get; }

    public string Owners { get; }

    public string Engineers { get; }

    public string Viewers { get; }

    public static int NextNumber() => Interlocked.Increment(ref _made);

    /// <summary>A new person founds it.</summary>
    public static async Task<Team> FoundAsync(OrgGraphApp app)
    {
        var number = NextNumber();
        var email = string.Create(CultureInfo.InvariantCulture, $"owner{number}@teams.test");
        var name = string.Create(CultureInfo.InvariantCulture, $"Team {number}");
        var client = await app.SignInAsync(email);
        var made = await client.MutateAsync("createOrganization", new { name }, "organization { id permissionGroups { nodes { id builtIn } } members { nodes { id user { id } } } }");
        var member = made["organization", "members", "nodes"][0];
        var owner = new Teammate(client, email, member.GetProperty("id").GetString()!, member.GetProperty("user").GetProperty("id").GetString()!);
        return new Team(app, made.Text("organization", "id"), name, owner, made["organization", "permissionGroups", "nodes"]);
    }

    /// <summary>A new person is invited into the groups, and accepts.</summary>
    public async Task<Teammate> JoinAsync(params string[] groupIds) =>
        await JoinAsAsync(string.Create(CultureInfo.InvariantCulture, $"person{NextNumber()}@teams.test"), groupIds);

    /// <summary>Somebody by that address is invited into the groups, and accepts.</summary>
    public async Task<Teammate> JoinAsAsync(string email, params string[] groupIds)
    {
        await Owner.Client.MutateAsync("inviteMembers", new { organizationId = Id, emails = new[] { email }, groupIds, sendEmails = false });
        var client = await App.SignInAsync(email);
        var viewer = (await client.QueryAsync("{ viewer { invitations { invitationId } } }")).GetProperty("viewer");
        var invitationId = viewer.GetProperty("invitations")[0].GetProperty("invitationId").GetString();
        var joined = await client.MutateAsync("acceptInvitation", new { invitationId });
        Assert.Empty(joined.Errors);
        var found = await QueryAsync(client, "members(where: { search: $text }) { nodes { id user { id } } }", email);
        var member = found.GetProperty("members").GetProperty("nodes")[0];
        return new Teammate(client, email, member.GetProperty("id").GetString()!, member.GetProperty("user").GetProperty("id").GetString()!);
    }

    /// <summary>A new permission group, by the owner.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> GroupAsync(string name, string[]? principalIds = null, string[]? memberGroupIds = null, params object[] permissions)
    {
        var made = await Owner.Client.MutateAsync("createPermissionGroup", new { organizationId = Id, name, principalIds, memberGroupIds, permissions }, "permissionGroup { id }");
        Assert.Empty(made.Errors);
        return made.Text("permissionGroup", "id");
    }

    /// <summary>A new person with just that right.</summary>
    public async Task<Teammate> JoinWithAsync(string permission, string type, string? resourceId = null) =>
        await JoinAsync(await GroupAsync(string.Create(CultureInfo.InvariantCulture, $"Holders {NextNumber()}"), permissions: Right(permission, type, resourceId)));

    public async Task<string> ProjectAsync(string name) =>
        (await Owner.Client.MutateAsync("createProject", new { organizationId = Id, name }, "project { id }")).Text("project", "id");

    public async Task<string> EnvironmentAsync(string name) =>
        (await Owner.Client.MutateAsync("createEnvironment", new { organizationId = Id, name }, "environment { id }")).Text("environment", "id");

    /// <summary>A version of a prompt, or of what is told, for an environment, by the owner.</summary>
    /// <returns>The assignment's id.</returns>
    public async Task<string> AssignAsync(string environmentId, string projectId, string objectId, string objectVersion, string objectType = "PROMPT", string? objectName = null)
    {
        var made = await Owner.Client.MutateAsync("assignVersion", new { environmentId, projectId, objectType, objectId, objectName, objectVersion }, "assignment { id }");
        Assert.Empty(made.Errors);
        return made.Text("assignment", "id");
    }

    /// <summary>A new AI provider, by the owner: of the organization unless a project is named.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> ProviderAsync(string name, string type = "openai", string? projectId = null, string secret = "sk-0123456789abcdefghijklmnopqrstuvwxyz")
    {
        var endpointUrl = type == "custom" ? "https://models.example/v1" : null;
        var made = await Owner.Client.MutateAsync("saveAiProvider", new { organizationId = Id, projectId, type, name, secret, endpointUrl }, "aiProvider { id }");
        Assert.Empty(made.Errors);
        return made.Text("aiProvider", "id");
    }

    /// <summary>A variable's id, set by the owner: of the organization, of a project, of a function in it.</summary>
    public async Task<string> VariableAsync(string name, string value = "value", string? projectId = null, string? functionId = null, bool isSensitive = true)
    {
        var made = await Owner.Client.MutateAsync("setEnvironmentVariable", new { organizationId = Id, projectId, functionId, name, value, isSensitive }, "environmentVariable { id }");
        Assert.Empty(made.Errors);
        return made.Text("environmentVariable", "id");
    }

    /// <summary>Somebody's new API key, as a client.</summary>
    public async Task<Client> KeyAsync(Teammate person) =>
        App.With((await person.Client.MutateAsync("createApiKey", new { organizationId = Id, name = "Key" }, "secret")).Text("secret"));

    /// <summary>A new service account, by the owner, and its first token as a client.</summary>
    public async Task<ServiceAccountOf> AccountAsync(string name, string[]? groupIds = null, params object[] permissions)
    {
        var made = await Owner.Client.MutateAsync(
            "createServiceAccount", new { organizationId = Id, name, groupIds, permissions, tokenName = name + " token" }, "secret serviceAccount { id } serviceToken { id preview }");
        Assert.Empty(made.Errors);
        return new ServiceAccountOf(made.Text("serviceAccount", "id"), made.Text("serviceToken", "id"), made.Text("serviceToken", "preview"), App.With(made.Text("secret")));
    }

    /// <summary>A new grant, by the owner.</summary>
    /// <returns>Its id.</returns>
    public async Task<string> GrantAsync(string granteeId, string permission, object resource, string? restrictTo = null)
    {
        var made = await Owner.Client.MutateAsync("updateGrants", new { organizationId = Id, add = new[] { new { granteeId, permission, resource, restrictTo } } }, "added { id }");
        Assert.Empty(made.Errors);
        return made["added"][0].GetProperty("id").GetString()!;
    }

    public static object Right(string permission, string type, string? resourceId = null) => new { permission, resource = new { type, resourceId } };

    /// <summary>Reads fields of the organization; <c>$text</c> and <c>$ref</c> are there for them.</summary>
    public async Task<JsonElement> QueryAsync(Client client, string fields, string? text = null, string? reference = null)
    {
        var (textVariable, refVariable) = (fields.Contains("$text", StringComparison.Ordinal) ? ", $text: String" : "", fields.Contains("$ref", StringComparison.Ordinal) ? ", $ref: ID" : "");
        var data = await client.QueryAsync($"query($id: ID!{textVariable}{refVariable}) {{ organization(id: $id) {{ {fields} }} }}", new { id = Id, text, @ref = reference });
        return data.GetProperty("organization");
    }

    public Task<JsonElement> QueryAsync(string fields, string? text = null, string? reference = null) => QueryAsync(Owner.Client, fields, text, reference);

    public async Task<int> VersionAsync() => (await QueryAsync("version")).GetProperty("version").GetInt32();

    /// <summary>One thing by its id, as somebody sees it.</summary>
    public static async Task<JsonElement> NodeAsync(Client client, string id, string fields) =>
        (await client.QueryAsync($"query($id: ID!) {{ node(id: $id) {{ {fields} }} }}", new { id })).GetProperty("node");

    public Task<JsonElement> NodeAsync(string id, string fields) => NodeAsync(Owner.Client, id, fields);

    /// <summary>The addresses of the owners, with nesting.</summary>
    public async Task<string[]> OwnerEmailsAsync() => await OwnerEmailsAsync(Owner.Client);

    public async Task<string[]> OwnerEmailsAsync(Client asking)
    {
        var members = (await QueryAsync(asking, "members(first: 100) { nodes { isOwner user { email } } }")).GetProperty("members").GetProperty("nodes");
        return [.. members.EnumerateArray().Where(member => member.GetProperty("isOwner").GetBoolean()).Select(member => member.GetProperty("user").GetProperty("email").GetString()!)];
    }

    /// <summary>Subscribes to one of the organization's streams; type, version and subjectName are always selected.</summary>
    public Task<EventReader> WatchAsync(Client client, string stream, string selection = "") => client.SubscribeAsync(
        $"subscription($id: ID!) {{ {stream}(organizationId: $id) {{ __typename ... on OrganizationEvent {{ version subjectName }} {selection} }} }}", new { id = Id });

    /// <summary>An id of that type which nothing has, within this organization.</summary>
    public string UnknownId(NodeType type) => new GlobalId(type, type is NodeType.Organization or NodeType.User ? null : Local, new Guid("00000000-dead-beef-0000-000000000001")).ToString();

    private Guid Local => GlobalId.Parse(Id, "id").Id;

    private static string BuiltIn(JsonElement groups, string kind) =>
        groups.EnumerateArray().Single(group => group.GetProperty("builtIn").GetString() == kind).GetProperty("id").GetString()!;
}
