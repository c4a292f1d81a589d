using System.Data.Common;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Events;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>The writer's own connection, its transaction and its prepared commands.</summary>
internal sealed class AppendSession(ISqlDialect dialect, EventCatalog catalog) : IAsyncDisposable
{
    private readonly Dictionary<string, DbCommand> _prepared = [];
    private DbConnection? _connection;
    private DbTransaction? _transaction;

    public async Task BeginAsync(CancellationToken cancellation)
    {
        _connection ??= await dialect.OpenWriterAsync(cancellation);
        _transaction = await dialect.BeginWriteAsync(_connection, cancellation);
    }

    /// <summary>Takes the organization from the version that was seen to a newer one; false when another process was faster.</summary>
    public async Task<bool> AdvanceAsync(Guid organizationId, int seen, int version, CancellationToken cancellation)
    {
        var command = Prepared("UPDATE Organizations SET Version = @version WHERE Id = @id AND Version = @seen", "version", "id", "seen");
        command.Parameters[0].Value = version;
        command.Parameters[1].Value = organizationId;
        command.Parameters[2].Value = seen;
        return await command.ExecuteNonQueryAsync(cancellation) == 1;
    }

    /// <summary>Makes a new organization.</summary>
    public Task CreateAsync(Guid organizationId, int version, NameClaim name, DateTimeOffset now, CancellationToken cancellation) =>
        InsertAsync(OrganizationRow.Table, new OrganizationRow
        {
            Id = organizationId,
            Version = version,
            Epoch = 0,
            Name = name.Name,
            NormalizedName = name.NormalizedName,
            CreatedAt = now,
        }, cancellation);

    /// <summary>Writes what one decision changes, but for the organization's version.</summary>
    /// <returns>False when the decision is void: something that it required was gone.</returns>
    public async Task<bool> WriteAsync(Decision decision, bool isNew, Guid appendId, CancellationToken cancellation)
    {
        var changes = decision.Changes;
        if (changes.Name is { } name && !isNew)
        {
            await RenameAsync(decision.Before.OrganizationId, name, cancellation);
        }

        foreach (var change in changes.Side)
        {
            if (!await WriteAsync(change, cancellation))
            {
                return false;
            }
        }

        foreach (var (table, row) in changes.Rows)
        {
            await UpsertAsync(table, row, cancellation);
        }

        foreach (var happened in changes.Events)
        {
            await InsertAsync(EventRow.Table, catalog.ToRow(happened, appendId), cancellation);
        }

        return true;
    }

    public async Task WriteUsageAsync(IEnumerable<UsageRow> rows, CancellationToken cancellation)
    {
        var table = UsageRow.Table;
        foreach (var row in rows)
        {
            await RunAsync(table, dialect.UpsertMax(table.Name, [.. table.Columns.Select(column => column.Name)], table.Key, nameof(UsageRow.LastUsedAt)), row, cancellation);
        }
    }

    public async Task<bool> WriteAsync(SideChange change, CancellationToken cancellation)
    {
        switch (change)
        {
            case SideChange.Insert insert:
                await InsertAsync(insert.Table, insert.Row, cancellation);
                return true;
            case SideChange.Upsert upsert:
                await UpsertAsync(upsert.Table, upsert.Row, cancellation);
                return true;
            case SideChange.Delete delete:
                return await DeleteAsync(delete, cancellation) > 0 || !delete.IsRequired;
            default:
                throw new InvalidOperationException($"Unknown change {change.GetType().Name}.");
        }
    }

    public async Task CommitAsync(CancellationToken cancellation)
    {
        await _transaction!.CommitAsync(cancellation);
        await EndAsync();
    }

    /// <summary>Takes everything back. The connection is opened anew when even that fails.</summary>
    public async Task RollbackAsync()
    {
        try
        {
            if (_transaction is not null)
            {
                await _transaction.RollbackAsync(CancellationToken.None);
            }

            await EndAsync();
        }
        catch (Exception)
        {
            await DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var command in _prepared.Values)
        {
            await command.DisposeAsync();
        }

        _prepared.Clear();
        _transaction = null;
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
            _connection = null;
        }
    }

    private async Task EndAsync()
    {
        if (_transaction is not null)
        {
            await _transaction.DisposeAsync();
            _transaction = null;
        }
    }

    private async Task RenameAsync(Guid organizationId, NameClaim name, CancellationToken cancellation)
    {
        var command = Prepared("UPDATE Organizations SET Name = @name, NormalizedName = @normalized WHERE Id = @id", "name", "normalized", "id");
        command.Parameters[0].Value = name.Name;
        command.Parameters[1].Value = name.NormalizedName;
        command.Parameters[2].Value = organizationId;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private async Task<int> DeleteAsync(SideChange.Delete delete, CancellationToken cancellation)
    {
        var where = string.Join(" AND ", delete.Where.Select(condition => $"{condition.Column} = @{condition.Column}"));
        var command = Prepared($"DELETE FROM {delete.Table.Name} WHERE {where}", [.. delete.Where.Select(condition => condition.Column)]);
        for (var i = 0; i < delete.Where.Length; i++)
        {
            command.Parameters[i].Value = delete.Where[i].Value;
        }

        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private Task InsertAsync(RowTable table, object row, CancellationToken cancellation) => RunAsync(table, table.InsertSql, row, cancellation);

    private Task UpsertAsync(RowTable table, object row, CancellationToken cancellation) =>
        RunAsync(table, dialect.Upsert(table.Name, [.. table.Columns.Select(column => column.Name)], table.Key), row, cancellation);

    private async Task RunAsync(RowTable table, string sql, object row, CancellationToken cancellation)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = NewCommand(sql);
            table.AddParameters(command);
            _prepared.Add(sql, command);
        }

        command.Transaction = _transaction;
        table.Bind(command, row);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private DbCommand Prepared(string sql, params string[] parameters)
    {
        if (!_prepared.TryGetValue(sql, out var command))
        {
            command = NewCommand(sql);
            foreach (var name in parameters)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = "@" + name;
                command.Parameters.Add(parameter);
            }

            _prepared.Add(sql, command);
        }

        command.Transaction = _transaction;
        return command;
    }

    private DbCommand NewCommand(string sql)
    {
        var command = _connection!.CreateCommand();
        command.CommandText = sql;
        return command;
    }
}
