using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ApiKeys;

public sealed class UpdateApiKeyTests(SharedOrgGraph shared) : ApiKeyTest(shared)
{
    private const string Changed = "apiKey { name expiresAt status version }";

    private DateTimeOffset Now => App.Clock.GetUtcNow();

    [Fact]
    public async Task Renamed_when_it_is_ones_own()
    {
        var vera = await App.VeraAsync();
        var (id, _) = await vera.MakeKeyAsync("Before");

        var updated = await vera.MutateAsync("updateApiKey", new { apiKeyId = id, name = " After " }, Changed);

        Assert.Equal("After", updated.Text("apiKey", "name"));
        Assert.Equal(updated.Version, updated["apiKey", "version"].GetInt32());
    }

    [Fact]
    public async Task Expiry_moves_either_way_when_it_is_ones_own()
    {
        var vera = await App.VeraAsync();
        var (id, key) = await vera.MakeKeyAsync("Own", Now.AddHours(2));

        Assert.Empty((await vera.MutateAsync("updateApiKey", new { apiKeyId = id, expiresAt = Now.AddHours(1) })).Errors);
        Assert.Empty((await vera.MutateAsync("updateApiKey", new { apiKeyId = id, expiresAt = Now.AddDays(30) })).Errors);
        var forEver = await vera.MutateAsync("updateApiKey", new { apiKeyId = id, expiresAt = (string?)null }, Changed);

        Assert.Equal(System.Text.Json.JsonValueKind.Null, forEver["apiKey", "expiresAt"].ValueKind);
        Assert.Equal("ACTIVE", forEver.Text("apiKey", "status"));
        await WorksAsync(key);
    }

    [Fact]
    public async Task Only_earlier_when_an_owner_changes_anothers()
    {
        var (olivia, vera) = (await App.OliviaAsync(), await App.VeraAsync());
        var (id, _) = await vera.MakeKeyAsync("Veras", Now.AddDays(20));

        var later = await olivia.MutateAsync("updateApiKey", new { apiKeyId = id, expiresAt = Now.AddDays(21) });
        var never = await olivia.MutateAsync("updateApiKey", new { apiKeyId = id, expiresAt = (string?)null });
        var earlier = await olivia.MutateAsync("updateApiKey", new { apiKeyId = id, expiresAt = Now.AddDays(3), name = "Short" }, Changed);

        Assert.Equal(["ValidationError input.expiresAt"], later.Errors);
        Assert.Equal(["ValidationError input.expiresAt"], never.Errors);
        Assert.Empty(earlier.Errors);
        Assert.Equal("EXPIRING", earlier.Text("apiKey", "status"));
    }

    [Fact]
    public async Task Not_later_when_the_key_itself_asks()
    {
        var vera = await App.VeraAsync();
        var (id, key) = await vera.MakeKeyAsync("Self", Now.AddDays(20));

        Assert.Equal(["ValidationError input.expiresAt"], (await key.MutateAsync("updateApiKey", new { apiKeyId = id, expiresAt = Now.AddDays(40) })).Errors);
        Assert.Empty((await key.MutateAsync("updateApiKey", new { apiKeyId = id, expiresAt = Now.AddDays(10) })).Errors);
    }

    [Fact]
    public async Task Not_found_when_it_is_anothers()
    {
        var (eli, vera) = (await App.EliAsync(), await App.VeraAsync());
        var (id, _) = await vera.MakeKeyAsync("Hidden");

        Assert.Equal(["NotFoundError input.apiKeyId"], (await eli.MutateAsync("updateApiKey", new { apiKeyId = id, name = "Mine" })).Errors);
    }

    [Fact]
    public async Task Refused_when_the_version_is_stale_or_the_key_has_ended()
    {
        var vera = await App.VeraAsync();
        var (id, _) = await vera.MakeKeyAsync("Stale");

        Assert.Equal(["ConflictError input.expectedVersion"], (await vera.MutateAsync("updateApiKey", new { apiKeyId = id, name = "x", expectedVersion = 1 })).Errors);
        await vera.MutateAsync("revokeApiKey", new { apiKeyId = id });
        Assert.Equal(["ValidationError input.apiKeyId"], (await vera.MutateAsync("updateApiKey", new { apiKeyId = id, name = "x" })).Errors);
    }

    [Fact]
    public async Task No_version_when_nothing_changes()
    {
        var vera = await App.VeraAsync();
        var (id, _) = await vera.MakeKeyAsync("Same");

        var updated = await vera.MutateAsync("updateApiKey", new { apiKeyId = id, name = "Same" });

        Assert.Null(updated.Version);
        Assert.Empty(updated.Errors);
    }
}
