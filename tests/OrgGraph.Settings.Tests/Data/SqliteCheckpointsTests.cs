using System.Text;
using Microsoft.Extensions.Logging;
using OrgGraph.Migrations.Sqlite;
using OrgGraph.Server.Database;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Data;

/// <summary>SQLite's log is copied into the database file beside the writer, long before a commit would have to do it.</summary>
[Trait("Category", "Sqlite")]
public sealed class SqliteCheckpointsTests : OrgGraphTest
{
    [Fact]
    public async Task Changes_arrive_in_the_file_while_the_server_runs()
    {
        var olivia = await App.OliviaAsync();
        for (var i = 0; i < 20; i++)
        {
            await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = $"Copied {i}." });
        }

        // Not one of the first that are written: those may be copied when the server starts.
        await Eventually.TrueAsync(() => FileHolds("Copied 10."), TimeSpan.FromSeconds(20), "the change in the database file");
    }

    [Fact]
    public async Task Failure_is_told_and_keeps_nobody_from_stopping()
    {
        using var logs = new CapturingLogs();
        using var factory = LoggerFactory.Create(builder => builder.AddProvider(logs));
        var dialect = new SqliteDialect($"Data Source={Path.Combine(App.DataDirectory, "no such folder", "orggraph.db")}");
        using var checkpoints = new SqliteCheckpoints(dialect, factory.CreateLogger<SqliteCheckpoints>());
        await checkpoints.StartAsync(CancellationToken.None);

        dialect.CheckpointDue.Set();

        await Eventually.TrueAsync(() => logs.Lines.Any(line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("unable to open database file", StringComparison.Ordinal)));
        await checkpoints.StopAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
    }

    private async Task<bool> FileHolds(string text)
    {
        await using var file = new FileStream(Path.Combine(App.DataDirectory, "orggraph.db"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        var count = await file.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes.AsSpan(0, count).IndexOf(Encoding.UTF8.GetBytes(text)) >= 0;
    }
}
