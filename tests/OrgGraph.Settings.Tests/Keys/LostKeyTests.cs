using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Secrets;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Keys;

/// <summary>A key that is not where it should be: told clearly, and nothing is lost for it.</summary>
public sealed class LostKeyTests : OrgGraphTest
{
    private const string Query = "query($id: ID!) { runtime(organizationId: $id) { environmentVariables { value } } }";

    private string Ring => Path.Combine(App.DataDirectory, "keys");

    [Fact]
    public async Task Nothing_is_saved_under_a_key_whose_file_is_gone()
    {
        var team = await Team.FoundAsync(App);
        var runner = await RunnerAsync(team);
        await team.VariableAsync("A", "kept");
        var version = await team.VersionAsync();
        var file = Assert.Single(Directory.GetFiles(Ring, "kek-*.key"));
        File.Move(file, file + ".away");

        Assert.Equal("{\"status\":\"unhealthy\",\"checks\":{\"database\":\"healthy\",\"keyRing\":\"unhealthy\"}}", await ReadyAsync(App, HttpStatusCode.ServiceUnavailable));
        var saved = await team.Owner.Client.SendMutationAsync("setEnvironmentVariable", new { organizationId = team.Id, name = "B", value = "lost" });
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "UNAVAILABLE"), (saved.Status, Assert.Single(saved.Codes)));
        Assert.DoesNotContain(App.DataDirectory, saved.Text, StringComparison.Ordinal);
        Assert.Contains(App.Logs.Lines, line => line.Contains("is missing. Secrets under it cannot be read: restore the file", StringComparison.Ordinal));
        Assert.Equal(version, await team.VersionAsync());
        Assert.Contains("\"kept\"", (await runner.SendAsync(Query, new { id = team.Id })).Text, StringComparison.Ordinal);

        File.Move(file + ".away", file);
        await ReadyAsync(App, HttpStatusCode.OK);
        await team.VariableAsync("B", "saved");
        Assert.Contains("\"saved\"", (await runner.SendAsync(Query, new { id = team.Id })).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Server_says_which_key_is_missing_and_all_reads_again_when_it_is_back()
    {
        var team = await Team.FoundAsync(App);
        var runner = await RunnerAsync(team);
        await team.VariableAsync("A", "kept");
        var lost = App.Services.GetRequiredService<KeyRing>().NewestKeyId;
        var list = await File.ReadAllBytesAsync(Path.Combine(Ring, "ring.list"));

        // Another process took the key out of the ring, as nobody should.
        var ring = KeyRing.Open(Ring);
        ring.AddEncryptionKey();
        ring.Retire(lost, _ => 0);
        await using (var there = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock))
        {
            await ReadyAsync(there, HttpStatusCode.ServiceUnavailable);
            Assert.Contains(there.Logs.Lines, line => line.Contains($"stored secrets are under the key '{lost}', which is not at hand", StringComparison.Ordinal));
            var refused = await there.With(runner.Credential!).SendAsync(Query, new { id = team.Id });
            Assert.Equal(["UNAVAILABLE"], refused.Codes);
            Assert.DoesNotContain(lost, refused.Text, StringComparison.Ordinal);
            Assert.Contains(there.Logs.Lines, line => line.Contains($"its key-encryption key '{lost}' is not in the key ring. The secret is whole.", StringComparison.Ordinal));

            File.Move(Path.Combine(Ring, lost + ".retired"), Path.Combine(Ring, lost + ".key"));
            await File.WriteAllBytesAsync(Path.Combine(Ring, "ring.list"), list);
            await ReadyAsync(there, HttpStatusCode.OK);
            Assert.Contains("\"kept\"", (await there.With(runner.Credential!).SendAsync(Query, new { id = team.Id })).Text, StringComparison.Ordinal);
            Assert.Contains(there.Logs.Lines, line => line.Contains("The key ring is usable again", StringComparison.Ordinal));
        }
    }

    private static async Task<Client> RunnerAsync(Team team) => (await team.AccountAsync("Runner", [team.Viewers], Team.Right("RESOLVE_SECRETS", "ORGANIZATION"))).Client;

    private static async Task<string> ReadyAsync(OrgGraphApp app, HttpStatusCode expected)
    {
        using var answer = await app.Http.GetAsync("/health/ready");
        Assert.Equal(expected, answer.StatusCode);
        return await answer.Content.ReadAsStringAsync();
    }
}
