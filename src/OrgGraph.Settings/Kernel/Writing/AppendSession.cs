using System.Data.Common;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Events;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>The writer's own connection, its transaction and its prepared commands.</summary>
internal sealed class AppendSession(ISqlDialect dialect, EventCatalog catalog) : IAsyncDisposable
{
    private readonly Dictionary<string, DbCommand> _prepared = [];
    private readonly Dictionary<RowTable, string> _upserts = [];
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
    /// <returns>What makes the decision void: something that it required was gone, or a limit is reached; null when all is written.</returns>
    public async Task<SideChange?> WriteAsync(Decision decision, bool isNew, Guid appendId, CancellationToken cancellation)
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
                return change;
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

        return null;
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
            case SideChange.Archive archive:
                await ArchiveAsync(archive, cancellation);
                return true;
            case SideChange.Take take:
                return take.Allowance.IsUnlimited || await TakeAsync(take, cancellation) == 1;
            default:
                throw new InvalidOperationException($"Unknown change {change.GetType().Name}.");
        }
    }

    /// <summary>Where the organization's audit log ends; null when it has none.</summary>
    public async Task<AuditHeadRow?> FindAuditHeadAsync(Guid organizationId, CancellationToken cancellation)
    {
        var command = Prepared($"SELECT {AuditHeadRow.Table.SelectList} FROM AuditHeads WHERE OrganizationId = @id", "id");
        command.Parameters[0].Value = organizationId;
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? AuditHeadRow.Table.Read(reader) : null;
    }

    /// <summary>Moves the end of an audit log; false when it is not where it was seen.</summary>
    public async Task<bool> MoveAuditHeadAsync(AuditHeadRow head, long? seen, CancellationToken cancellation)
    {
        if (seen is null)
        {
            await InsertAsync(AuditHeadRow.Table, head, cancellation);
            return true;
        }

        var command = Prepared(
            "UPDATE AuditHeads SET Sequence = @sequence, Hash = @hash, PepperId = @pepper, Seal = @seal WHERE OrganizationId = @id AND Sequence = @seen",
            "sequence",
            "hash",
            "pepper",
            "seal",
            "id",
            "seen");
        object[] values = [head.Sequence, head.Hash, head.PepperId, head.Seal, head.OrganizationId, seen.Value];
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        return await command.ExecuteNonQueryAsync(cancellation) == 1;
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

    private async Task ArchiveAsync(SideChange.Archive archive, CancellationToken cancellation)
    {
        var command = Prepared("UPDATE Organizations SET ArchivedAt = @at WHERE Id = @id", "at", "id");
        command.Parameters[0].Value = archive.At is { } at ? at.ToUnixTimeMilliseconds() : DBNull.Value;
        command.Parameters[1].Value = archive.OrganizationId;
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

    private async Task<int> TakeAsync(SideChange.Take take, CancellationToken cancellation)
    {
        var parameters = take.Allowance.TakeParameters(take.Now);
        var command = Prepared(Allowance.TakeSql(dialect), [.. parameters.Select(parameter => parameter.Name)]);
        for (var i = 0; i < parameters.Length; i++)
        {
            command.Parameters[i].Value = parameters[i].Value;
        }

        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private Task InsertAsync(RowTable table, object row, CancellationToken cancellation) => RunAsync(table, table.InsertSql, row, cancellation);

    private Task UpsertAsync(RowTable table, object row, CancellationToken cancellation)
    {
        if (!_upserts.TryGetValue(table, out var sql))
        {
            _upserts.Add(table, sql = dialect.Upsert(table.Name, [.. table.Columns.Select(column => column.Name)], table.Key));
        }

        return RunAsync(table, sql, row, cancellation);
    }

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
