using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>When the line to the database is cut.</summary>
public enum CutAt
{
    /// <summary>The commit does not arrive.</summary>
    Before,

    /// <summary>It is done, and its answer is lost.</summary>
    After,
}

/// <summary>The real database at the end of a line that is cut, on request, in the middle of commits that hold events.</summary>
/// <param name="inner">The real one.</param>
/// <param name="isPassing">Whether the server is to take a cut for one after which it may try again at once: as on SQL Server a lost connection is, and a timeout is not.</param>
public sealed class CutLine(ISqlDialect inner, bool isPassing) : ISqlDialect
{
    private int _cuts;
    private int _held;
    private volatile bool _isAway;

    /// <summary>Where in a commit.</summary>
    public CutAt At { get; set; }

    /// <summary>How many of the commits that begin from now on are cut.</summary>
    public int Cuts
    {
        get => Volatile.Read(ref _cuts);
        set => Volatile.Write(ref _cuts, value);
    }

    /// <summary>Once cut, it stays so, until it is mended.</summary>
    public bool StaysCut { get; set; }

    /// <summary>Set: commits wait for it.</summary>
    public Task? Hold { get; set; }

    /// <summary>How many wait so.</summary>
    public int Held => Volatile.Read(ref _held);

    public void Mend() => (StaysCut, _isAway) = (false, false);

    public Task<DbConnection> OpenReaderAsync(CancellationToken cancellation) => _isAway ? Task.FromException<DbConnection>(new LineCutException()) : inner.OpenReaderAsync(cancellation);

    public async Task<DbConnection> OpenWriterAsync(CancellationToken cancellation) => _isAway ? throw new LineCutException() : new Connection(await inner.OpenWriterAsync(cancellation));

    public async Task<DbTransaction> BeginWriteAsync(DbConnection connection, CancellationToken cancellation)
    {
        var line = (Connection)connection;
        return new Transaction(this, line, await inner.BeginWriteAsync(line.Inner, cancellation));
    }

    public Task<DbTransaction> BeginReadAsync(DbConnection connection, CancellationToken cancellation) => inner.BeginReadAsync(connection, cancellation);

    public string Upsert(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key) => inner.Upsert(table, columns, key);

    public string UpsertMax(string table, IReadOnlyList<string> columns, IReadOnlyList<string> key, string maxColumn) => inner.UpsertMax(table, columns, key, maxColumn);

    public string Limited(string select, string orderBy) => inner.Limited(select, orderBy);

    public string Counted(string table) => inner.Counted(table);

    public bool IsUniqueViolation(DbException exception) => inner.IsUniqueViolation(exception);

    public bool IsTransient(DbException exception) => exception is LineCutException || inner.IsTransient(exception);

    public bool IsPassing(DbException exception) => exception is LineCutException ? isPassing : inner.IsPassing(exception);

    private async Task CommitAsync(DbTransaction transaction, bool hasEvents, CancellationToken cancellation)
    {
        var isCut = hasEvents && Cuts > 0;
        if (hasEvents && Hold is { } hold)
        {
            Interlocked.Increment(ref _held);
            await hold.WaitAsync(cancellation);
            Interlocked.Decrement(ref _held);
        }

        if (!isCut)
        {
            await transaction.CommitAsync(cancellation);
            return;
        }

        Cuts--;
        _isAway = StaysCut;
        await (At == CutAt.After ? transaction.CommitAsync(cancellation) : transaction.RollbackAsync(cancellation));
        throw new LineCutException();
    }

    private sealed class LineCutException() : DbException("The line is cut.");

    private sealed class Transaction(CutLine line, Connection connection, DbTransaction inner) : DbTransaction
    {
        public DbTransaction Inner => inner;

        public bool HasEvents { get; set; }

        public override IsolationLevel IsolationLevel => inner.IsolationLevel;

        protected override DbConnection DbConnection => connection;

        public override void Commit() => throw new NotSupportedException();

        public override Task CommitAsync(CancellationToken cancellationToken = default) => line.CommitAsync(inner, HasEvents, cancellationToken);

        public override void Rollback() => inner.Rollback();

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Connection(DbConnection inner) : DbConnection
    {
        public DbConnection Inner => inner;

        [AllowNull]
        public override string ConnectionString { get => inner.ConnectionString; set => inner.ConnectionString = value; }

        public override string Database => inner.Database;

        public override string DataSource => inner.DataSource;

        public override string ServerVersion => inner.ServerVersion;

        public override ConnectionState State => inner.State;

        public override void ChangeDatabase(string databaseName) => inner.ChangeDatabase(databaseName);

        public override void Open() => inner.Open();

        public override void Close() => inner.Close();

        protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => throw new NotSupportedException();

        protected override DbCommand CreateDbCommand() => new Command(this, inner.CreateCommand());

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }

    private sealed class Command(Connection connection, DbCommand inner) : DbCommand
    {
        private Transaction? _transaction;

        [AllowNull]
        public override string CommandText { get => inner.CommandText; set => inner.CommandText = value; }

        public override int CommandTimeout { get => inner.CommandTimeout; set => inner.CommandTimeout = value; }

        public override CommandType CommandType { get => inner.CommandType; set => inner.CommandType = value; }

        public override bool DesignTimeVisible { get => inner.DesignTimeVisible; set => inner.DesignTimeVisible = value; }

        public override UpdateRowSource UpdatedRowSource { get => inner.UpdatedRowSource; set => inner.UpdatedRowSource = value; }

        protected override DbConnection? DbConnection { get => connection; set => throw new NotSupportedException(); }

        protected override DbParameterCollection DbParameterCollection => inner.Parameters;

        protected override DbTransaction? DbTransaction
        {
            get => _transaction;
            set => (_transaction, inner.Transaction) = ((Transaction?)value, ((Transaction?)value)?.Inner);
        }

        public override void Cancel() => inner.Cancel();

        public override void Prepare() => inner.Prepare();

        public override int ExecuteNonQuery()
        {
            if (_transaction is not null && CommandText.StartsWith("INSERT INTO Events ", StringComparison.Ordinal))
            {
                _transaction.HasEvents = true;
            }

            return inner.ExecuteNonQuery();
        }

        public override object? ExecuteScalar() => inner.ExecuteScalar();

        protected override DbParameter CreateDbParameter() => inner.CreateParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => inner.ExecuteReader(behavior);

        protected override void Dispose(bool disposing)
        {
            inner.Dispose();
            base.Dispose(disposing);
        }
    }
}
