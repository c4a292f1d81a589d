using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ApiKeys;

public sealed class CreateApiKeyTests : OrgGraphTest
{
    [Fact]
    public async Task Key_works_when_made_by_a_member()
    {
        var vera = await App.VeraAsync();

        var made = await vera.MutateAsync("createApiKey", new { organizationId = App.Acme, name = "  Notebook " }, "secret apiKey { name preview status }");

        var key = App.With(made.Text("secret"));
        var viewer = await key.QueryAsync("{ viewer { principal { displayName } credential { kind preview organization { name } } } }");
        Assert.Equal("Notebook", made.Text("apiKey", "name"));
        Assert.Equal("Vera", viewer.GetProperty("viewer").GetProperty("principal").GetProperty("displayName").GetString());
        Assert.Equal("API_KEY", viewer.GetProperty("viewer").GetProperty("credential").GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Subscriber_hears_of_it_when_it_is_the_creator_or_an_owner()
    {
        var (olivia, eli, vera) = (await App.OliviaAsync(), await App.EliAsync(), await App.VeraAsync());
        const string Watch = "subscription($id: ID!) { apiKeysChanged(organizationId: $id) { __typename ... on ApiKeyCreated { version subjectName apiKey { name } } } }";
        await using var owner = await olivia.SubscribeAsync(Watch, new { id = App.Acme });
        await using var creator = await vera.SubscribeAsync(Watch, new { id = App.Acme });
        await using var other = await eli.SubscribeAsync(Watch, new { id = App.Acme });

        var made = await vera.MutateAsync("createApiKey", new { organizationId = App.Acme, name = "First" });
        await eli.MutateAsync("createApiKey", new { organizationId = App.Acme, name = "Second" });

        Assert.Equal(made.Version, (await owner.NextEventAsync("ApiKeyCreated")).GetProperty("version").GetInt32());
        Assert.Equal("First", (await creator.NextEventAsync("ApiKeyCreated")).GetProperty("subjectName").GetString());
        Assert.Equal("Second", (await other.NextEventAsync("ApiKeyCreated")).GetProperty("subjectName").GetString());
    }

    [Theory]
    [InlineData("", "ValidationError input.name")]
    [InlineData("a\nb", "ValidationError input.name")]
    public async Task Refused_when_the_name_is_bad(string name, string error)
    {
        var vera = await App.VeraAsync();

        var made = await vera.MutateAsync("createApiKey", new { organizationId = App.Acme, name }, "secret apiKey { id }");

        Assert.Equal([error], made.Errors);
        Assert.Null(made.Version);
    }
}
