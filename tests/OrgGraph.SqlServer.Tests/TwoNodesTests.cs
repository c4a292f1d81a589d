using System.Text.Json;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.SqlServer.Tests;

/// <summary>Two server processes on one SQL Server database: migrated once, seeded once, each sees what the other wrote.</summary>
public sealed class TwoNodesTests(Engine engine) : IClassFixture<Engine>
{
    [SkippableFact]
    public async Task Key_made_on_one_works_and_ends_on_both()
    {
        using var database = engine.NewDatabase();
        var nodes = await Task.WhenAll(database.StartAsync(), database.StartAsync());
        await using var here = nodes[0];
        await using var there = nodes[1];
        var olivia = await here.SignInAsync("olivia@acme.test");
        var acme = await here.AcmeAsync(olivia);

        var made = Payload(await here.SendAsync(olivia, $"mutation {{ createApiKey(input: {{organizationId: \"{acme}\", name: \"Spread\"}}) {{ secret apiKey {{ id }} }} }}"), "createApiKey");
        var secret = made.GetProperty("secret").GetString()!;
        await UntilAsync(async () => await StatusAsync(there, secret) == 200);
        await there.SendAsync(await there.SignInAsync("olivia@acme.test"), $"mutation {{ revokeApiKey(input: {{apiKeyId: \"{made.GetProperty("apiKey").GetProperty("id").GetString()}\"}}) {{ version }} }}");
        await UntilAsync(async () => await StatusAsync(here, secret) == 401);
    }

    [SkippableFact]
    public async Task Versions_have_no_gap_when_both_write()
    {
        using var database = engine.NewDatabase();
        await using var here = await database.StartAsync();
        await using var there = await database.StartAsync();
        var olivia = await here.SignInAsync("olivia@acme.test");
        var acme = await here.AcmeAsync(olivia);
        var before = await VersionAsync(here, olivia, acme);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => (i % 2 == 0 ? here : there).SendAsync(
            olivia, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"Race {i}\"}}) {{ version errors {{ __typename }} }} }}")));

        var versions = answers.Where(answer => !answer.TryGetProperty("errors", out _)).Select(answer => Payload(answer, "createProject").GetProperty("version").GetInt32()).Order().ToList();
        Assert.NotEmpty(versions);
        Assert.Equal(Enumerable.Range(before + 1, versions.Count), versions);
    }

    private static async Task<int> VersionAsync(RunningServer server, string token, string acme) =>
        (await server.SendAsync(token, $"{{ organization(id: \"{acme}\") {{ version }} }}")).GetProperty("data").GetProperty("organization").GetProperty("version").GetInt32();

    private static JsonElement Payload(JsonElement answer, string mutation) => answer.GetProperty("data").GetProperty(mutation);

    private static async Task<int> StatusAsync(RunningServer server, string credential)
    {
        using var request = server.Request(credential, "{ viewer { credential { kind } } }");
        using var answer = await server.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static Task UntilAsync(Func<Task<bool>> condition) => Eventually.TrueAsync(condition, TimeSpan.FromSeconds(5), "seen by the other node");
}
