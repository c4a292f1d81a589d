using System.Globalization;
using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.EnvironmentVariables;

[Collection("EnvironmentVariables")]
public sealed class ImportEnvironmentVariablesTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Each_line_has_an_outcome_and_good_ones_are_kept()
    {
        await Team.VariableAsync("THERE", "old", isSensitive: false);
        await using var heard = await Team.WatchAsync(Owner, "environmentVariablesChanged", "... on EnvironmentVariableUpdated { valueChanged }");

        var imported = await ImportAsync("""
            # A comment
            export NEW='first'

            THERE = "new
            value" # over two lines
            NEW=again
            LD_PRELOAD=/tmp/x.so
            no assignment hunter2
            9LIVES=1
            """);

        Assert.Empty(imported.Errors);
        Assert.Equal(
            ["2 NEW CREATED", "4 THERE UPDATED", "6 NEW DUPLICATE", "7 LD_PRELOAD INVALID", "8  INVALID", "9  INVALID"],
            imported["results"].EnumerateArray().Select(result => $"{result.GetProperty("line").GetInt32()} {result.GetProperty("name").GetString()} {result.GetProperty("outcome").GetString()}"));
        Assert.DoesNotContain("hunter2", imported.Json.GetRawText(), StringComparison.Ordinal);
        Assert.Equal([true, true, false, false, false, false], imported["results"].EnumerateArray().Select(result => result.GetProperty("message").ValueKind == JsonValueKind.Null));
        var (made, changed) = (imported["results"][0].GetProperty("environmentVariable"), imported["results"][1].GetProperty("environmentVariable"));
        Assert.Equal((true, JsonValueKind.Null), (made.GetProperty("isSensitive").GetBoolean(), made.GetProperty("value").ValueKind));
        Assert.Equal("new\nvalue", changed.GetProperty("value").GetString());
        Assert.Equal((imported.Version, "NEW"), await TellAsync(heard, "EnvironmentVariableCreated"));
        Assert.Equal((imported.Version, "THERE"), await TellAsync(heard, "EnvironmentVariableUpdated"));
    }

    [Fact]
    public async Task Nothing_changes_when_no_line_is_good()
    {
        var imported = await ImportAsync("nothing\n# a comment\n\n=1");

        Assert.Empty(imported.Errors);
        Assert.Null(imported.Version);
        Assert.Equal(["INVALID", "INVALID"], imported["results"].EnumerateArray().Select(result => result.GetProperty("outcome").GetString()));
        Assert.Equal(0, (await ImportAsync("")).Json.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Kept_for_the_function_when_one_is_named()
    {
        var projectId = await Team.ProjectAsync("Project");

        var imported = await Owner.MutateAsync("importEnvironmentVariables", new { organizationId = Team.Id, projectId, functionId = "tool", dotenv = "A=1" }, "results { environmentVariable { scope functionId } }");

        Assert.Equal("""[{"environmentVariable":{"scope":"FUNCTION","functionId":"tool"}}]""", imported["results"].GetRawText());
        Assert.Equal(["ValidationError input.functionId"], (await Owner.MutateAsync("importEnvironmentVariables", new { organizationId = Team.Id, functionId = "tool", dotenv = "A=1" })).Errors);
    }

    [Fact]
    public async Task Thousand_lines_are_one_version_and_subscribers_hear_of_each()
    {
        await using var heard = await Team.WatchAsync(Owner, "environmentVariablesChanged", "... on EnvironmentVariableCreated { environmentVariable { name isSensitive } }");
        var before = await Team.VersionAsync();

        var imported = await ImportAsync(Lines(1_000));
        var tooMany = await ImportAsync(Lines(1_001));
        var full = await Owner.MutateAsync("setEnvironmentVariable", new { organizationId = Team.Id, name = "ONE_MORE", value = "1" }, "environmentVariable { id }");

        Assert.Empty(imported.Errors);
        Assert.Equal(before + 1, imported.Version);
        Assert.Equal(1_000, (await Team.QueryAsync("environmentVariables { totalCount }")).GetProperty("environmentVariables").GetProperty("totalCount").GetInt32());
        Assert.Equal(["LimitReachedError input.dotenv"], tooMany.Errors);
        Assert.Equal(0, tooMany["results"].GetArrayLength());
        Assert.Equal(["LimitReachedError input"], full.Errors);
        for (var i = 0; i < 1_000; i++)
        {
            Assert.Equal(("EnvironmentVariableCreated", $"V{i}"), ((await heard.NextEventAsync()) is var told ? told.Kind() : "", told.GetProperty("subjectName").GetString()));
        }
    }

    [Fact]
    public async Task Nothing_is_taken_when_it_would_be_too_much()
    {
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:Limits:EnvironmentVariables", "3")]);
        var olivia = await app.OliviaAsync();
        var projectId = (await olivia.MutateAsync("createProject", new { organizationId = app.Acme, name = "Bounded" }, "project { id }")).Text("project", "id");
        await olivia.MutateAsync("setEnvironmentVariable", new { organizationId = app.Acme, projectId, name = "V0", value = "1" });

        var tooMuch = await olivia.SendMutationAsync("importEnvironmentVariables", new { organizationId = app.Acme, projectId, dotenv = Lines(4) }, "results { line } errors { ... on LimitReachedError { limit } }");
        var fits = await olivia.MutateAsync("importEnvironmentVariables", new { organizationId = app.Acme, projectId, dotenv = Lines(3) });

        var refused = tooMuch.Data.GetProperty("importEnvironmentVariables");
        Assert.Equal(3, refused.GetProperty("errors")[0].GetProperty("limit").GetInt32());
        Assert.Equal((JsonValueKind.Null, 0), (refused.GetProperty("version").ValueKind, refused.GetProperty("results").GetArrayLength()));
        Assert.Empty(fits.Errors);
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong_or_the_caller_may_not()
    {
        await WrongInput.OrganizationIdAsync(Team, "importEnvironmentVariables", organizationId => new { organizationId, dotenv = "A=1" });
        await WrongInput.OtherIdAsync(Team, "importEnvironmentVariables", "input.projectId", NodeType.Project, projectId => new { organizationId = Team.Id, projectId, dotenv = "A=1" });
        var vera = await Team.JoinAsync(Team.Viewers);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await vera.Client.SendMutationAsync("importEnvironmentVariables", new { organizationId = Team.Id, dotenv = "A=1" })).Codes);
    }

    private static string Lines(int count) => string.Join('\n', Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"V{i}={i}")));

    private static async Task<(int?, string?)> TellAsync(EventReader heard, string kind)
    {
        var told = await heard.NextEventAsync(kind);
        return (told.GetProperty("version").GetInt32(), told.GetProperty("subjectName").GetString());
    }

    private Task<Payload> ImportAsync(string dotenv) => Owner.MutateAsync(
        "importEnvironmentVariables", new { organizationId = Team.Id, dotenv }, "results { line name outcome message environmentVariable { name isSensitive value } }");
}
