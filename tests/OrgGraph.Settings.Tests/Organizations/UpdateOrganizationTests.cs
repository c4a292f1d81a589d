using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Organizations;

[Collection("Organizations")]
public sealed class UpdateOrganizationTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Found_by_the_new_name_only_when_renamed()
    {
        var name = Team.Name + " renamed";
        await using var heard = await Team.WatchAsync(Owner, "organizationChanged", "... on OrganizationUpdated { organization { name settingsVersion } }");

        var renamed = await UpdateAsync(new { organizationId = Team.Id, name = $" {name} " });

        Assert.Empty(renamed.Errors);
        Assert.Equal((name, "AUTO"), (renamed.Text("organization", "name"), renamed.Text("organization", "imageRenderingMode")));
        Assert.Equal(renamed.Version, renamed["organization", "settingsVersion"].GetInt32());
        Assert.Equal(renamed.Version, renamed["organization", "version"].GetInt32());
        Assert.Equal(renamed.Version, (await heard.NextEventAsync("OrganizationUpdated")).GetProperty("version").GetInt32());
        Assert.Equal(Team.Id, (await ByNameAsync(Owner, name.ToUpperInvariant())).GetProperty("id").GetString());
        Assert.Equal(JsonValueKind.Null, (await ByNameAsync(Owner, Team.Name)).ValueKind);
        Assert.Equal(JsonValueKind.Null, (await ByNameAsync(await App.NoraAsync(), name)).ValueKind);
    }

    [Fact]
    public async Task Old_name_is_free_when_renamed()
    {
        await UpdateAsync(new { organizationId = Team.Id, name = Team.Name + " renamed" });

        Assert.Empty((await Owner.MutateAsync("createOrganization", new { name = Team.Name })).Errors);
        Assert.Equal(["ConflictError input.name"], (await UpdateAsync(new { organizationId = Team.Id, name = Team.Name })).Errors);
    }

    [Fact]
    public async Task Only_the_image_mode_changes_when_only_it_is_sent()
    {
        var changed = await UpdateAsync(new { organizationId = Team.Id, imageRenderingMode = "BLOCKED" });
        var again = await UpdateAsync(new { organizationId = Team.Id, imageRenderingMode = "BLOCKED", name = $" {Team.Name} " });
        var nothing = await UpdateAsync(new { organizationId = Team.Id });

        Assert.Equal((Team.Name, "BLOCKED"), (changed.Text("organization", "name"), changed.Text("organization", "imageRenderingMode")));
        foreach (var same in new[] { again, nothing })
        {
            Assert.Empty(same.Errors);
            Assert.Null(same.Version);
            Assert.Equal(changed.Version, same["organization", "settingsVersion"].GetInt32());
        }
    }

    [Fact]
    public async Task Refused_when_stale_but_not_by_other_changes()
    {
        var changed = await UpdateAsync(new { organizationId = Team.Id, imageRenderingMode = "BLOCKED" });
        await Team.ProjectAsync("Another change");

        var stale = await UpdateAsync(new { organizationId = Team.Id, imageRenderingMode = "AUTO", expectedVersion = changed.Version - 1 });
        var fresh = await UpdateAsync(new { organizationId = Team.Id, name = Team.Name.ToUpperInvariant(), expectedVersion = changed.Version });

        Assert.Equal(["ConflictError input.expectedVersion"], stale.Errors);
        Assert.Equal(JsonValueKind.Null, stale["organization"].ValueKind);
        Assert.Empty(fresh.Errors);
        Assert.Equal(Team.Name.ToUpperInvariant(), fresh.Text("organization", "name"));
    }

    [Fact]
    public async Task Refused_when_the_name_is_anothers_or_null()
    {
        var other = await Team.FoundAsync(App);

        Assert.Equal(["ConflictError input.name"], (await UpdateAsync(new { organizationId = Team.Id, name = other.Name.ToUpperInvariant() })).Errors);
        Assert.Equal(["ValidationError input.name"], (await UpdateAsync(new { organizationId = Team.Id, name = (string?)null })).Errors);
        Assert.Equal(["ValidationError input.imageRenderingMode"], (await UpdateAsync(new { organizationId = Team.Id, imageRenderingMode = (string?)null })).Errors);
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name) => Assert.Equal(["ValidationError input.name"], (await UpdateAsync(new { organizationId = Team.Id, name })).Errors);

    [Fact]
    public async Task Refused_when_too_many_names_were_tried_within_an_hour()
    {
        var other = await Team.FoundAsync(App);

        // The team's own name was a try too.
        for (var i = 1; i < 10; i++)
        {
            Assert.Equal(["ConflictError input.name"], (await UpdateAsync(new { organizationId = Team.Id, name = other.Name })).Errors);
        }

        foreach (var name in new[] { other.Name, Team.Name + " that nobody has" })
        {
            var refused = await Owner.SendMutationAsync("updateOrganization", new { organizationId = Team.Id, name });
            Assert.Equal(["RATE_LIMITED"], refused.Codes);
            Assert.Equal(3600, refused.Errors!.Value[0].GetProperty("extensions").GetProperty("retryAfter").GetInt32());
        }

        var key = await Team.KeyAsync(Team.Owner);
        Assert.Equal(["RATE_LIMITED"], (await key.SendMutationAsync("updateOrganization", new { organizationId = Team.Id, name = other.Name })).Codes);
        Assert.Equal(["LimitReachedError input"], (await Owner.MutateAsync("createOrganization", new { name = other.Name })).Errors);
        Assert.Empty((await UpdateAsync(new { organizationId = Team.Id, name = Team.Name.ToUpperInvariant(), imageRenderingMode = "BLOCKED" })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_caller_does_not_manage_settings()
    {
        var eli = await Team.JoinAsync(Team.Engineers);
        var settler = await Team.JoinWithAsync("UPDATE", "ORGANIZATION");

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await eli.Client.SendMutationAsync("updateOrganization", new { organizationId = Team.Id, imageRenderingMode = "BLOCKED" })).Codes);
        Assert.Empty((await settler.Client.MutateAsync("updateOrganization", new { organizationId = Team.Id, imageRenderingMode = "BLOCKED" })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() => await WrongInput.OrganizationIdAsync(Team, "updateOrganization", organizationId => new { organizationId, imageRenderingMode = "BLOCKED" });

    private Task<Payload> UpdateAsync(object input) => Owner.MutateAsync("updateOrganization", input, "organization { name imageRenderingMode settingsVersion version }");

    private static async Task<JsonElement> ByNameAsync(Client client, string name) =>
        (await client.QueryAsync("query($name: String!) { organization(name: $name) { id } }", new { name })).GetProperty("organization");
}
