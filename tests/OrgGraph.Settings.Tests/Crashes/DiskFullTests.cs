using System.Diagnostics;
using OrgGraph.Settings.Tests.Http;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>A full disk, and one that fails: a clear 503, reads go on, and with room again so do writes.</summary>
[Trait("Category", "Long"), Trait("Category", "Sqlite"), Collection(CrashTests.Name)]
public sealed class DiskFullTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task Full_file_system()
    {
        using var place = new CrashPlace();
        using var mount = Mounted.Small(place.Data, megabytes: 12);
        await using var server = await place.StartAsync();
        var ballast = Path.Combine(place.Data, "ballast");

        await HoldAsync(
            place,
            server,
            full: () =>
            {
                // All the room there is, to the last page.
                using var file = new FileStream(ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
                Assert.Throws<IOException>((Action)(() =>
                {
                    while (true)
                    {
                        file.Write(new byte[4096]);
                    }
                }));
                return Task.CompletedTask;
            },
            room: () => File.Delete(ballast),
            // What was written before can be written again.
            isTotal: false);
    }

    [SkippableFact]
    public async Task No_space_for_any_write()
    {
        FaultyMachine.SkipUnlessPossible();
        using var place = new CrashPlace();
        using var machine = new FaultyMachine(place.Data);
        await using var server = await place.StartAsync(machine.Environment);

        await HoldAsync(
            place,
            server,
            full: () =>
            {
                machine.WriteError = FaultyMachine.NoSpace;
                return Testing.Eventually.TrueAsync(() => Task.FromResult(machine.WritesFailed > 0), TimeSpan.FromMinutes(1), "a failed write");
            },
            room: () => machine.WriteError = 0);
    }

    [SkippableFact]
    public async Task Syncs_that_fail()
    {
        FaultyMachine.SkipUnlessPossible();
        using var place = new CrashPlace();
        using var machine = new FaultyMachine(place.Data);
        await using var server = await place.StartAsync(machine.Environment);

        await HoldAsync(
            place,
            server,
            full: () =>
            {
                machine.SyncError = FaultyMachine.InputOutput;
                return Testing.Eventually.TrueAsync(() => Task.FromResult(machine.SyncsFailed > 0), TimeSpan.FromMinutes(1), "a failed sync");
            },
            room: () => machine.SyncError = 0);
    }

    [SkippableFact]
    public async Task Reads_do_not_wait_for_a_sync_that_hangs()
    {
        FaultyMachine.SkipUnlessPossible();
        using var place = new CrashPlace();
        using var machine = new FaultyMachine(place.Data);
        await using var server = await place.StartAsync(machine.Environment);
        var token = await server.SignInAsync("olivia@acme.test");
        var acme = await server.AcmeAsync(token);
        var begun = machine.SyncsBegun;
        machine.HoldsSyncs = true;

        var writing = server.SendAsync(token, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"Late\"}}) {{ version }} }}");
        await Testing.Eventually.TrueAsync(() => Task.FromResult(machine.SyncsBegun > begun), TimeSpan.FromMinutes(1), "a sync");
        for (var i = 0; i < 100; i++)
        {
            Assert.DoesNotContain("Late", await CrashPlace.ShownAsync(server), StringComparison.Ordinal);
        }

        Assert.False(writing.IsCompleted, "It was acknowledged before it was synced.");
        machine.HoldsSyncs = false;
        Assert.True((await writing).GetProperty("data").GetProperty("createProject").GetProperty("version").GetInt32() > 0);
        Assert.Contains("Late", await CrashPlace.ShownAsync(server), StringComparison.Ordinal);
    }

    private async Task HoldAsync(CrashPlace place, RunningServer server, Func<Task> full, Action room, bool isTotal = true)
    {
        var load = new WriteLoad(CrashPlace.Seed(output));
        using var stop = new CancellationTokenSource();
        var writing = load.RunAsync(server, stop.Token);
        await load.ReachAsync(100);

        await full();
        await load.RefusedAsync(32);
        var acknowledged = load.Acknowledged.Count;
        await load.RefusedAsync(32);
        if (isTotal)
        {
            Assert.Equal(acknowledged, load.Acknowledged.Count);
        }

        var reads = Stopwatch.StartNew();
        while (reads.Elapsed < Settings.Kernel.Snapshots.SnapshotStore.UnconfirmedLimit + TimeSpan.FromSeconds(1))
        {
            await CrashPlace.ShownAsync(server);
        }

        room();
        await load.ReachAsync(100);
        await stop.CancelAsync();
        await writing;
        Assert.Empty(load.Wrong);
        var (due, _) = await place.CheckMailsAsync();
        var figures = await place.CheckAsync(load.Acknowledged);
        var shown = await CrashPlace.ShownAsync(server);
        await server.KillAsync();
        await using (var again = await place.StartAsync())
        {
            await place.CheckAsync(load.Acknowledged);
            Assert.Equal(shown, await CrashPlace.ShownAsync(again));
        }

        output.WriteLine(
            $"{acknowledged} mutations acknowledged before, {figures.Acknowledged - acknowledged} after {load.Refused} were refused with 503; all found, {figures.Unheard} more there whole, "
            + $"{figures.Versions} versions without gap, {due} mails due and found.");
    }
}
