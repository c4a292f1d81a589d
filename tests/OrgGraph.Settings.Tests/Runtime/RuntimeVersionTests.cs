using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Runtime;

[CollectionDefinition("Runtime")]
public sealed class RuntimeServer : ICollectionFixture<SharedServer>;

/// <summary>Which version a program gets, and what it is told when there is none.</summary>
[Collection("Runtime")]
public sealed class RuntimeVersionTests(SharedServer server) : TeamTest(server)
{
    private string _project = null!;
    private string _environment = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        (_environment, _project) = (await Team.EnvironmentAsync("Production"), await Team.ProjectAsync("Bot"));
        await Team.AssignAsync(_environment, _project, "prompt-1", "7");
    }

    [Theory]
    [InlineData("production", "PROMPT", "prompt-1", "ASSIGNED 7 production")]
    [InlineData("production", "FUNCTION", "prompt-1", "NOT_ASSIGNED  production")]
    [InlineData("production", "PROMPT", "prompt-2", "NOT_ASSIGNED  production")]
    [InlineData("production", "PROMPT", "", "NOT_ASSIGNED  production")]
    [InlineData("prodution", "PROMPT", "prompt-1", "UNKNOWN_ENVIRONMENT  ")]
    [InlineData("PRODUCTION", "PROMPT", "prompt-1", "UNKNOWN_ENVIRONMENT  ")]
    [InlineData(" production", "PROMPT", "prompt-1", "UNKNOWN_ENVIRONMENT  ")]
    [InlineData("", "PROMPT", "prompt-1", "UNKNOWN_ENVIRONMENT  ")]
    [InlineData(null, "PROMPT", "prompt-1", "LATEST  ")]
    public async Task Outcome_says_how_it_was_found(string? slug, string type, string objectId, string expected)
    {
        Assert.Equal(expected, await ResolveAsync(Owner, slug, objectId, type));
        Assert.Equal(expected, await ResolveAsync(Owner, slug, objectId, type, _project));
    }

    [Fact]
    public async Task Latest_when_the_slug_is_left_out()
    {
        var data = await Owner.QueryAsync("query($id: ID!) { runtime(organizationId: $id) { version(objectType: PROMPT, objectId: \"prompt-1\") { outcome objectVersion environment { id } } } }", new { id = Team.Id });

        Assert.Equal("""{"outcome":"LATEST","objectVersion":null,"environment":null}""", data.GetProperty("runtime").GetProperty("version").GetRawText());
    }

    [Fact]
    public async Task Newest_assignment_is_served_at_once_and_none_when_it_is_gone()
    {
        var id = await Team.AssignAsync(_environment, _project, "prompt-1", "8");
        Assert.Equal("ASSIGNED 8 production", await ResolveAsync(Owner, "production"));

        await Owner.MutateAsync("unassignVersion", new { assignmentId = id });
        Assert.Equal("NOT_ASSIGNED  production", await ResolveAsync(Owner, "production"));

        await Owner.MutateAsync("updateEnvironment", new { environmentId = _environment, slug = "live" });
        Assert.Equal("UNKNOWN_ENVIRONMENT  ", await ResolveAsync(Owner, "production"));
        Assert.Equal("NOT_ASSIGNED  live", await ResolveAsync(Owner, "live"));

        await Owner.MutateAsync("deleteEnvironment", new { environmentId = _environment });
        Assert.Equal("UNKNOWN_ENVIRONMENT  ", await ResolveAsync(Owner, "live"));
    }

    [Fact]
    public async Task Not_assigned_when_the_project_may_not_be_read_or_is_another()
    {
        var other = await Team.ProjectAsync("Other");
        var reader = await Team.JoinWithAsync("READ", "PROJECT", other);

        Assert.Equal("NOT_ASSIGNED  production", await ResolveAsync(reader.Client, "production"));
        Assert.Equal("NOT_ASSIGNED  production", await ResolveAsync(reader.Client, "production", project: other));
        Assert.Equal("NOT_ASSIGNED  production", await ResolveAsync(Owner, "production", project: other));
    }

    // Who may change one project must not be able to slip a version under an object of another.
    [Fact]
    public async Task Nothing_is_chosen_when_two_projects_name_the_same_object()
    {
        var other = await Team.ProjectAsync("Other");
        await Team.AssignAsync(_environment, other, "prompt-1", "slipped in");
        var reader = await Team.JoinWithAsync("READ", "PROJECT", _project);

        var answer = await AskAsync(Owner, "production", "prompt-1", "PROMPT", null);

        Assert.Equal(["BAD_USER_INPUT"], answer.Codes);
        Assert.Equal("ASSIGNED 7 production", await ResolveAsync(Owner, "production", project: _project));
        Assert.Equal("ASSIGNED slipped in production", await ResolveAsync(Owner, "production", project: other));
        Assert.Equal("ASSIGNED 7 production", await ResolveAsync(reader.Client, "production"));
    }

    [Fact]
    public async Task Programs_ask_by_key_and_service_token()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        var (key, account) = (await Team.KeyAsync(vera), await Team.AccountAsync("Runner", permissions: Team.Right("READ", "PROJECT", _project)));

        Assert.Equal("ASSIGNED 7 production", await ResolveAsync(key, "production"));
        Assert.Equal("ASSIGNED 7 production", await ResolveAsync(account.Client, "production", project: _project));
    }

    [Fact]
    public async Task Refused_when_the_organization_or_the_project_is_not_the_callers()
    {
        var foreign = await Team.FoundAsync(App);
        var reader = await Team.JoinWithAsync("READ", "PROJECT", await Team.ProjectAsync("Other"));
        string[] projects = [_project, Team.UnknownId(NodeType.Project), await foreign.ProjectAsync("Foreign"), _environment];

        foreach (var project in projects)
        {
            Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await AskAsync(reader.Client, "production", "prompt-1", "PROMPT", project)).Codes);
        }

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await AskAsync(foreign.Owner.Client, "production", "prompt-1", "PROMPT", null)).Codes);
        Assert.Equal(["BAD_USER_INPUT"], (await AskAsync(Owner, "production", "prompt-1", "PROMPT", "!nonsense")).Codes);
        Assert.Equal(["AUTH_NOT_AUTHENTICATED"], (await AskAsync(App.Anonymous, "production", "prompt-1", "PROMPT", null)).Codes);
    }

    private Task<Answer> AskAsync(Client client, string? slug, string objectId, string type, string? project)
    {
        const string Ask = """
            query($id: ID!, $project: ID, $slug: String, $type: VersionedObject!, $object: ID!) {
              runtime(organizationId: $id, projectId: $project) { version(environmentSlug: $slug, objectType: $type, objectId: $object) { outcome objectVersion environment { slug } } }
            }
            """;
        return client.SendAsync(Ask, new { id = Team.Id, project, slug, type, @object = objectId });
    }

    private async Task<string> ResolveAsync(Client client, string? slug, string objectId = "prompt-1", string type = "PROMPT", string? project = null)
    {
        var answer = await AskAsync(client, slug, objectId, type, project);
        Assert.True(answer.Errors is null, answer.Text);
        var version = answer.Data.GetProperty("runtime").GetProperty("version");
        var environment = version.GetProperty("environment");
        return $"{version.GetProperty("outcome").GetString()} {version.GetProperty("objectVersion").GetString()} {(environment.ValueKind == JsonValueKind.Null ? "" : environment.GetProperty("slug").GetString())}";
    }
}
