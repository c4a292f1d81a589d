using System.Text.Json;
using Microsoft.Data.SqlClient;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.SqlServer.Tests;

/// <summary>What can happen to an append on SQL Server: its commit's answer is lost, it is a deadlock's victim, another node reads meanwhile.</summary>
public sealed class ConcurrencyTests(Engine engine) : IClassFixture<Engine>
{
    private const int Reads = 30;

    [SkippableFact]
    public async Task Done_once_when_the_connection_is_lost_in_mid_commit()
    {
        using var database = engine.NewDatabase();
        await using var proxy = new CuttingProxy(database.ConnectionString);
        await using var node = await database.StartAsync(proxy.ConnectionString);
        var olivia = await node.SignInAsync("olivia@acme.test");
        var acme = await node.AcmeAsync(olivia);
        var before = await VersionAsync(node, olivia, acme);

        proxy.Arm();
        var made = await MakeAsync(node, olivia, acme, "Once");
        var next = await MakeAsync(node, olivia, acme, "Next");

        Assert.Equal(1, proxy.Cuts);
        Assert.Equal((before + 1, before + 2), (VersionOf(made), VersionOf(next)));
        await AssertWrittenAsync(database, acme, before + 2, ["Once", "Next"]);
    }

    [SkippableFact]
    public async Task Done_once_or_not_at_all_when_it_is_in_a_deadlock()
    {
        using var database = engine.NewDatabase();
        await using var node = await database.StartAsync();
        var olivia = await node.SignInAsync("olivia@acme.test");
        var acme = await node.AcmeAsync(olivia);
        await MakeAsync(node, olivia, acme, "First");
        var before = await VersionAsync(node, olivia, acme);
        await using var other = await database.OpenAsync();
        await using var watching = await database.OpenAsync();
        var spid = await NumberAsync(other, "SELECT CAST(@@SPID AS int)");

        // Without parameters: with them both would be forgotten at the statement's end.
        await RunAsync(other, "SET DEADLOCK_PRIORITY HIGH; BEGIN TRANSACTION");
        await RunAsync(other, "UPDATE AuditHeads SET Hash = Hash WHERE OrganizationId = @id", acme);
        var sending = MakeAsync(node, olivia, acme, "Victim");
        await Eventually.TrueAsync(
            async () => await NumberAsync(watching, $"SELECT COUNT(*) FROM sys.dm_exec_requests WHERE blocking_session_id = {spid}") > 0, TimeSpan.FromSeconds(5), "the append waits for the audit log");
        // Returns when the append was made the victim, or has waited long enough.
        await RunAsync(other, "UPDATE Organizations SET Name = Name WHERE Id = @id", acme);
        await RunAsync(other, "ROLLBACK");
        var answer = await sending;
        var next = await MakeAsync(node, olivia, acme, "Next");

        var isDone = VersionOf(answer) is not null;
        Assert.True(isDone || answer.GetRawText().Contains("Nothing was changed.", StringComparison.Ordinal), answer.GetRawText());
        Assert.Equal(before + (isDone ? 2 : 1), VersionOf(next));
        await AssertWrittenAsync(database, acme, before + (isDone ? 2 : 1), isDone ? ["First", "Victim", "Next"] : ["First", "Next"]);
    }

    // Each append changes both variables and nothing else, so both must have the version of the organization.
    [SkippableFact]
    public async Task Copy_is_one_version_whole_when_it_is_read_in_a_burst_of_appends()
    {
        using var database = engine.NewDatabase();
        await using var here = await database.StartAsync();
        var olivia = await here.SignInAsync("olivia@acme.test");
        var acme = await here.AcmeAsync(olivia);
        var appended = await AppendAsync(here, olivia, acme, 0);
        using var ending = new CancellationTokenSource();
        var appending = Task.Run(async () =>
        {
            for (var i = 1; !ending.IsCancellationRequested; i++)
            {
                Volatile.Write(ref appended, await AppendAsync(here, olivia, acme, i));
            }
        });
        try
        {
            await using var there = await database.StartAsync();
            var seen = await ReadWholeAsync(there, olivia, acme, 0);
            for (var i = 0; i < Reads; i++)
            {
                await Eventually.TrueAsync(() => Volatile.Read(ref appended) > seen || appending.IsCompleted);
                seen = await ReadWholeAsync(there, olivia, acme, Volatile.Read(ref appended));
            }
        }
        finally
        {
            await ending.CancelAsync();
            await appending;
        }
    }

    private static async Task<JsonElement> MakeAsync(RunningServer node, string token, string acme, string name) =>
        await node.SendAsync(token, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"{name}\"}}) {{ version errors {{ __typename }} }} }}");

    private static int? VersionOf(JsonElement answer) =>
        answer.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object && data.GetProperty("createProject") is { ValueKind: JsonValueKind.Object } payload
            ? payload.GetProperty("version").GetInt32() : null;

    private static async Task<int> VersionAsync(RunningServer node, string token, string acme) =>
        (await node.SendAsync(token, $"{{ organization(id: \"{acme}\") {{ version }} }}")).GetProperty("data").GetProperty("organization").GetProperty("version").GetInt32();

    private static async Task<int> AppendAsync(RunningServer node, string token, string acme, int i) =>
        (await node.SendAsync(token, $"mutation {{ importEnvironmentVariables(input: {{organizationId: \"{acme}\", dotenv: \"FIRST={i}\\nSECOND={i}\"}}) {{ version }} }}"))
            .GetProperty("data").GetProperty("importEnvironmentVariables").GetProperty("version").GetInt32();

    private static async Task<int> ReadWholeAsync(RunningServer node, string token, string acme, int atLeast)
    {
        using var request = node.Request(token, $"{{ organization(id: \"{acme}\") {{ version environmentVariables {{ nodes {{ name version }} }} }} }}");
        request.Headers.Add("OrgGraph-Min-Version", $"{acme}={atLeast}");
        using var answer = await node.Http.SendAsync(request);
        var organization = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("data").GetProperty("organization");
        var version = organization.GetProperty("version").GetInt32();
        Assert.True(version >= atLeast);
        Assert.Equal(
            [("FIRST", version), ("SECOND", version)],
            organization.GetProperty("environmentVariables").GetProperty("nodes").EnumerateArray().Select(node => (node.GetProperty("name").GetString()!, node.GetProperty("version").GetInt32())).Order());
        return version;
    }

    // Of the database itself: the version, an event for each version, and each project once.
    private static async Task AssertWrittenAsync(EngineDatabase database, string acme, int version, string[] names)
    {
        await using var connection = await database.OpenAsync();
        Assert.Equal(version, await NumberAsync(connection, "SELECT Version FROM Organizations WHERE Id = @id", acme));
        Assert.Equal(version, await NumberAsync(connection, "SELECT MAX(Version) FROM Events WHERE OrganizationId = @id", acme));
        foreach (var name in (string[])["First", "Victim", "Once", "Next"])
        {
            var times = names.Contains(name) ? 1 : 0;
            Assert.Equal(times, await NumberAsync(connection, $"SELECT COUNT(*) FROM Projects WHERE OrganizationId = @id AND Name = N'{name}'", acme));
            Assert.Equal(times, await NumberAsync(connection, $"SELECT COUNT(*) FROM Events WHERE OrganizationId = @id AND SubjectName = N'{name}'", acme));
            Assert.Equal(times, await NumberAsync(connection, $"SELECT COUNT(*) FROM AuditEntries WHERE OrganizationId = @id AND ResourceName = N'{name}'", acme));
        }
    }

    private static async Task<int> NumberAsync(SqlConnection connection, string sql, string? organization = null)
    {
        await using var command = Command(connection, sql, organization);
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task RunAsync(SqlConnection connection, string sql, string? organization = null)
    {
        await using var command = Command(connection, sql, organization);
        await command.ExecuteNonQueryAsync();
    }

    private static SqlCommand Command(SqlConnection connection, string sql, string? organization)
    {
        var command = new SqlCommand(sql, connection);
        if (organization is not null)
        {
            command.Parameters.AddWithValue("@id", GlobalId.Parse(organization, "id").Id);
        }

        return command;
    }
}
