using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authorization;

/// <summary>An organization to ask about, and its owner, who makes the things that are asked about.</summary>
public sealed class Stage(OrgGraphApp app, string organizationId, Client maker)
{
    private static int _number;

    public string OrganizationId => organizationId;

    /// <summary>A name that nothing has yet.</summary>
    public static string NewName() => $"Sample {Interlocked.Increment(ref _number)}";

    public async Task<string> ProjectAsync() => await MakeAsync("createProject", "project", new { organizationId, name = NewName() });

    public async Task<string> GroupAsync() => await MakeAsync("createPermissionGroup", "permissionGroup", new { organizationId, name = NewName() });

    public async Task<string> EnvironmentAsync() => await MakeAsync("createEnvironment", "environment", new { organizationId, name = NewName() });

    public async Task<string> KeyAsync() => await MakeAsync("createApiKey", "apiKey", new { organizationId, name = NewName() });

    public async Task<string> ViewersAsync()
    {
        var found = await maker.QueryAsync("query($id: ID!) { organization(id: $id) { permissionGroups(first: 100) { nodes { id builtIn } } } }", new { id = organizationId });
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

    private async Task<string> MakeAsync(string mutation, string thing, object input)
    {
        var made = await maker.MutateAsync(mutation, input, $"{thing} {{ id }}");
        return made[thing].ValueKind == JsonValueKind.Object ? made.Text(thing, "id") : throw new InvalidOperationException($"{mutation} was refused: {string.Join(", ", made.Errors)}");
    }
}

/// <summary>A server with all callers of the matrix, the demo organization and one of another tenant.</summary>
public sealed class Cast : IAsyncLifetime
{
    private readonly Dictionary<Who, Client> _clients = [];

    public OrgGraphApp App { get; private set; } = null!;

    public Stage Own { get; private set; } = null!;

    public Stage Foreign { get; private set; } = null!;

    public Client this[Who who] => _clients[who];

    public async Task InitializeAsync()
    {
        App = await OrgGraphApp.StartAsync();
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
        Own = new Stage(App, App.Acme, await App.OscarAsync());
        var elsewhere = await nora.MutateAsync("createOrganization", new { name = "Elsewhere" }, "organization { id }");
        Foreign = new Stage(App, elsewhere.Text("organization", "id"), nora);
    }

    public async Task DisposeAsync() => await App.DisposeAsync();

    private async Task<(string Secret, string Id)> KeyAsync(Who creator)
    {
        var made = await _clients[creator].MutateAsync("createApiKey", new { organizationId = App.Acme, name = "Of the matrix" }, "secret apiKey { id }");
        return (made.Text("secret"), made.Text("apiKey", "id"));
    }
}
