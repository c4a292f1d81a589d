using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ApiKeys;

public sealed class RevokeApiKeyTests(SharedOrgGraph shared) : ApiKeyTest(shared)
{
    [Fact]
    public async Task Refused_at_once_when_revoked_and_again_changes_nothing()
    {
        var vera = await App.VeraAsync();
        var (id, key) = await vera.MakeKeyAsync();
        await WorksAsync(key);

        var revoked = await vera.MutateAsync("revokeApiKey", new { apiKeyId = id }, "apiKey { status revokedAt revokedBy { displayName } }");
        var again = await vera.MutateAsync("revokeApiKey", new { apiKeyId = id }, "apiKey { status }");

        await IsRefusedAsync(key);
        Assert.Equal("REVOKED", revoked.Text("apiKey", "status"));
        Assert.Equal("Vera", revoked.Text("apiKey", "revokedBy", "displayName"));
        Assert.Equal(App.Clock.GetUtcNow(), revoked["apiKey", "revokedAt"].GetDateTimeOffset());
        Assert.NotNull(revoked.Version);
        Assert.Null(again.Version);
        Assert.Equal("REVOKED", again.Text("apiKey", "status"));
    }

    [Fact]
    public async Task Key_may_end_itself()
    {
        var vera = await App.VeraAsync();
        var (id, key) = await vera.MakeKeyAsync();

        Assert.NotNull((await key.MutateAsync("revokeApiKey", new { apiKeyId = id })).Version);
        await IsRefusedAsync(key);
    }

    [Fact]
    public async Task Owners_end_all_and_others_their_own()
    {
        var (olivia, eli, vera) = (await App.OliviaAsync(), await App.EliAsync(), await App.VeraAsync());
        var (id, key) = await vera.MakeKeyAsync();

        Assert.Equal(["NotFoundError input.apiKeyId"], (await eli.MutateAsync("revokeApiKey", new { apiKeyId = id })).Errors);
        await WorksAsync(key);
        Assert.NotNull((await olivia.MutateAsync("revokeApiKey", new { apiKeyId = id })).Version);
        await IsRefusedAsync(key);
    }

    [Fact]
    public async Task Strangers_are_refused()
    {
        var (nora, vera) = (await App.NoraAsync(), await App.VeraAsync());
        var (id, _) = await vera.MakeKeyAsync();

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await nora.SendMutationAsync("revokeApiKey", new { apiKeyId = id })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHENTICATED"], (await App.Anonymous.SendMutationAsync("revokeApiKey", new { apiKeyId = id })).Codes);
    }
}
