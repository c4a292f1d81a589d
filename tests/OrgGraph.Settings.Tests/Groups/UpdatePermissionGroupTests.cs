using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Groups;

[Collection("Groups")]
public sealed class UpdatePermissionGroupTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Only_what_is_sent_changes_when_updated()
    {
        var id = await Team.GroupAsync("Custom");
        await using var groups = await Team.WatchAsync(Owner, "permissionGroupsChanged", "... on PermissionGroupUpdated { permissionGroup { name description } }");

        var described = await UpdateAsync(new { permissionGroupId = id, description = "What for" });
        var renamed = await UpdateAsync(new { permissionGroupId = id, name = "Renamed" });
        var cleared = await UpdateAsync(new { permissionGroupId = id, description = (string?)null });

        Assert.Equal(("Custom", "What for"), (described.Text("permissionGroup", "name"), described.Text("permissionGroup", "description")));
        Assert.Equal(("Renamed", "What for"), (renamed.Text("permissionGroup", "name"), renamed.Text("permissionGroup", "description")));
        Assert.Equal("Renamed", cleared.Text("permissionGroup", "name"));
        Assert.Equal(JsonValueKind.Null, cleared["permissionGroup", "description"].ValueKind);
        foreach (var made in new[] { described, renamed, cleared })
        {
            Assert.Equal(made.Version, made["permissionGroup", "version"].GetInt32());
            Assert.Equal(made.Version, (await groups.NextEventAsync("PermissionGroupUpdated")).GetProperty("version").GetInt32());
        }
    }

    [Fact]
    public async Task No_version_when_nothing_changes()
    {
        var id = await Team.GroupAsync("Custom");
        var before = await Team.VersionAsync();

        foreach (var input in new object[] { new { permissionGroupId = id }, new { permissionGroupId = id, name = " Custom " }, new { permissionGroupId = id, description = "" }, new { permissionGroupId = Team.Owners, name = "Owners" } })
        {
            var same = await UpdateAsync(input);

            Assert.Empty(same.Errors);
            Assert.Null(same.Version);
        }

        Assert.Equal(before, await Team.VersionAsync());
    }

    [Fact]
    public async Task Case_can_change_when_the_name_is_its_own()
    {
        var id = await Team.GroupAsync("Custom");

        var renamed = await UpdateAsync(new { permissionGroupId = id, name = "CUSTOM" });

        Assert.Equal("CUSTOM", renamed.Text("permissionGroup", "name"));
        Assert.NotNull(renamed.Version);
    }

    [Fact]
    public async Task Refused_when_the_version_is_stale_or_the_name_taken()
    {
        var id = await Team.GroupAsync("Custom");
        var first = await UpdateAsync(new { permissionGroupId = id, name = "Renamed" });

        var stale = await UpdateAsync(new { permissionGroupId = id, name = "Again", expectedVersion = first.Version - 1 });
        var fresh = await UpdateAsync(new { permissionGroupId = id, name = "Again", expectedVersion = first.Version });
        var taken = await UpdateAsync(new { permissionGroupId = id, name = "oWNERS" });

        Assert.Equal(["ConflictError input.expectedVersion"], stale.Errors);
        Assert.Equal(JsonValueKind.Null, stale["permissionGroup"].ValueKind);
        Assert.Empty(fresh.Errors);
        Assert.Equal(["ConflictError input.name"], taken.Errors);
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name) =>
        Assert.Equal(["ValidationError input.name"], (await UpdateAsync(new { permissionGroupId = await Team.GroupAsync("Custom"), name })).Errors);

    [Fact]
    public async Task Refused_when_the_name_is_null_or_no_unicode_or_the_description_too_long()
    {
        var id = await Team.GroupAsync("Custom");

        Assert.Equal(["ValidationError input.name"], (await UpdateAsync(new { permissionGroupId = id, name = (string?)null })).Errors);
        Assert.Equal(["ValidationError input.description"], (await UpdateAsync(new { permissionGroupId = id, description = new string('d', 2001) })).Errors);
        await WrongInput.LoneSurrogateAsync(Owner, "updatePermissionGroup", $"{{\"permissionGroupId\":\"{id}\",\"name\":\"@\"}}");
    }

    [Fact]
    public async Task Refused_when_the_group_is_built_in()
    {
        foreach (var id in new[] { Team.Owners, Team.Engineers, Team.Viewers })
        {
            Assert.StartsWith("BuiltInImmutableError", Assert.Single((await UpdateAsync(new { permissionGroupId = id, name = "Other" })).Errors));
            Assert.StartsWith("BuiltInImmutableError", Assert.Single((await UpdateAsync(new { permissionGroupId = id, description = (string?)null })).Errors));
        }
    }

    [Fact]
    public async Task Manage_access_on_the_group_suffices_when_it_is_that_group()
    {
        var (own, other) = (await Team.GroupAsync("Own"), await Team.GroupAsync("Other"));
        var holder = await Team.JoinWithAsync("MANAGE_ACCESS", "PERMISSION_GROUP", own);

        Assert.Empty((await holder.Client.MutateAsync("updatePermissionGroup", new { permissionGroupId = own, name = "Mine" })).Errors);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await holder.Client.SendMutationAsync("updatePermissionGroup", new { permissionGroupId = other, name = "Mine too" })).Codes);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.TargetIdAsync(Team, "updatePermissionGroup", "permissionGroupId", NodeType.PermissionGroup, permissionGroupId => new { permissionGroupId, name = "Other" });

    private Task<Payload> UpdateAsync(object input) => Owner.MutateAsync("updatePermissionGroup", input, "permissionGroup { name description version }");
}
