using System.Globalization;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Organizations;

[CollectionDefinition("Organizations")]
public sealed class OrganizationsServer : ICollectionFixture<SharedServer>;

[Collection("Organizations")]
public sealed class CreateOrganizationTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Creator_is_owner_and_built_in_groups_exist_when_made()
    {
        var nora = await NewPersonAsync();
        var name = NewName();

        var made = await nora.MutateAsync(
            "createOrganization", new { name = $"  {name} " }, "organization { id name version viewerAccess { isOwner } members { nodes { isOwner } } permissionGroups { nodes { name builtIn memberCount } } } organizationEdge { cursor node { id } }");

        Assert.Empty(made.Errors);
        Assert.Equal(1, made.Version);
        Assert.Equal((name, 1), (made.Text("organization", "name"), made["organization", "version"].GetInt32()));
        Assert.True(made["organization", "viewerAccess", "isOwner"].GetBoolean());
        Assert.Equal("""[{"isOwner":true}]""", made["organization", "members", "nodes"].GetRawText());
        Assert.Equal(
            """[{"name":"Engineers","builtIn":"ENGINEERS","memberCount":0},{"name":"Owners","builtIn":"OWNERS","memberCount":1},{"name":"Viewers","builtIn":"VIEWERS","memberCount":0}]""",
            made["organization", "permissionGroups", "nodes"].GetRawText());
        var mine = (await nora.QueryAsync("{ viewer { organizations { edges { cursor node { id } } } } }")).GetProperty("viewer").GetProperty("organizations").GetProperty("edges");
        Assert.Equal(made.Text("organization", "id"), Assert.Single(mine.EnumerateArray()).GetProperty("node").GetProperty("id").GetString());
        Assert.Equal(made.Text("organizationEdge", "cursor"), mine[0].GetProperty("cursor").GetString());
    }

    [Theory]
    [MemberData(nameof(WrongInput.Names), MemberType = typeof(WrongInput))]
    public async Task Refused_when_the_name_is_bad(string name)
    {
        var made = await Owner.MutateAsync("createOrganization", new { name }, "organization { id } organizationEdge { cursor }");

        Assert.Equal(["ValidationError input.name"], made.Errors);
        Assert.Null(made.Version);
        Assert.Equal(JsonValueKind.Null, made["organization"].ValueKind);
        Assert.Equal(JsonValueKind.Null, made["organizationEdge"].ValueKind);
    }

    [Fact]
    public async Task Refused_when_the_name_is_no_unicode() => await WrongInput.LoneSurrogateAsync(Owner, "createOrganization", "{\"name\":\"@\"}");

    [Fact]
    public async Task Refused_when_the_name_is_anothers_but_for_case_and_form()
    {
        var number = Team.NextNumber().ToString(CultureInfo.InvariantCulture);
        await (await NewPersonAsync()).MutateAsync("createOrganization", new { name = "Café " + number });
        var other = await NewPersonAsync();

        foreach (var name in new[] { "CAFÉ " + number, "Cafe\u0301 " + number, " café " + number })
        {
            Assert.Equal(["ConflictError input.name"], (await other.MutateAsync("createOrganization", new { name })).Errors);
        }
    }

    [Fact]
    public async Task Refused_when_asked_by_key_or_by_nobody()
    {
        var key = await Team.KeyAsync(Team.Owner);

        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("createOrganization", new { name = "A" })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHENTICATED"], (await App.Anonymous.SendMutationAsync("createOrganization", new { name = "A" })).Codes);
    }

    private Task<Client> NewPersonAsync() => App.SignInAsync(string.Create(CultureInfo.InvariantCulture, $"founder{Team.NextNumber()}@teams.test"));

    private static string NewName() => string.Create(CultureInfo.InvariantCulture, $"Organization {Team.NextNumber()}");
}

public sealed class CreateOrganizationLimitTests : OrgGraphTest
{
    [Fact]
    public async Task Refused_when_ten_names_were_tried_within_an_hour()
    {
        var nora = await App.NoraAsync();
        var tries = await Task.WhenAll(Enumerable.Range(0, 15).Select(_ => nora.MutateAsync("createOrganization", new { name = "ACME" }, "limits: errors { ... on LimitReachedError { limit } }")));

        var refused = tries.Where(made => made.Errors[0].StartsWith("LimitReachedError", StringComparison.Ordinal)).ToList();
        Assert.Equal(5, refused.Count);
        Assert.All(refused, made => Assert.Equal(10, made["limits"][0].GetProperty("limit").GetInt32()));
        Assert.Equal(10, tries.Count(made => made.Errors is ["ConflictError input.name"]));

        App.Clock.Advance(TimeSpan.FromMinutes(61));
        Assert.Empty((await (await App.NoraAsync()).MutateAsync("createOrganization", new { name = "Nora's" })).Errors);
    }

    [Fact]
    public async Task Refused_when_ten_were_made_within_a_day()
    {
        foreach (var number in Enumerable.Range(0, 10))
        {
            Assert.Empty((await (await App.NoraAsync()).MutateAsync("createOrganization", new { name = $"Nora's {number}" })).Errors);
        }

        App.Clock.Advance(TimeSpan.FromMinutes(61));
        var eleventh = await (await App.NoraAsync()).MutateAsync("createOrganization", new { name = "Nora's last" });
        App.Clock.Advance(TimeSpan.FromHours(24));
        var tomorrow = await (await App.NoraAsync()).MutateAsync("createOrganization", new { name = "Nora's last" });

        Assert.StartsWith("LimitReachedError", Assert.Single(eleventh.Errors));
        Assert.Empty(tomorrow.Errors);
    }
}
