using System.Collections.Concurrent;
using System.Data;
using System.Data.Common;
using System.Diagnostics;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>The real database, counting how often it is asked.</summary>
public sealed class CountingDialect(ISqlDialect inner) : ISqlDialect
{
    private readonly ConcurrentDictionary<string, int> _reads = new();
    private int _writes;
    private int _waiting;

    /// <summary>Connections that one request opened for reading: each look-up opens one. What runs beside the requests does not count.</summary>
    /// <param name="traceId">As its answer's <c>OrgGraph-Trace-Id</c> tells.</param>
    public int ReadsOf(string traceId) => _reads.GetValueOrDefault(traceId);

    /// <summary>Transactions begun for writing.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>No connection can be opened for reading, as when the database is away.</summary>
    public bool IsDown { get; set; }

    /// <summary>Set: whoever opens a connection for reading waits for it, as when the database is slow.</summary>
    public Task? Pause { get; set; }

    /// <summary>How many requests wait so.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    public async Task<DbConnection> OpenReaderAsync(CancellationToken cancellation)
    {
        // What runs beside the requests belongs to no trace.
        var requests = 0;
        if (Activity.Current is { } request)
        {
            requests = 1;
            _reads.AddOrUpdate(request.TraceId.ToHexString(), 1, (_, reads) => reads + 1);
        }

        if (Pause is { } pause)
        {
            Interlocked.Add(ref _waiting, requests);
            try
            {
                await pause.WaitAsync(cancellation);
            }
            finally
            {
                Interlocked.Add(ref _waiting, -requests);
            }
        }

        return await (IsDown ? Task.FromException<DbConnection>(new AwayException()) : inner.OpenReaderAsync(cancellation));
    }

    public Task<DbConnection> OpenWriterAsync(CancellationToken cancellation) => inner.OpenWriterAsync(cancellation);

    public Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellation)
    {
        Interlocked.Increment(ref _writes);
        return inner.BeginWriteAsync(connection, cancellation);
    }

    public IWriteStatement Prepare(DbConnection connection, string sql, IReadOnlyList<(string Name, DbType? Type)> parameters) => inner.Prepare(connection, sql, parameters);

    public Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellation) => inner.BeginReadAsync(connection, cancellation);

    public string Upsert(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key) => inner.Upsert(table, columns, key);

    public string UpsertMax(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key, string maxColumn) => inner.UpsertMax(table, columns, key, maxColumn);

    public string Limited(string select, string orderBy) => inner.Limited(select, orderBy);

    public string Counted(string table) => inner.Counted(table);

    public bool IsUniqueViolation(DbException exception) => inner.IsUniqueViolation(exception);

    public bool IsTransient(DbException exception) => inner.IsTransient(exception);

    public bool IsPassing(DbException exception) => inner.IsPassing(exception);

    // No provider's own: each must take it for one that does not pass by itself.
    private sealed class AwayException() : DbException("The database is away.");
}
