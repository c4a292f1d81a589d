using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>SIGKILL at any moment: what was acknowledged is there, nothing is there by half, and the next start needs nobody.</summary>
[Trait("Category", "Long"), Trait("Category", "Sqlite"), Collection(CrashTests.Name)]
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Kills = 25;

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_is_there_by_half()
    {
        var seed = CrashPlace.Seed(output);
        var random = new Random(seed);
        using var place = new CrashPlace();
        var load = new WriteLoad(seed);
        WholeFigures figures;
        for (var kill = 0; kill < Kills; kill++)
        {
            // The first start finds it in a database without tables, others in one that needs no migration.
            if (kill % 5 == 0)
            {
                place.PlantStaleLock();
            }

            await using var server = await place.StartAsync();
            figures = await place.CheckAsync(load.Acknowledged);
            var writing = load.RunAsync(server);
            await load.ReachAsync(random.Next(1, 80));
            await Task.Delay(random.Next(20));
            await server.KillAsync();
            await writing;
        }

        string shown;
        (int Due, int Sent) mails;
        await using (var last = await place.StartAsync())
        {
            mails = await place.CheckMailsAsync();
            figures = await place.CheckAsync(load.Acknowledged);
            shown = await CrashPlace.ShownAsync(last);
        }

        await using (var again = await place.StartAsync())
        {
            Assert.Equal(shown, await CrashPlace.ShownAsync(again));
        }

        Assert.Empty(load.Wrong);
        output.WriteLine(
            $"{Kills} kills survived; {figures.Acknowledged} mutations acknowledged and found; {load.Lost} without an answer, of which {figures.Unheard} are there whole; "
            + $"{figures.Versions} versions without gap; {mails.Due} mails due and found, {mails.Sent - mails.Due} of them twice.");
    }

    [Fact]
    public async Task Starts_by_itself_however_early_it_was_killed_before()
    {
        var seed = CrashPlace.Seed(output);
        var random = new Random(seed);
        string[] stages = ["", "keys", "orggraph.db", "orggraph.db-wal"];
        for (var round = 0; round < stages.Length; round++)
        {
            using var place = new CrashPlace();
            for (var kill = 0; kill < 2; kill++)
            {
                using var starting = place.Place.Start("", ("ASPNETCORE_ENVIRONMENT", "Development"), ("ASPNETCORE_URLS", "http://127.0.0.1:0"));
                var stage = Path.Combine(place.Data, stages[round]);
                await Testing.Eventually.TrueAsync(() => Task.FromResult(starting.HasExited || Path.Exists(stage)), TimeSpan.FromMinutes(1), stage);
                await Task.Delay(random.Next(200));
                starting.Kill();
                await starting.WaitForExitAsync();
            }

            await using var server = await place.StartAsync();
            await place.CheckAsync([]);
            Assert.Contains("olivia@acme.test", await CrashPlace.ShownAsync(server), StringComparison.Ordinal);
        }
    }
}
