using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ApiKeys;

/// <summary>What a key may do, and how it ends by itself.</summary>
public sealed class ApiKeyLifeTests(SharedOrgGraph shared) : ApiKeyTest(shared)
{
    [Fact]
    public async Task Expiry_is_an_event_and_final_when_its_time_comes()
    {
        var vera = await App.VeraAsync();
        var (id, key) = await vera.MakeKeyAsync("Brief", App.Clock.GetUtcNow().AddMinutes(5));
        var (_, cursor) = await (await App.OliviaAsync()).PlaceAsync();

        await App.PassAsync(TimeSpan.FromMinutes(5));

        await IsRefusedAsync(key);
        Assert.Equal("EXPIRED", await StatusAsync(vera, id));
        var happened = Assert.Single(await App.EventsSinceAsync(cursor));
        Assert.Equal(("ApiKeyExpired", "Brief", "OrgGraph"), (happened.Kind(), happened.GetProperty("subjectName").GetString(), happened.GetProperty("actorName").GetString()));
    }

    [Fact]
    public async Task Refused_when_its_time_has_come_and_nobody_recorded_it()
    {
        var vera = await App.VeraAsync();
        var (_, key) = await vera.MakeKeyAsync("Unrecorded", App.Clock.GetUtcNow().AddMinutes(1));

        App.Clock.Advance(TimeSpan.FromMinutes(1));
        await App.ConfirmedAsync();

        await IsRefusedAsync(key);
    }

    [Fact]
    public async Task Key_loses_what_its_creator_loses()
    {
        var eli = await App.EliAsync();
        var (_, key) = await eli.MakeKeyAsync("Elis");
        Assert.Empty((await key.MutateAsync("createProject", new { organizationId = App.Acme, name = "By key" })).Errors);

        await App.MoveAsync("Eli", "Viewers");

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await key.SendMutationAsync("createProject", new { organizationId = App.Acme, name = "No more" })).Codes);
        await WorksAsync(key);
        await App.MoveAsync("Eli", "Engineers");
    }

    [Fact]
    public async Task Key_acts_in_its_own_organization_only()
    {
        var eli = await App.EliAsync();
        var (_, key) = await eli.MakeKeyAsync("Bound");
        var made = await eli.MutateAsync("createOrganization", new { name = "Elsewhere" }, "organization { id }");

        var answer = await key.QueryAsync(
            "query($id: ID!) { organization(id: $id) { name } viewer { organizations { nodes { name } } } }", new { id = made.Text("organization", "id") });

        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.GetProperty("organization").ValueKind);
        Assert.Equal("Acme", answer.GetProperty("viewer").GetProperty("organizations").GetProperty("nodes")[0].GetProperty("name").GetString());
        Assert.Equal(1, answer.GetProperty("viewer").GetProperty("organizations").GetProperty("nodes").GetArrayLength());
    }

    [Fact]
    public async Task Key_invites_nobody_into_what_outlives_it()
    {
        var olivia = await App.OliviaAsync();
        var (_, key) = await olivia.MakeKeyAsync("Inviting");
        object Into(string group) => new { organizationId = App.Acme, emails = new[] { "kay@outside.test" }, groupIds = new[] { group } };

        Assert.Equal(["NotGrantableError input.groupIds.0"], (await key.MutateAsync("inviteMembers", Into(await App.GroupIdAsync("Owners")))).Errors);
        Assert.Empty((await key.MutateAsync("inviteMembers", Into(await App.GroupIdAsync("Viewers")))).Errors);
    }
}

public sealed class ApiKeyClockTests : OrgGraphTest
{
    [Fact]
    public async Task Stays_ended_when_the_clock_goes_back()
    {
        var vera = await App.VeraAsync();
        var (id, key) = await vera.MakeKeyAsync("Brief", App.Clock.GetUtcNow().AddMinutes(5));
        await App.PassAsync(TimeSpan.FromMinutes(5));

        App.Clock.AdjustTime(OrgGraphApp.Start.AddMinutes(1));

        Assert.Equal(401, (int)(await key.SendAsync("{ viewer { credential { kind } } }")).Status);
        var data = await vera.QueryAsync("query($id: ID!) { node(id: $id) { ... on ApiKey { status } } }", new { id });
        Assert.Equal("EXPIRED", data.GetProperty("node").GetProperty("status").GetString());
    }
}

public sealed class ApiKeyLimitTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:ActiveApiKeys", "2")];

    [Fact]
    public async Task Refused_when_the_limit_is_reached_until_one_is_revoked()
    {
        var (vera, eli) = (await App.VeraAsync(), await App.EliAsync());
        var (first, _) = await vera.MakeKeyAsync("1");
        await vera.MakeKeyAsync("2");
        object another = new { organizationId = App.Acme, name = "3" };

        var full = await vera.SendMutationAsync("createApiKey", another, "secret");
        Assert.Equal("LimitReachedError", full.Data.GetProperty("createApiKey").GetProperty("errors")[0].GetProperty("__typename").GetString());
        Assert.Equal(["LimitReachedError input"], (await vera.MutateAsync("rotateApiKey", new { apiKeyId = first, overlapSeconds = 60 }, "secret")).Errors);
        Assert.Empty((await vera.MutateAsync("rotateApiKey", new { apiKeyId = first }, "secret")).Errors);
        Assert.Empty((await eli.MutateAsync("createApiKey", another, "secret")).Errors);
    }
}
