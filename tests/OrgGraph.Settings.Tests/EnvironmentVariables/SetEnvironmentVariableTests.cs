using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.EnvironmentVariables;

[CollectionDefinition("EnvironmentVariables")]
public sealed class EnvironmentVariablesCollection : ICollectionFixture<SharedServer>;

[Collection("EnvironmentVariables")]
public sealed class SetEnvironmentVariableTests(SharedServer server) : TeamTest(server)
{
    private const string Fields =
        "created environmentVariableEdge { cursor node { id } } environmentVariable { id name description preview scope project { id } functionId isSensitive value valueUpdatedAt valueUpdatedBy { id } lastUsedAt version }";

    public static TheoryData<string> BadNames => new("", " ", "1A", "A-B", "A B", "A.B", "É", "A=", new string('A', 129), "A\nB", "$A");

    public static TheoryData<string> ReservedNames => new("PATH", "Path", "NODE_OPTIONS", "LD_PRELOAD", "LD_", "ld_library_path", "DOTNET_STARTUP_HOOKS", "COMPlus_EnableDiagnostics", "CORECLR_PROFILER", "DYLD_INSERT_LIBRARIES");

    [Fact]
    public async Task Value_is_kept_and_never_shown_when_a_sensitive_one_is_made()
    {
        await using var heard = await Team.WatchAsync(Owner, "environmentVariablesChanged", "... on EnvironmentVariableCreated { environmentVariableId environmentVariable { name value } environmentVariableEdge { cursor } }");

        var made = await SetAsync(new { organizationId = Team.Id, name = "API_KEY", value = "abc-1234567890123456789012345-wxyz", description = "What for" });

        Assert.Empty(made.Errors);
        Assert.True(made["created"].GetBoolean());
        var variable = made["environmentVariable"];
        Assert.Equal(("API_KEY", "What for", "abc...wxyz", "ORGANIZATION"), (Text(variable, "name"), Text(variable, "description"), Text(variable, "preview"), Text(variable, "scope")));
        Assert.True(variable.GetProperty("isSensitive").GetBoolean());
        Assert.Equal(Team.Owner.UserId, variable.GetProperty("valueUpdatedBy").GetProperty("id").GetString());
        Assert.Equal(made.Version, variable.GetProperty("version").GetInt32());
        Assert.All(new[] { "value", "project", "functionId", "lastUsedAt" }, field => Assert.Equal(JsonValueKind.Null, variable.GetProperty(field).ValueKind));
        var told = await heard.NextEventAsync("EnvironmentVariableCreated");
        Assert.Equal((made.Version, Text(variable, "id")), (told.GetProperty("version").GetInt32(), told.GetProperty("environmentVariableId").GetString()));
        Assert.Equal(JsonValueKind.Null, told.GetProperty("environmentVariable").GetProperty("value").ValueKind);
        Assert.Equal(made.Text("environmentVariableEdge", "cursor"), told.GetProperty("environmentVariableEdge").GetProperty("cursor").GetString());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" padded\t")]
    [InlineData("two\r\nlines\n")]
    [InlineData("e\u0301 is not é, 🗝️ \"quoted\" \\n $NOT_EXPANDED")]
    [InlineData("\u0001\u001b[31m\ufeff")]
    public async Task Value_is_kept_byte_for_byte_when_it_may_be_read(string value)
    {
        var made = await SetAsync(new { organizationId = Team.Id, name = "LOG_LEVEL", value, isSensitive = false });

        Assert.Empty(made.Errors);
        Assert.Equal(value, made.Text("environmentVariable", "value"));
        Assert.Equal("***", made.Text("environmentVariable", "preview"));
    }

    [Fact]
    public async Task Only_what_is_sent_changes_when_it_is_there_already()
    {
        var first = await SetAsync(new { organizationId = Team.Id, name = "ONE", value = "1", isSensitive = false, description = "First" });
        await using var heard = await Team.WatchAsync(Owner, "environmentVariablesChanged", "... on EnvironmentVariableUpdated { valueChanged }");

        var kept = await SetAsync(new { organizationId = Team.Id, name = "ONE", description = "Second", value = (string?)null });
        var changed = await SetAsync(new { organizationId = Team.Id, name = "ONE", value = "2" });
        var cleared = await SetAsync(new { organizationId = Team.Id, name = "ONE", description = (string?)null });

        Assert.All([kept, changed, cleared], set => Assert.Equal(first.Text("environmentVariable", "id"), set.Text("environmentVariable", "id")));
        Assert.All([kept, changed, cleared], set => Assert.False(set["created"].GetBoolean()));
        Assert.All([kept, changed, cleared], set => Assert.Equal(JsonValueKind.Null, set["environmentVariableEdge"].ValueKind));
        Assert.Equal(("1", "Second"), (kept.Text("environmentVariable", "value"), kept.Text("environmentVariable", "description")));
        Assert.Equal(("2", "Second"), (changed.Text("environmentVariable", "value"), changed.Text("environmentVariable", "description")));
        Assert.Equal(("2", JsonValueKind.Null), (cleared.Text("environmentVariable", "value"), cleared["environmentVariable", "description"].ValueKind));
        bool[] told = [await ValueChangedAsync(heard), await ValueChangedAsync(heard), await ValueChangedAsync(heard)];
        Assert.Equal([false, true, false], told);
    }

    [Fact]
    public async Task Never_readable_again_when_it_was_sensitive_once()
    {
        var made = await SetAsync(new { organizationId = Team.Id, name = "TOGGLED", value = "now you see it", isSensitive = false });
        var hidden = await SetAsync(new { organizationId = Team.Id, name = "TOGGLED", isSensitive = true });
        var shown = await SetAsync(new { organizationId = Team.Id, name = "TOGGLED", isSensitive = false });
        var replaced = await SetAsync(new { organizationId = Team.Id, name = "TOGGLED", isSensitive = false, value = "another" });
        var renamed = await SetAsync(new { organizationId = Team.Id, environmentVariableId = made.Text("environmentVariable", "id"), name = "RENAMED" });

        Assert.Equal("now you see it", made.Text("environmentVariable", "value"));
        Assert.Equal(JsonValueKind.Null, hidden["environmentVariable", "value"].ValueKind);
        Assert.Equal(["ValidationError input.isSensitive"], shown.Errors);
        Assert.Equal(["ValidationError input.isSensitive"], replaced.Errors);
        Assert.Equal((JsonValueKind.Null, true), (renamed["environmentVariable", "value"].ValueKind, renamed["environmentVariable", "isSensitive"].GetBoolean()));
        Assert.Equal(["ValidationError input.isSensitive"], (await SetAsync(new { organizationId = Team.Id, name = "RENAMED", isSensitive = (bool?)null })).Errors);
    }

    [Fact]
    public async Task Each_scope_has_its_own_when_names_are_the_same()
    {
        var projectId = await Team.ProjectAsync("Project");

        var ofAll = await SetAsync(new { organizationId = Team.Id, name = "NAME", value = "1" });
        var ofProject = await SetAsync(new { organizationId = Team.Id, projectId, name = "NAME", value = "2" });
        var ofFunction = await SetAsync(new { organizationId = Team.Id, projectId, functionId = "tool/1", name = "NAME", value = "3" });
        var otherCase = await SetAsync(new { organizationId = Team.Id, name = "Name", value = "4" });

        Assert.All([ofAll, ofProject, ofFunction, otherCase], set => Assert.True(set["created"].GetBoolean()));
        Assert.Equal(["ORGANIZATION", "PROJECT", "FUNCTION"], new[] { ofAll, ofProject, ofFunction }.Select(set => set.Text("environmentVariable", "scope")));
        Assert.Equal((projectId, "tool/1"), (ofFunction.Text("environmentVariable", "project", "id"), ofFunction.Text("environmentVariable", "functionId")));
    }

    [Fact]
    public async Task Renamed_where_it_is_when_its_id_is_given()
    {
        var projectId = await Team.ProjectAsync("Project");
        var environmentVariableId = await Team.VariableAsync("OLD", "1", projectId, "tool");
        await Team.VariableAsync("TAKEN", "2", projectId, "tool");
        var elsewhere = await Team.VariableAsync("OLD");

        var renamed = await SetAsync(new { organizationId = Team.Id, environmentVariableId, name = "NEW" });
        var taken = await SetAsync(new { organizationId = Team.Id, environmentVariableId, projectId, functionId = "tool", name = "TAKEN" });
        var moved = await SetAsync(new { organizationId = Team.Id, environmentVariableId, projectId, functionId = "another", name = "NEW" });
        var lost = await SetAsync(new { organizationId = Team.Id, environmentVariableId = elsewhere, projectId, name = "OLD" });

        Assert.Equal(("NEW", "FUNCTION"), (renamed.Text("environmentVariable", "name"), renamed.Text("environmentVariable", "scope")));
        Assert.Equal(["ConflictError input.name"], taken.Errors);
        Assert.Equal(["NotFoundError input.environmentVariableId"], moved.Errors);
        Assert.Equal(["NotFoundError input.environmentVariableId"], lost.Errors);
    }

    [Fact]
    public async Task No_version_when_nothing_changes()
    {
        await Team.VariableAsync("SAME");

        Assert.Null((await SetAsync(new { organizationId = Team.Id, name = "SAME" })).Version);
        Assert.Null((await SetAsync(new { organizationId = Team.Id, name = " SAME ", isSensitive = true, description = (string?)null, value = (string?)null })).Version);
    }

    [Fact]
    public async Task Refused_when_stale()
    {
        var made = await SetAsync(new { organizationId = Team.Id, name = "ONE", value = "1" });
        await SetAsync(new { organizationId = Team.Id, name = "ONE", value = "2" });

        Assert.Equal(["ConflictError input.expectedVersion"], (await SetAsync(new { organizationId = Team.Id, name = "ONE", value = "3", expectedVersion = made.Version })).Errors);
        Assert.Equal(["ConflictError input.expectedVersion"], (await SetAsync(new { organizationId = Team.Id, name = "NONE", value = "3", expectedVersion = made.Version })).Errors);
        Assert.Empty((await SetAsync(new { organizationId = Team.Id, name = "ONE", value = "3", expectedVersion = made.Version + 1 })).Errors);
    }

    [Theory]
    [MemberData(nameof(BadNames))]
    [MemberData(nameof(ReservedNames))]
    public async Task Refused_when_the_name_is_bad_or_reserved(string name) =>
        Assert.Equal(["ValidationError input.name"], (await SetAsync(new { organizationId = Team.Id, name, value = "1" })).Errors);

    [Theory]
    [InlineData("_")]
    [InlineData("a1_B2")]
    [InlineData("PATHS")]
    [InlineData("MY_LD_PRELOAD")]
    [InlineData("LDAP_URL")]
    public async Task Taken_when_the_name_is_good(string name) => Assert.Empty((await SetAsync(new { organizationId = Team.Id, name, value = "1" })).Errors);

    [Fact]
    public async Task Values_are_bounded()
    {
        Assert.Empty((await SetAsync(new { organizationId = Team.Id, name = new string('A', 128), value = new string('v', 64 * 1024) })).Errors);
        Assert.Equal(["ValidationError input.value"], (await SetAsync(new { organizationId = Team.Id, name = "LONG", value = new string('v', (64 * 1024) + 1) })).Errors);
        Assert.Equal(["ValidationError input.value"], (await SetAsync(new { organizationId = Team.Id, name = "LONG", value = new string('é', 33_000) })).Errors);
        Assert.Equal(["ValidationError input.value"], (await SetAsync(new { organizationId = Team.Id, name = "NUL", value = "a\0b" })).Errors);
        Assert.Equal(["ValidationError input.value"], (await SetAsync(new { organizationId = Team.Id, name = "NONE" })).Errors);
        Assert.Equal(["ValidationError input.description"], (await SetAsync(new { organizationId = Team.Id, name = "LONG", value = "1", description = new string('d', 2001) })).Errors);
        Assert.Equal(["ValidationError input.functionId"], (await SetAsync(new { organizationId = Team.Id, name = "F", value = "1", functionId = "tool" })).Errors);
        Assert.Equal(["ValidationError input.functionId"], (await SetAsync(new { organizationId = Team.Id, projectId = await Team.ProjectAsync("P"), name = "F", value = "1", functionId = "a\nb" })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_caller_may_not_change_the_scope()
    {
        var (projectId, hidden) = (await Team.ProjectAsync("Project"), await Team.ProjectAsync("Hidden"));
        var (ofProject, ofHidden, ofAll) = (await Team.VariableAsync("A", projectId: projectId), await Team.VariableAsync("A", projectId: hidden), await Team.VariableAsync("A"));
        var reader = await Team.JoinWithAsync("READ", "PROJECT", projectId);
        var changer = await Team.JoinWithAsync("READ", "PROJECT", projectId);
        await Team.GrantAsync(changer.UserId, "UPDATE", new { type = "PROJECT", resourceId = projectId });

        foreach (var input in new object[] { new { organizationId = Team.Id, name = "B", value = "1" }, new { organizationId = Team.Id, projectId, name = "B", value = "1" }, new { organizationId = Team.Id, environmentVariableId = ofProject, name = "B" } })
        {
            Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await reader.Client.SendMutationAsync("setEnvironmentVariable", input)).Codes);
        }

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await changer.Client.SendMutationAsync("setEnvironmentVariable", new { organizationId = Team.Id, environmentVariableId = ofAll, name = "B" })).Codes);
        Assert.Equal(["NotFoundError input.projectId"], (await changer.Client.MutateAsync("setEnvironmentVariable", new { organizationId = Team.Id, projectId = hidden, name = "B", value = "1" })).Errors);
        Assert.Equal(["NotFoundError input.environmentVariableId"], (await changer.Client.MutateAsync("setEnvironmentVariable", new { organizationId = Team.Id, environmentVariableId = ofHidden, name = "B" })).Errors);
        Assert.Empty((await changer.Client.MutateAsync("setEnvironmentVariable", new { organizationId = Team.Id, projectId, name = "B", value = "1" })).Errors);
        Assert.Empty((await changer.Client.MutateAsync("setEnvironmentVariable", new { organizationId = Team.Id, environmentVariableId = ofProject, name = "C", value = "1" })).Errors);
    }

    [Fact]
    public async Task Refused_when_an_id_is_wrong()
    {
        await WrongInput.OrganizationIdAsync(Team, "setEnvironmentVariable", organizationId => new { organizationId, name = "A", value = "1" });
        await WrongInput.OtherIdAsync(Team, "setEnvironmentVariable", "input.projectId", NodeType.Project, projectId => new { organizationId = Team.Id, projectId, name = "A", value = "1" });
        await WrongInput.OtherIdAsync(
            Team, "setEnvironmentVariable", "input.environmentVariableId", NodeType.EnvironmentVariable, environmentVariableId => new { organizationId = Team.Id, environmentVariableId, name = "A", value = "1" });
    }

    private static string? Text(JsonElement variable, string field) => variable.GetProperty(field).GetString();

    private static async Task<bool> ValueChangedAsync(EventReader heard) => (await heard.NextEventAsync("EnvironmentVariableUpdated")).GetProperty("valueChanged").GetBoolean();

    private Task<Payload> SetAsync(object input) => Owner.MutateAsync("setEnvironmentVariable", input, Fields);
}
