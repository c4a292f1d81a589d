using System.Globalization;
using System.Text.RegularExpressions;
using OrgGraph.Settings.Tests.Crashes;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Nodes;

/// <summary>Three processes on one database and one Redis, which is killed under them, as one of them is.</summary>
[Trait("Category", "Long"), Collection(CrashTests.Name)]
public sealed class ThreeNodesTests(ITestOutputHelper output)
{
    // What a runner does at once: so many mails may be under way when their node is killed.
    private const int AtOnce = 16;

    // Told as they happen, by the node that saw them: they are in no log.
    private static readonly string[] LiveOnly = ["ApiKeyUsed", "ServiceTokenUsed", "MemberActive"];

    [SkippableFact]
    public async Task All_hear_the_same_when_redis_and_a_node_are_killed_under_load()
    {
        RedisServer.SkipUnlessInstalled();
        var seed = CrashPlace.Seed(output);
        using var place = new CrashPlace();
        await using var redis = new RedisServer();
        // The nodes start without it.
        var nodes = await Task.WhenAll(place.StartAsync(redis.Setting), place.StartAsync(redis.Setting), place.StartAsync(redis.Setting));
        var acme = await nodes[0].AcmeAsync(await nodes[0].SignInAsync("olivia@acme.test"));
        var listeners = await Task.WhenAll(nodes.Select(node => NodeListener.StartAsync(node, acme)));
        var load = new WriteLoad(seed, writers: 4) { MostUnasked = 100 };
        using var enough = new CancellationTokenSource();
        try
        {
            var writing = nodes.Select(node => load.RunAsync(node, enough.Token)).ToArray();
            await load.ReachAsync(30);
            await redis.StartAsync();
            await BackPlaneIsAsync(nodes, up: true);
            await load.ReachAsync(60);
            await redis.KillAsync();
            await BackPlaneIsAsync(nodes, up: false);
            await load.ReachAsync(60);
            await redis.StartAsync();
            await BackPlaneIsAsync(nodes, up: true);
            await load.ReachAsync(60);
            await nodes[2].KillAsync();
            await writing[2];
            var before = listeners[2].Events.ToList();
            await listeners[2].DisposeAsync();
            await nodes[2].DisposeAsync();
            await load.ReachAsync(30);
            nodes[2] = await place.StartAsync(redis.Setting);
            listeners[2] = await NodeListener.StartAsync(nodes[2], acme, before[^1].Cursor);
            writing[2] = load.RunAsync(nodes[2], enough.Token);
            await load.ReachAsync(60);
            await enough.CancelAsync();
            await Task.WhenAll(writing);

            var (due, sent) = await place.CheckMailsAsync();
            Assert.InRange(sent - due, 0, AtOnce);
            await CheckHeardAsync(place, listeners, before);
            await CheckRevocationAsync(nodes, acme);
            await CheckOwnWriteAsync(nodes, acme);
            var figures = await place.CheckAsync(load.Acknowledged);
            Assert.Empty(load.Wrong);
            output.WriteLine(
                $"{figures.Acknowledged} acknowledged and found, {load.Lost} without an answer, {load.Refused} refused with 503, {figures.Versions} versions without gap, {listeners[0].Events.Count} events heard alike on three nodes, "
                + $"{due} mails due and found, {sent - due} of them twice.");
            await CheckLogAsync(nodes[0]);
        }
        finally
        {
            await enough.CancelAsync();
            await Task.WhenAll(listeners.Select(listener => listener.DisposeAsync().AsTask()));
            await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
        }
    }

    // The log is the order; the one whose node was killed heard it in two parts.
    private static async Task CheckHeardAsync(CrashPlace place, NodeListener[] listeners, List<Heard> before)
    {
        var last = int.Parse(place.Names("SELECT CAST(MAX(Version) AS TEXT) FROM Events").Single(), CultureInfo.InvariantCulture);
        foreach (var listener in listeners)
        {
            await listener.ReachAsync(last);
        }

        var heard = listeners.Select((listener, i) => (i == 2 ? before.Concat(listener.Events) : listener.Events).Where(told => !LiveOnly.Contains(told.Type)).Select(told => (told.Version, told.Subject)).ToList()).ToList();
        var first = heard.Max(list => list[0].Version);
        var logged = place.Names("SELECT Version || ' ' || SubjectName FROM Events ORDER BY Version, EventIndex")
            .Select(line => line.Split(' ', 2)).Select(parts => (Version: int.Parse(parts[0], CultureInfo.InvariantCulture), Subject: parts[1])).Where(one => one.Version >= first).ToList();
        Assert.All(heard, list => Assert.Equal(logged, list.Where(one => one.Version >= first)));
    }

    private static async Task CheckRevocationAsync(RunningServer[] nodes, string acme)
    {
        var olivia = await nodes[0].SignInAsync("olivia@acme.test");
        var made = (await nodes[0].SendAsync(olivia, $"mutation {{ createApiKey(input: {{organizationId: \"{acme}\", name: \"Spread\"}}) {{ secret apiKey {{ id }} }} }}")).GetProperty("data").GetProperty("createApiKey");
        var secret = made.GetProperty("secret").GetString()!;
        foreach (var node in nodes)
        {
            await Eventually.TrueAsync(async () => await StatusAsync(node, secret) == 200, TimeSpan.FromSeconds(5), "the key good everywhere");
        }

        await nodes[1].SendAsync(await nodes[1].SignInAsync("olivia@acme.test"), $"mutation {{ revokeApiKey(input: {{apiKeyId: \"{made.GetProperty("apiKey").GetProperty("id").GetString()}\"}}) {{ version }} }}");
        await Task.WhenAll(nodes.Select(node => Eventually.TrueAsync(async () => await StatusAsync(node, secret) == 401, TimeSpan.FromSeconds(1), "the key refused everywhere")));
    }

    private static async Task CheckOwnWriteAsync(RunningServer[] nodes, string acme)
    {
        var olivia = await nodes[0].SignInAsync("olivia@acme.test");
        for (var i = 0; i < 20; i++)
        {
            var made = await nodes[i % 3].SendAsync(olivia, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"Own {i}\"}}) {{ version }} }}");
            var version = made.GetProperty("data").GetProperty("createProject").GetProperty("version").GetInt32();
            using var request = nodes[(i + 1) % 3].Request(olivia, $"{{ organization(id: \"{acme}\") {{ version }} }}");
            request.Headers.Add("OrgGraph-Min-Version", string.Create(CultureInfo.InvariantCulture, $"{acme}={version}"));
            using var answer = await nodes[(i + 1) % 3].Http.SendAsync(request);
            using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            Assert.True(json.RootElement.GetProperty("data").GetProperty("organization").GetProperty("version").GetInt32() >= version);
        }
    }

    // Else a fast machine is through before a node has noticed.
    private static async Task BackPlaneIsAsync(RunningServer[] nodes, bool up)
    {
        foreach (var node in nodes)
        {
            await Eventually.TrueAsync(
                async () => Regex.IsMatch(await node.Http.GetStringAsync("/metrics"), $$"""(?m)^orggraph_server_back_plane_up\w*(\{[^}]*\})? {{(up ? 1 : 0)}}( |$)"""),
                TimeSpan.FromSeconds(60),
                up ? "Redis reached" : "Redis away");
        }
    }

    // Twice away: at the start and in the middle. Each is said once.
    private static async Task CheckLogAsync(RunningServer node)
    {
        node.Terminate();
        await node.ExitAsync();
        var log = await node.Log;
        Assert.Equal(2, Count(log, "The back-plane is reached again"));
        Assert.InRange(Count(log, "The back-plane cannot be reached"), 1, 2);
    }

    private static async Task<int> StatusAsync(RunningServer node, string secret)
    {
        using var request = node.Request(secret, "{ viewer { credential { kind } } }");
        using var answer = await node.Http.SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static int Count(string text, string words) => text.Split(words).Length - 1;
}
