using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>Two processes write to one file, and one or the other is killed.</summary>
[Trait("Category", "Long"), Trait("Category", "Sqlite"), Collection(CrashTests.Name)]
public sealed class TwoProcessesTests(ITestOutputHelper output)
{
    private const int Kills = 10;

    [Fact]
    public async Task Each_goes_on_when_the_other_is_killed_and_both_show_the_same()
    {
        var seed = CrashPlace.Seed(output);
        var random = new Random(seed);
        using var place = new CrashPlace();
        var load = new WriteLoad(seed, writers: 8) { MostUnasked = 100 };
        // Both find an empty folder: keys, tables and demo are made once.
        var servers = await Task.WhenAll(place.StartAsync(), place.StartAsync());
        try
        {
            Task[] writing = [load.RunAsync(servers[0]), load.RunAsync(servers[1])];
            for (var kill = 0; kill < Kills; kill++)
            {
                await load.ReachAsync(random.Next(5, 60));
                await Task.Delay(random.Next(20));
                var victim = random.Next(2);
                await servers[victim].KillAsync();
                await writing[victim];
                await servers[victim].DisposeAsync();
                await load.ReachAsync(random.Next(1, 20));
                await place.CheckAsync(load.Acknowledged);
                servers[victim] = await place.StartAsync();
                writing[victim] = load.RunAsync(servers[victim]);
            }

            await load.ReachAsync(50);
            // The last one to be killed goes with what it was doing; the other must show it, or nothing of it.
            await servers[0].KillAsync();
            await writing[0];
            await servers[0].DisposeAsync();
            servers[0] = await place.StartAsync();
            await servers[1].KillAsync();
            await writing[1];
            await servers[1].DisposeAsync();
            servers[1] = await place.StartAsync();
            var (due, sent) = await place.CheckMailsAsync();
            var figures = await place.CheckAsync(load.Acknowledged);
            // The first has caught up with what the second did, the second has loaded later: polled within half a second.
            await Testing.Eventually.TrueAsync(async () => await CrashPlace.ShownAsync(servers[0]) == await CrashPlace.ShownAsync(servers[1]), TimeSpan.FromSeconds(30), "the same shown by both");
            Assert.Empty(load.Wrong);
            output.WriteLine(
                $"{Kills + 2} kills survived by two processes; {figures.Acknowledged} mutations acknowledged and found; {load.Lost} without an answer, of which {figures.Unheard} are there whole; "
                + $"{load.Refused} refused with 503; {figures.Versions} versions without gap; {due} mails due and found, {sent - due} of them twice.");
        }
        finally
        {
            // Before the folder goes, whatever failed.
            await Task.WhenAll(servers.Select(server => server.DisposeAsync().AsTask()));
        }
    }
}
