using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ApiKeys;

public sealed class ApiKeysQueryTests : OrgGraphTest
{
    private readonly List<string> _ids = [];

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        var vera = await App.VeraAsync();
        foreach (var (name, days) in new (string, int?)[] { ("Delta", null), ("alpha", 30), ("Charlie", 3), ("bravo", 60) })
        {
            _ids.Add((await vera.MakeKeyAsync(name, days is { } ahead ? App.Clock.GetUtcNow().AddDays(ahead) : null)).Id);
            App.Clock.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task Own_ones_only_when_the_caller_is_no_owner()
    {
        var (olivia, eli, vera) = (await App.OliviaAsync(), await App.EliAsync(), await App.VeraAsync());

        Assert.Equal(["bravo", "Charlie", "alpha", "Delta"], await vera.KeyNamesAsync());
        Assert.Equal(["Notebook"], await eli.KeyNamesAsync());
        Assert.Equal(6, (await olivia.KeyNamesAsync()).Length);
        Assert.Equal(["Notebook"], await olivia.KeyNamesAsync(new { creatorId = await UserIdAsync(eli) }));
        var hidden = await eli.QueryAsync("query($id: ID!) { node(id: $id) { id } }", new { id = _ids[0] });
        Assert.Equal(System.Text.Json.JsonValueKind.Null, hidden.GetProperty("node").ValueKind);
    }

    [Theory]
    [InlineData("NAME", "ASC", "alpha bravo Charlie Delta")]
    [InlineData("NAME", "DESC", "Delta Charlie bravo alpha")]
    [InlineData("CREATED_AT", "ASC", "Delta alpha Charlie bravo")]
    [InlineData("CREATED_AT", "DESC", "bravo Charlie alpha Delta")]
    [InlineData("EXPIRES_AT", "ASC", "Charlie alpha bravo Delta")]
    [InlineData("EXPIRES_AT", "DESC", "Delta bravo alpha Charlie")]
    public async Task Sorted_when_an_order_is_given(string field, string direction, string expected)
    {
        var vera = await App.VeraAsync();

        Assert.Equal(expected.Split(' '), await vera.KeyNamesAsync(order: new[] { new { field, direction } }));
    }

    [Fact]
    public async Task Filtered_when_asked()
    {
        var vera = await App.VeraAsync();

        Assert.Equal(["alpha"], await vera.KeyNamesAsync(new { search = "ALPHA" }));
        Assert.Equal(["Charlie"], await vera.KeyNamesAsync(new { status = new[] { "EXPIRING" } }));
        Assert.Equal(["bravo", "alpha", "Delta"], await vera.KeyNamesAsync(new { status = new[] { "ACTIVE" } }));
        Assert.Empty(await vera.KeyNamesAsync(new { status = new[] { "REVOKED" } }));
    }

    [Fact]
    public async Task Pages_hold_each_key_once_when_followed()
    {
        var vera = await App.VeraAsync();
        var (names, after) = (new List<string>(), (string?)null);
        do
        {
            var page = (await vera.QueryAsync(Acme.Keys, new { id = App.Acme, first = 3, after })).GetProperty("organization").GetProperty("apiKeys");
            Assert.Equal(4, page.GetProperty("totalCount").GetInt32());
            names.AddRange(page.GetProperty("nodes").EnumerateArray().Select(key => key.GetProperty("name").GetString()!));
            after = page.GetProperty("pageInfo").GetProperty("hasNextPage").GetBoolean() ? page.GetProperty("pageInfo").GetProperty("endCursor").GetString() : null;
        }
        while (after is not null);

        Assert.Equal(["bravo", "Charlie", "alpha", "Delta"], names);
    }

    [Fact]
    public async Task Ended_long_ago_are_listed_when_their_status_is_asked_for()
    {
        var vera = await App.VeraAsync();
        await vera.MutateAsync("revokeApiKey", new { apiKeyId = _ids[0] });
        await App.PassAsync(TimeSpan.FromHours(25));
        vera = await App.VeraAsync();
        var eli = await App.EliAsync();

        Assert.Equal(["bravo", "Charlie", "alpha"], await vera.KeyNamesAsync());
        Assert.Equal(["Delta"], await vera.KeyNamesAsync(new { status = new[] { "REVOKED" } }));
        Assert.Equal(["bravo", "alpha", "Delta"], await vera.KeyNamesAsync(new { status = new[] { "ACTIVE", "REVOKED" } }));
        Assert.Empty(await eli.KeyNamesAsync(new { status = new[] { "REVOKED" } }));
    }

    [Fact]
    public async Task Usage_is_told_and_sorted_by_at_most_once_a_minute()
    {
        var vera = await App.VeraAsync();
        var (_, key) = await vera.MakeKeyAsync("Used");
        await using var events = await vera.SubscribeAsync(
            "subscription($id: ID!) { apiKeysChanged(organizationId: $id) { __typename ... on ApiKeyUsed { version subjectName apiKey { lastUsedAt } } } }", new { id = App.Acme });
        var before = await vera.PlaceAsync();

        for (var i = 0; i < 5; i++)
        {
            await key.QueryAsync("{ viewer { credential { kind } } }");
        }

        App.Clock.Advance(TimeSpan.FromSeconds(4));
        await key.QueryAsync("{ viewer { credential { kind } } }");
        var first = await events.NextEventAsync();
        for (var i = 0; i < 14; i++)
        {
            App.Clock.Advance(TimeSpan.FromSeconds(4));
            await App.ConfirmedAsync();
        }

        await key.QueryAsync("{ viewer { credential { kind } } }");
        var second = await events.NextEventAsync();

        Assert.Equal(["ApiKeyUsed", "ApiKeyUsed"], [first.Kind(), second.Kind()]);
        Assert.Equal(0, events.Waiting);
        Assert.Equal(before.Version, second.GetProperty("version").GetInt32());
        Assert.Equal(before.Version, (await vera.PlaceAsync()).Version);
        Assert.Equal(App.Clock.GetUtcNow(), second.GetProperty("apiKey").GetProperty("lastUsedAt").GetDateTimeOffset());
        Assert.Equal("Used", (await vera.KeyNamesAsync(order: new[] { new { field = "LAST_USED_AT", direction = "DESC" } }))[0]);
        Assert.DoesNotContain("Used", await vera.KeyNamesAsync(new { unusedSince = App.Clock.GetUtcNow() }));
    }

    private static async Task<string> UserIdAsync(Client client) =>
        (await client.QueryAsync("{ viewer { principal { id } } }")).GetProperty("viewer").GetProperty("principal").GetProperty("id").GetString()!;
}
