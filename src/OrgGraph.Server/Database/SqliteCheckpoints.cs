using Microsoft.Data.Sqlite;
using OrgGraph.Migrations.Sqlite;

namespace OrgGraph.Server.Database;

/// <summary>
/// Copies what commits left in SQLite's log into the database file, beside the writer and without stopping it. A commit that does it,
/// as SQLite has it unless told otherwise, makes all who wait for that commit wait for the copy and for two more syncs.
/// </summary>
internal sealed class SqliteCheckpoints(SqliteDialect dialect, ILogger<SqliteCheckpoints> log) : IHostedService, IDisposable
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own: it waits for the disk most of the time, and requests need those of the pool.
        _running = Task.Factory.StartNew(Run, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public void Dispose() => _stopping.Dispose();

    private void Run()
    {
        try
        {
            while (true)
            {
                dialect.CheckpointDue.Wait(_stopping.Token);
                dialect.CheckpointDue.Reset();
                if (!TryCheckpoint())
                {
                    _stopping.Token.WaitHandle.WaitOne(AfterFailure);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping: what is left in the log is read from there at the next start.
        }
    }

    // Passive: who reads or writes meanwhile is not waited for, and does not wait.
    private bool TryCheckpoint()
    {
        try
        {
            using var connection = (SqliteConnection)dialect.OpenWriterAsync(CancellationToken.None).GetAwaiter().GetResult();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA wal_checkpoint(PASSIVE)";
            command.ExecuteNonQuery();
            return true;
        }
        catch (SqliteException e)
        {
            log.LogWarning("The database's log could not be copied into its file, and that is tried again: {Reason} Nothing is lost: what was committed is in the log.", e.Message);
            return false;
        }
    }
}
