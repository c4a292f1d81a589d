using System.Data;
using System.Data.Common;

namespace OrgGraph.Settings.Kernel.Data;

/// <summary>A statement of the writer's that is prepared once and run often, with other values each time.</summary>
public interface IWriteStatement : IAsyncDisposable
{
    /// <summary>Runs it within the connection's open transaction.</summary>
    /// <param name="values">One for each parameter, in their order: <see cref="Guid"/>, <see cref="string"/>, <see cref="int"/>, <see cref="long"/>, <see cref="bool"/>, bytes, or <see cref="DBNull"/>.</param>
    /// <param name="transaction">The open transaction.</param>
    /// <param name="cancellation">Ends the waiting for a database elsewhere.</param>
    /// <returns>How many rows it changed.</returns>
    /// <exception cref="DbException">It failed; the transaction must be taken back.</exception>
    Task<int> RunAsync(ReadOnlyMemory<object> values, DbTransaction transaction, CancellationToken cancellation);
}

/// <summary>A statement as a provider's command.</summary>
internal sealed class CommandStatement : IWriteStatement
{
    private readonly DbCommand _command;

    public CommandStatement(DbConnection connection, string sql, IReadOnlyList<(string Name, DbType? Type)> parameters)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        foreach (var (name, type) in parameters)
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = "@" + name;
            if (type is { } known)
            {
                parameter.DbType = known;
            }

            _command.Parameters.Add(parameter);
        }
    }

    public Task<int> RunAsync(ReadOnlyMemory<object> values, DbTransaction transaction, CancellationToken cancellation)
    {
        _command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            _command.Parameters[i].Value = values.Span[i];
        }

        return _command.ExecuteNonQueryAsync(cancellation);
    }

    public ValueTask DisposeAsync() => _command.DisposeAsync();
}
