using System.Data;
using System.Data.Common;
using Microsoft.Data.SqlClient;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Migrations.SqlServer;

/// <summary>SQL Server: loads under SNAPSHOT isolation, writes under READ COMMITTED with every rule held by the compare-and-swap of versions.</summary>
public sealed class SqlServerDialect(string connectionString) : ISqlDialect
{
    public async Task<DbConnection> OpenReaderAsync(CancellationToken cancellation)
    {
        var connection = new SqlConnection(connectionString);
        try
        {
            await connection.OpenAsync(cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async Task<DbConnection> OpenWriterAsync(CancellationToken cancellation)
    {
        var connection = await OpenReaderAsync(cancellation);
        await using var command = connection.CreateCommand();
        // An error takes the whole transaction back, and who waits for another's rows is told so in two seconds. DELAYED_DURABILITY is off by default: a commit is on disk.
        command.CommandText = "SET XACT_ABORT ON; SET LOCK_TIMEOUT 2000";
        await command.ExecuteNonQueryAsync(cancellation);
        return connection;
    }

    public Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellation) =>
        BeginAsync(connection, IsolationLevel.ReadCommitted, cancellation);

    public Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellation) =>
        BeginAsync(connection, IsolationLevel.Snapshot, cancellation);

    // The range stays locked from the update on, so that of two who insert one key the second updates. MERGE does not promise that without the same hints.
    public string Upsert(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key)
    {
        var updates = columns.Except(key).ToList();
        return updates.Count == 0
            ? $"IF NOT EXISTS (SELECT 1 FROM {table} WITH (UPDLOCK, HOLDLOCK) WHERE {Same(key)}) {Insert(table, columns)}"
            : $"UPDATE {table} WITH (UPDLOCK, HOLDLOCK) SET {string.Join(", ", updates.Select(column => $"{column} = @{column}"))} WHERE {Same(key)}; IF @@ROWCOUNT = 0 {Insert(table, columns)}";
    }

    public string UpsertMax(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key, string maxColumn) =>
        $"UPDATE {table} WITH (UPDLOCK, HOLDLOCK) SET {maxColumn} = CASE WHEN {maxColumn} < @{maxColumn} THEN @{maxColumn} ELSE {maxColumn} END WHERE {Same(key)}; "
        + $"IF @@ROWCOUNT = 0 {Insert(table, columns)}";

    public string Limited(string select, string orderBy) => $"{select} ORDER BY {orderBy} OFFSET 0 ROWS FETCH NEXT @limit ROWS ONLY";

    public string Counted(string table) => $"{table} WITH (UPDLOCK, HOLDLOCK)";

    public bool IsUniqueViolation(DbException exception) => exception is SqlException { Number: 2601 or 2627 };

    public bool IsTransient(DbException exception) => exception is SqlException failure && SqlServerErrors.AreTransient(failure);

    public bool IsPassing(DbException exception) => exception is SqlException failure && SqlServerErrors.ArePassing(failure);

    private static async Task<DbTransaction> BeginAsync(DbConnection connection, IsolationLevel isolation, CancellationToken cancellation) =>
        await connection.BeginTransactionAsync(isolation, cancellation);

    private static string Insert(string table, IReadOnlyList<string> columns) =>
        $"INSERT INTO {table} ({string.Join(", ", columns)}) VALUES ({string.Join(", ", columns.Select(column => "@" + column))})";

    private static string Same(IReadOnlyList<string> key) => string.Join(" AND ", key.Select(column => $"{column} = @{column}"));
}
