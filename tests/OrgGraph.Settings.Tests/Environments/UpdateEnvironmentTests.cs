using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Environments;

[Collection("Environments")]
public sealed class UpdateEnvironmentTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Only_what_is_sent_changes_when_updated()
    {
        var environmentId = await Team.EnvironmentAsync("One");
        await using var heard = await Team.WatchAsync(Owner, "environmentsChanged", "... on EnvironmentUpdated { environment { slug } }");

        var renamed = await UpdateAsync(new { environmentId, name = "Other", description = "What for" });
        var moved = await UpdateAsync(new { environmentId, slug = "Moved" });
        var cleared = await UpdateAsync(new { environmentId, description = (string?)null });

        Assert.Equal(("Other", "one", "What for"), (renamed.Text("environment", "name"), renamed.Text("environment", "slug"), renamed.Text("environment", "description")));
        Assert.Equal(("Other", "moved", "What for"), (moved.Text("environment", "name"), moved.Text("environment", "slug"), moved.Text("environment", "description")));
        Assert.Equal(("Other", "moved"), (cleared.Text("environment", "name"), cleared.Text("environment", "slug")));
        Assert.Equal(JsonValueKind.Null, cleared["environment", "description"].ValueKind);
        foreach (var made in new[] { renamed, moved, cleared })
        {
            Assert.Equal(made.Version, made["environment", "version"].GetInt32());
            Assert.Equal(made.Version, (await heard.NextEventAsync("EnvironmentUpdated")).GetProperty("version").GetInt32());
        }

        Assert.Equal(JsonValueKind.Null, (await Team.QueryAsync("environment(slug: \"one\") { id }")).GetProperty("environment").ValueKind);
    }

    [Fact]
    public async Task No_version_when_nothing_changes()
    {
        var environmentId = await Team.EnvironmentAsync("One");

        foreach (var input in new object[] { new { environmentId }, new { environmentId, name = " One ", slug = "ONE", description = " " }, new { environmentId, description = (string?)null } })
        {
            var same = await UpdateAsync(input);

            Assert.Empty(same.Errors);
            Assert.Null(same.Version);
        }
    }

    [Fact]
    public async Task Refused_when_stale_or_taken()
    {
        var environmentId = await Team.EnvironmentAsync("One");
        await Team.EnvironmentAsync("Two");
        var renamed = await UpdateAsync(new { environmentId, name = "Uno" });

        Assert.Equal(["ConflictError input.expectedVersion"], (await UpdateAsync(new { environmentId, name = "Eins", expectedVersion = renamed.Version - 1 })).Errors);
        Assert.Equal(["ConflictError input.name"], (await UpdateAsync(new { environmentId, name = "TWO" })).Errors);
        Assert.Equal(["ConflictError input.slug"], (await UpdateAsync(new { environmentId, slug = "two" })).Errors);
        Assert.Empty((await UpdateAsync(new { environmentId, name = "UNO", expectedVersion = renamed.Version })).Errors);
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name) =>
        Assert.Equal(["ValidationError input.name"], (await UpdateAsync(new { environmentId = await Team.EnvironmentAsync("One"), name })).Errors);

    [Fact]
    public async Task Refused_when_name_or_slug_is_null_or_the_slug_is_bad()
    {
        var environmentId = await Team.EnvironmentAsync("One");

        Assert.Equal(["ValidationError input.name"], (await UpdateAsync(new { environmentId, name = (string?)null })).Errors);
        Assert.Equal(["ValidationError input.slug"], (await UpdateAsync(new { environmentId, slug = (string?)null })).Errors);
        Assert.Equal(["ValidationError input.slug"], (await UpdateAsync(new { environmentId, slug = "a/b" })).Errors);
        Assert.Equal(["ValidationError input.description"], (await UpdateAsync(new { environmentId, description = "a\0b" })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.TargetIdAsync(Team, "updateEnvironment", "environmentId", NodeType.Environment, environmentId => new { environmentId, name = "A" });

    private Task<Payload> UpdateAsync(object input) => Owner.MutateAsync("updateEnvironment", input, "environment { name slug description version }");
}
