using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Migrations.Sqlite;

/// <summary>SQLite in WAL mode, with every commit synced before it is acknowledged.</summary>
public sealed class SqliteDialect(string connectionString) : ISqlDialect
{
    // What a writer waits for another process's transaction; the provider's own default blocks a thread for 30 s.
    private const int BusyTimeoutMilliseconds = 2000;
    // Of the log. The server copies it into the file long before (SqliteCheckpoints): a commit has to do it only when that cannot.
    private const int AutoCheckpointPages = 4000;
    private const int WritesBetweenCheckpoints = 8;
    // Credentials are found by their hashes: each new one changes a page of its own somewhere in that index.
    private const int WriterCacheKibibytes = 8 * 1024;
    private const int ConstraintUnique = 2067;
    private const int ConstraintPrimaryKey = 1555;
    private const int Busy = 5;
    private const int Locked = 6;

    private int _writes;

    /// <summary>Set when enough was written since it was reset that the log is worth being copied into the file.</summary>
    public ManualResetEventSlim CheckpointDue { get; } = new();

    public string ConnectionString { get; } = new SqliteConnectionStringBuilder(connectionString)
    {
        Pooling = true,
        DefaultTimeout = BusyTimeoutMilliseconds / 1000,
        ForeignKeys = false,
    }.ToString();

    public async Task<DbConnection> OpenReaderAsync(CancellationToken cancellation)
    {
        var connection = new SqliteConnection(ConnectionString);
        await connection.OpenAsync(cancellation);
        Run(connection, $"PRAGMA busy_timeout={BusyTimeoutMilliseconds}; PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA mmap_size=0");
        return connection;
    }

    public async Task<DbConnection> OpenWriterAsync(CancellationToken cancellation)
    {
        var connection = (SqliteConnection)await OpenReaderAsync(cancellation);
        Run(connection, $"PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA wal_autocheckpoint={AutoCheckpointPages}; PRAGMA cache_size=-{WriterCacheKibibytes}");
        return connection;
    }

    public Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellation)
    {
        if (Interlocked.Increment(ref _writes) % WritesBetweenCheckpoints == 0)
        {
            CheckpointDue.Set();
        }

        return Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: false));
    }

    public IWriteStatement Prepare(DbConnection connection, string sql, IReadOnlyList<(string Name, DbType? Type)> parameters) =>
        new SqliteStatement((SqliteConnection)connection, sql, [.. parameters.Select(parameter => parameter.Name)]);

    public Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellation) =>
        Task.FromResult<DbTransaction>(((SqliteConnection)connection).BeginTransaction(deferred: true));

    public string Upsert(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key)
    {
        var updates = columns.Except(key).Select(column => $"{column} = excluded.{column}").ToList();
        return $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(column => "@" + column))}) ON CONFLICT ({string.Join(", ", key)}) DO "
            + (updates.Count == 0 ? "NOTHING" : "UPDATE SET " + string.Join(", ", updates));
    }

    public string UpsertMax(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key, string maxColumn) =>
        $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(column => "@" + column))}) "
        + $"ON CONFLICT ({string.Join(", ", key)}) DO UPDATE SET {maxColumn} = MAX({maxColumn}, excluded.{maxColumn})";

    public string Limited(string select, string orderBy) => $"{select} ORDER BY {orderBy} LIMIT @limit";

    // There is one writer at a time.
    public string Counted(string table) => table;

    public bool IsUniqueViolation(DbException exception) =>
        exception is SqliteException { SqliteExtendedErrorCode: ConstraintUnique or ConstraintPrimaryKey };

    public bool IsTransient(DbException exception) => exception is SqliteException { SqliteErrorCode: Busy or Locked };

    // Another process has held the lock for two seconds: a second try would wait as long again.
    public bool IsPassing(DbException exception) => false;

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
