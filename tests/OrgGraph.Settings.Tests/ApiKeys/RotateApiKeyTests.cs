using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ApiKeys;

public sealed class RotateApiKeyTests(SharedOrgGraph shared) : ApiKeyTest(shared)
{
    private const string Both = "secret apiKey { id name rotatedFrom { id } expiresAt } previous { id status expiresAt }";

    [Fact]
    public async Task Old_key_ends_at_once_when_there_is_no_overlap()
    {
        var vera = await App.VeraAsync();
        var (id, old) = await vera.MakeKeyAsync("Swift");
        var (_, cursor) = await (await App.OliviaAsync()).PlaceAsync();

        var rotated = await vera.MutateAsync("rotateApiKey", new { apiKeyId = id }, Both);

        await IsRefusedAsync(old);
        await WorksAsync(App.With(rotated.Text("secret")));
        Assert.Equal("Swift", rotated.Text("apiKey", "name"));
        Assert.Equal(id, rotated.Text("apiKey", "rotatedFrom", "id"));
        Assert.Equal("REVOKED", rotated.Text("previous", "status"));
        var events = await App.EventsSinceAsync(cursor);
        Assert.Equal(["ApiKeyRotated", "ApiKeyRevoked"], events.Select(Acme.Kind));
        Assert.All(events, happened => Assert.Equal(rotated.Version, happened.GetProperty("version").GetInt32()));
    }

    [Fact]
    public async Task Old_key_works_until_the_overlap_ends()
    {
        var vera = await App.VeraAsync();
        var (id, old) = await vera.MakeKeyAsync("Overlapping");

        var rotated = await vera.MutateAsync("rotateApiKey", new { apiKeyId = id, overlapSeconds = 60 }, Both);
        await App.PassAsync(TimeSpan.FromSeconds(59));
        await WorksAsync(old);
        var (_, cursor) = await (await App.OliviaAsync()).PlaceAsync();
        await App.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal("EXPIRING", rotated.Text("previous", "status"));
        await IsRefusedAsync(old);
        await WorksAsync(App.With(rotated.Text("secret")));
        Assert.Equal("EXPIRED", await StatusAsync(vera, id));
        Assert.Equal(["ApiKeyExpired"], (await App.EventsSinceAsync(cursor)).Select(Acme.Kind));
    }

    [Fact]
    public async Task Refused_when_it_was_rotated_has_ended_or_is_anothers()
    {
        var (olivia, vera) = (await App.OliviaAsync(), await App.VeraAsync());
        var (rotated, _) = await vera.MakeKeyAsync("Twice");
        var (ended, _) = await vera.MakeKeyAsync("Ended");
        await vera.MutateAsync("rotateApiKey", new { apiKeyId = rotated, overlapSeconds = 60 });
        await vera.MutateAsync("revokeApiKey", new { apiKeyId = ended });

        Assert.Equal(["ValidationError input.apiKeyId"], (await vera.MutateAsync("rotateApiKey", new { apiKeyId = rotated }, "secret")).Errors);
        Assert.Equal(["ValidationError input.apiKeyId"], (await vera.MutateAsync("rotateApiKey", new { apiKeyId = ended }, "secret")).Errors);
        Assert.Equal(["NotFoundError input.apiKeyId"], (await olivia.MutateAsync("rotateApiKey", new { apiKeyId = rotated }, "secret")).Errors);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(604_801)]
    public async Task Refused_when_the_overlap_is_out_of_range(int overlapSeconds)
    {
        var vera = await App.VeraAsync();
        var (id, old) = await vera.MakeKeyAsync("Range");

        Assert.Equal(["ValidationError input.overlapSeconds"], (await vera.MutateAsync("rotateApiKey", new { apiKeyId = id, overlapSeconds }, "secret")).Errors);
        await WorksAsync(old);
    }

    [Fact]
    public async Task Expiry_is_taken_over_when_it_is_left_out()
    {
        var vera = await App.VeraAsync();
        var expiresAt = App.Clock.GetUtcNow().AddHours(3);
        var (id, _) = await vera.MakeKeyAsync("Limited", expiresAt);

        var rotated = await vera.MutateAsync("rotateApiKey", new { apiKeyId = id }, Both);
        var forEver = await vera.MutateAsync("rotateApiKey", new { apiKeyId = rotated.Text("apiKey", "id"), expiresAt = (string?)null }, Both);

        Assert.Equal(expiresAt, rotated["apiKey", "expiresAt"].GetDateTimeOffset());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, forEver["apiKey", "expiresAt"].ValueKind);
    }

    [Fact]
    public async Task Refused_when_a_key_asks()
    {
        var vera = await App.VeraAsync();
        var (id, key) = await vera.MakeKeyAsync("Eager");

        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("rotateApiKey", new { apiKeyId = id }, "secret")).Codes);
        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("createApiKey", new { organizationId = App.Acme, name = "More" }, "secret")).Codes);
    }
}
