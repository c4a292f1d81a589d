using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using OrgGraph.Migrations.Sqlite;

namespace OrgGraph.Server.Database;

/// <summary>
/// SQLite. EF Core is woken only when a migration is pending: building its model takes longer than all the rest of the start.
/// </summary>
internal sealed class SqliteStart(ServerSetup setup, SqliteRestore restore, ILogger<SqliteStart> log) : DatabaseStart
{
    private const int Busy = 5;
    private const int ReadOnly = 8;
    private static readonly Version OldestNative = new(3, 51, 3);
    // Not read from the migrations' attributes: that alone would wake EF Core.
    private static readonly string[] Known = SqliteMigrations.Ids;

    public override string Newest => Known[^1];

    public override void Prepare(bool migrate)
    {
        try
        {
            using var connection = new SqliteConnection(new SqliteDialect(setup.ConnectionString).ConnectionString);
            connection.Open();
            CheckNative(connection);
            var applied = Applied(connection);
            if (applied.Except(Known).FirstOrDefault() is { } newer)
            {
                throw new StartRefusedException($"The database was migrated by a newer release (migration {newer}). Start that release, or restore a backup of this one.");
            }

            if (applied.Count < Known.Length)
            {
                if (!migrate)
                {
                    throw new StartRefusedException($"{Known.Length - applied.Count} migrations are pending: run `database migrate`, or set OrgGraph__Database__MigrateOnStart=true.");
                }

                Migrate();
            }

            CheckDurability(connection);
            restore.Finish(connection);
        }
        catch (SqliteException e)
        {
            throw new StartRefusedException($"The database cannot be opened or migrated: {e.Message}");
        }
    }

    // One process migrates, others wait for its lock; the operating system lets go of the lock of a process that dies.
    private void Migrate()
    {
        using var gate = Lock();
        using var connection = new SqliteConnection(setup.ConnectionString);
        connection.Open();
        if (Applied(connection).Count == Known.Length)
        {
            return;
        }

        // A killed process leaves EF Core's own lock row, and every later start would wait for it for ever.
        Run(connection, "DROP TABLE IF EXISTS __EFMigrationsLock");
        connection.Close();
        using var context = new SqliteContext(new DbContextOptionsBuilder<SqliteContext>().UseSqlite(setup.ConnectionString).Options);
        context.Database.Migrate();
        log.LogInformation("The database is migrated to {Migration}", Known[^1]);
    }

    private FileStream Lock()
    {
        var path = Path.Combine(setup.DataDirectory, "migrate.lock");
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (attempt < 600)
            {
                Thread.Sleep(100);
            }
        }
    }

    private static List<string> Applied(SqliteConnection connection)
    {
        using var exists = connection.CreateCommand();
        exists.CommandText = "SELECT COUNT(*) FROM sqlite_master WHERE name = '__EFMigrationsHistory'";
        if (Convert.ToInt64(exists.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture) == 0)
        {
            return [];
        }

        using var command = connection.CreateCommand();
        command.CommandText = "SELECT MigrationId FROM __EFMigrationsHistory";
        using var reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    // Older ones corrupt the WAL when it is reset under a second writer.
    private static void CheckNative(SqliteConnection connection)
    {
        if (Version.Parse(connection.ServerVersion) < OldestNative)
        {
            throw new StartRefusedException($"The native SQLite library is {connection.ServerVersion}; at least {OldestNative} is needed.");
        }
    }

    private void CheckDurability(SqliteConnection connection)
    {
        if (Read(connection, "PRAGMA journal_mode=WAL") != "wal")
        {
            throw new StartRefusedException("The database is not in WAL mode and cannot be brought into it: is it on a network file system?");
        }

        using var writer = new SqliteDialect(setup.ConnectionString).OpenWriterAsync(CancellationToken.None).GetAwaiter().GetResult();
        if (Read((SqliteConnection)writer, "PRAGMA synchronous") != "2")
        {
            throw new StartRefusedException("Commits would not be durable: synchronous is not FULL on the writer's connection.");
        }

        CheckWritable((SqliteConnection)writer);
    }

    // A migrated file of another user opens, reads, and refuses each change.
    private void CheckWritable(SqliteConnection writer)
    {
        try
        {
            using var transaction = writer.BeginTransaction(deferred: false);
            // On a file that is only read, SQLite begins gladly, and refuses the first change.
            Run(writer, "DELETE FROM __EFMigrationsHistory WHERE 1 = 0");
        }
        catch (SqliteException e) when (e.SqliteErrorCode == ReadOnly)
        {
            throw new StartRefusedException($"The database cannot be written: {e.Message} Its files ({new SqliteConnectionStringBuilder(setup.ConnectionString).DataSource}*) must be writable for the server's user.");
        }
        catch (SqliteException e) when (e.SqliteErrorCode == Busy)
        {
            // Another process writes, so it can be written.
        }
    }

    private static string? Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
