using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ApiKeys;

/// <summary>A test of API keys on the class's shared server.</summary>
public abstract class ApiKeyTest(SharedOrgGraph shared) : IClassFixture<SharedOrgGraph>
{
    protected OrgGraphApp App { get; } = shared.App;

    protected static async Task WorksAsync(Client key) => Assert.Equal(200, (int)(await key.SendAsync("{ viewer { credential { kind } } }")).Status);

    protected static async Task IsRefusedAsync(Client key)
    {
        var answer = await key.SendAsync("{ viewer { credential { kind } } }");
        Assert.Equal(401, (int)answer.Status);
        Assert.Equal(["AUTH_NOT_AUTHENTICATED"], answer.Codes);
    }

    protected async Task<string> StatusAsync(Client client, string id) =>
        (await client.QueryAsync("query($id: ID!) { node(id: $id) { ... on ApiKey { status } } }", new { id })).GetProperty("node").GetProperty("status").GetString()!;
}
