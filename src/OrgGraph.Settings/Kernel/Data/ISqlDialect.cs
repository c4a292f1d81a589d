using System.Data;
using System.Data.Common;

namespace OrgGraph.Settings.Kernel.Data;

/// <summary>What differs between database providers; implemented once for each in OrgGraph.Migrations.</summary>
public interface ISqlDialect
{
    /// <summary>An open connection for reading.</summary>
    Task<DbConnection> OpenReaderAsync(CancellationToken cancellation);

    /// <summary>The writer's own connection; commits on it are durable before they return.</summary>
    Task<DbConnection> OpenWriterAsync(CancellationToken cancellation);

    /// <summary>Begins a transaction that holds the right to write from its first statement.</summary>
    Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellation);

    /// <summary>Prepares a statement that changes rows, on the writer's connection.</summary>
    /// <param name="connection">The writer's.</param>
    /// <param name="sql">One statement; parameters as <c>@name</c>.</param>
    /// <param name="parameters">Their names, and types where the values do not tell.</param>
    IWriteStatement Prepare(DbConnection connection, string sql, IReadOnlyList<(string Name, DbType? Type)> parameters) => new CommandStatement(connection, sql, parameters);

    /// <summary>Begins a transaction in which all reads see one moment.</summary>
    Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellation);

    /// <summary>Inserts, or replaces the row with the same key.</summary>
    string Upsert(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key);

    /// <summary>Inserts, or keeps what is there and raises one column to the larger value.</summary>
    string UpsertMax(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key, string maxColumn);

    /// <summary>Completes a select with an order and a limit; the limit is the parameter <c>@limit</c>.</summary>
    string Limited(string select, string orderBy);

    /// <summary>The table as a statement names it that counts rows and inserts one by the count: nobody else may insert in between.</summary>
    string Counted(string table);

    /// <summary>A uniqueness rule of the database was violated.</summary>
    bool IsUniqueViolation(DbException exception);

    /// <summary>Worth another try: locked, lost connection, deadlock victim.</summary>
    bool IsTransient(DbException exception);

    /// <summary>Of those, what a new transaction need not wait for: whoever appends tries again at once, on what is there then.</summary>
    bool IsPassing(DbException exception);
}
