using System.Data.Common;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Data;

/// <summary>Reads by statement, and the few writes that are no organization's change.</summary>
internal sealed class Database(ISqlDialect dialect)
{
    public ISqlDialect Dialect => dialect;

    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> map, CancellationToken cancellation, params (string Name, object Value)[] parameters)
    {
        await using var connection = await dialect.OpenReaderAsync(cancellation);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Bind(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(map(reader));
        }

        return rows;
    }

    public Task<List<TRow>> QueryAsync<TRow>(RowTable<TRow> table, string where, CancellationToken cancellation, params (string Name, object Value)[] parameters)
        where TRow : class => QueryAsync($"SELECT {table.SelectList} FROM {table.Name} WHERE {where}", table.Read, cancellation, parameters);

    /// <summary>Runs one statement in a transaction of its own.</summary>
    /// <returns>How many rows it changed.</returns>
    public Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters) => ExecuteAsync(sql, [parameters], cancellation);

    /// <summary>Runs one statement with each of several sets of parameters, all in one transaction.</summary>
    /// <returns>How many rows they changed.</returns>
    public async Task<int> ExecuteAsync(string sql, IReadOnlyCollection<(string Name, object Value)[]> sets, CancellationToken cancellation)
    {
        await using var connection = await dialect.OpenWriterAsync(cancellation);
        await using var transaction = await dialect.BeginWriteAsync(connection, cancellation);
        var count = 0;
        foreach (var parameters in sets)
        {
            await using var command = connection.CreateCommand();
            command.Transaction = transaction;
            command.CommandText = sql;
            command.Bind(parameters);
            count += await command.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return count;
    }

    /// <summary>Writes rows that are no organization's change, all or none.</summary>
    public async Task WriteAsync(IEnumerable<SideChange> changes, CancellationToken cancellation)
    {
        await using var session = new AppendSession(dialect, new Events.EventCatalog([]));
        await session.BeginAsync(cancellation);
        foreach (var change in changes)
        {
            await session.WriteAsync(change, cancellation);
        }

        await session.CommitAsync(cancellation);
    }
}

internal static class CommandParameters
{
    public static void Bind(this DbCommand command, params (string Name, object Value)[] parameters)
    {
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            parameter.Value = value is DateTimeOffset time ? time.ToUnixTimeMilliseconds() : value;
            command.Parameters.Add(parameter);
        }
    }
}
