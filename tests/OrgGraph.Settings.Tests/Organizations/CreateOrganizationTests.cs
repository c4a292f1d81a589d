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

public sealed class CreateOrganizationRaceTests : OrgGraphTest
{
    private const string Limits = "limits: errors { ... on LimitReachedError { limit } }";

    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:Organizations", "3"), ("OrgGraph:Limits:OrganizationNames", "0")];

    [Fact]
    public async Task As_many_as_the_limit_says_when_many_are_made_at_once_on_two_servers()
    {
        await using var other = await OrgGraphApp.StartAsync(Settings, App.DataDirectory, App.Clock);
        Client[] noras = [await App.NoraAsync(), await other.NoraAsync()];

        var made = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => noras[i % 2].MutateAsync("createOrganization", new { name = $"Race {i}" }, Limits)));

        Assert.Equal(3, made.Count(one => one.Errors.Length == 0));
        Assert.All(made.Where(one => one.Errors.Length > 0), one => Assert.Equal(("LimitReachedError input", 3), (one.Errors.Single(), one["limits"][0].GetProperty("limit").GetInt32())));
        Assert.Equal(3, (await noras[0].QueryAsync("{ viewer { organizations { totalCount } } }")).GetProperty("viewer").GetProperty("organizations").GetProperty("totalCount").GetInt32());
    }

    [Fact]
    public async Task Nothing_is_counted_when_nothing_was_made()
    {
        var nora = await App.NoraAsync();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => nora.MutateAsync("createOrganization", new { name = "ACME" })));

        var made = new List<string[]>();
        for (var i = 0; i < 4; i++)
        {
            made.Add((await nora.MutateAsync("createOrganization", new { name = $"Counted {i}" })).Errors);
        }

        Assert.Equal([0, 0, 0, 1], made.Select(errors => errors.Length));
    }

    [Fact]
    public async Task Only_the_others_are_refused_when_many_claim_one_name_at_once()
    {
        var people = new List<Client>();
        for (var i = 0; i < 24; i++)
        {
            people.Add(await App.SignInAsync($"claimer{i}@race.test"));
        }

        var made = await Task.WhenAll(people.Select((person, i) => person.MutateAsync("createOrganization", new { name = i % 2 == 0 ? "Wanted by all" : $"Wanted by {i}" })));

        Assert.Single(made.Where((_, i) => i % 2 == 0), one => one.Errors.Length == 0);
        Assert.Equal(11, made.Count(one => one.Errors is ["ConflictError input.name"]));
        Assert.All(made.Where((_, i) => i % 2 == 1), one => Assert.Empty(one.Errors));
    }
}
