using System.Diagnostics;
using OrgGraph.Settings.Tests.Crashes;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Nodes;

/// <summary>How soon a change is heard on another node, and how much one and three nodes write.</summary>
[Trait("Category", "Long"), Collection(CrashTests.Name)]
public sealed class PropagationTests(ITestOutputHelper output)
{
    private const int Changes = 100;
    private static readonly TimeSpan Load = TimeSpan.FromSeconds(10);

    [SkippableFact]
    public async Task Heard_sooner_over_redis_than_by_polling()
    {
        RedisServer.SkipUnlessInstalled();
        await using var redis = new RedisServer();
        await redis.StartAsync();

        var polled = await MeasureAsync("polling");
        var pushed = await MeasureAsync("Redis", redis.Setting);

        Assert.True(pushed < polled, $"p50 {pushed.TotalMilliseconds:F1} ms over Redis, {polled.TotalMilliseconds:F1} ms by polling");
    }

    [SkippableFact]
    public async Task Three_nodes_write_without_losing_anything()
    {
        RedisServer.SkipUnlessInstalled();
        await using var redis = new RedisServer();
        await redis.StartAsync();
        foreach (var count in new[] { 1, 3 })
        {
            using var place = new CrashPlace();
            var nodes = await Task.WhenAll(Enumerable.Range(0, count).Select(_ => place.StartAsync(redis.Setting)));
            try
            {
                var load = new WriteLoad(CrashPlace.Seed(output), writers: 24 / count);
                using var enough = new CancellationTokenSource(Load);
                var watch = Stopwatch.StartNew();
                await Task.WhenAll(nodes.Select(node => load.RunAsync(node, enough.Token)));
                var seconds = watch.Elapsed.TotalSeconds;
                var figures = await place.CheckAsync(load.Acknowledged);
                Assert.Empty(load.Wrong);
                output.WriteLine($"{count} node(s): {figures.Acknowledged / seconds:F0} changes a second, {load.Refused} refused with 503");
            }
            finally
            {
                await Task.WhenAll(nodes.Select(node => node.DisposeAsync().AsTask()));
            }
        }
    }

    private async Task<TimeSpan> MeasureAsync(string by, params (string, string)[] settings)
    {
        using var place = new CrashPlace();
        await using var here = await place.StartAsync(settings);
        await using var there = await place.StartAsync(settings);
        var olivia = await here.SignInAsync("olivia@acme.test");
        var acme = await here.AcmeAsync(olivia);
        await using var listener = await NodeListener.StartAsync(there, acme);
        var answered = new Dictionary<int, long>();
        for (var i = 0; i < Changes; i++)
        {
            var made = await here.SendAsync(olivia, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"Change {i}\"}}) {{ version }} }}");
            answered.Add(made.GetProperty("data").GetProperty("createProject").GetProperty("version").GetInt32(), Stopwatch.GetTimestamp());
            await Task.Delay(Random.Shared.Next(60));
        }

        await listener.ReachAsync(answered.Keys.Max());
        // The answer can be later than the event: then the change was heard at once.
        var took = listener.Events.Where(told => answered.ContainsKey(told.Version))
            .Select(told => TimeSpan.FromTicks(Math.Max(0, Stopwatch.GetElapsedTime(answered[told.Version], told.At).Ticks))).Order().ToList();
        Assert.Equal(Changes, took.Count);
        output.WriteLine($"Heard on the other node by {by}, after the answer: p50 {took[Changes / 2].TotalMilliseconds:F1} ms, p99 {took[Changes - 2].TotalMilliseconds:F1} ms");
        return took[Changes / 2];
    }
}
