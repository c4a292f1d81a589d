using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Live;

/// <summary>A second server reads an organization while the first appends to it without a pause: each copy is one version, whole.</summary>
public sealed class ReadsInBurstTests : OrgGraphTest
{
    private const string Variables = "query($id: ID!) { organization(id: $id) { version environmentVariables { nodes { name version } } } }";
    private const int Loads = 3;
    private const int CatchUps = 30;

    // Each append changes both variables and nothing else, so both must have the version of the organization.
    [Fact]
    public async Task Whole_when_loaded_and_when_caught_up()
    {
        var olivia = await App.OliviaAsync();
        await AppendAsync(olivia, 0);
        using var ending = new CancellationTokenSource();
        var appended = 0;
        var appending = Task.Run(async () =>
        {
            for (var i = 1; !ending.IsCancellationRequested; i++)
            {
                Volatile.Write(ref appended, await AppendAsync(olivia, i));
            }
        });
        try
        {
            for (var load = 1; load <= Loads; load++)
            {
                await using var there = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock, firstId: load * 1_000_000);
                var reader = await there.OliviaAsync();
                var seen = await ReadAsync(reader, 0);
                for (var i = 0; i < CatchUps; i++)
                {
                    await Eventually.TrueAsync(() => Volatile.Read(ref appended) > seen || appending.IsCompleted);
                    seen = await ReadAsync(reader, Volatile.Read(ref appended));
                }
            }
        }
        finally
        {
            await ending.CancelAsync();
            await appending;
        }
    }

    private async Task<int> AppendAsync(Client olivia, int i) =>
        (await olivia.MutateAsync("importEnvironmentVariables", new { organizationId = App.Acme, dotenv = $"FIRST={i}\nSECOND={i}" })).Version!.Value;

    // It catches up first when a version is named that it has not.
    private async Task<int> ReadAsync(Client reader, int atLeast)
    {
        var answer = await reader.SendAsync(Variables, new { id = App.Acme }, ("OrgGraph-Min-Version", $"{App.Acme}={atLeast}"));
        Assert.Null(answer.Errors);
        var organization = answer.Data.GetProperty("organization");
        var version = organization.GetProperty("version").GetInt32();
        Assert.True(version >= atLeast);
        Assert.Equal(
            [("FIRST", version), ("SECOND", version)],
            organization.GetProperty("environmentVariables").GetProperty("nodes").EnumerateArray().Select(node => (node.GetProperty("name").GetString()!, node.GetProperty("version").GetInt32())).Order());
        return version;
    }
}
