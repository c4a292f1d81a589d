using System.Buffers;
using System.Data;
using System.Data.Common;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Events;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>The writer's own connection, its transaction and its prepared statements.</summary>
internal sealed class AppendSession(ISqlDialect dialect, EventCatalog catalog) : IAsyncDisposable
{
    private readonly Dictionary<string, IWriteStatement> _prepared = [];
    private readonly Dictionary<RowTable, string> _upserts = [];
    private DbCommand? _auditHead;
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
        return await RunAsync(
            "UPDATE Organizations SET Version = @version WHERE Id = @id AND Version = @seen", cancellation, ("version", version), ("id", organizationId), ("seen", seen)) == 1;
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
        if (_auditHead is null)
        {
            _auditHead = _connection!.CreateCommand();
            _auditHead.CommandText = $"SELECT {AuditHeadRow.Table.SelectList} FROM AuditHeads WHERE OrganizationId = @id";
            var id = _auditHead.CreateParameter();
            id.ParameterName = "@id";
            _auditHead.Parameters.Add(id);
        }

        _auditHead.Transaction = _transaction;
        _auditHead.Parameters[0].Value = organizationId;
        await using var reader = await _auditHead.ExecuteReaderAsync(cancellation);
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

        return await RunAsync(
            "UPDATE AuditHeads SET Sequence = @sequence, Hash = @hash, PepperId = @pepper, Seal = @seal WHERE OrganizationId = @id AND Sequence = @seen",
            cancellation,
            ("sequence", head.Sequence),
            ("hash", head.Hash),
            ("pepper", head.PepperId),
            ("seal", head.Seal),
            ("id", head.OrganizationId),
            ("seen", seen.Value)) == 1;
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
        foreach (var statement in _prepared.Values)
        {
            await statement.DisposeAsync();
        }

        _prepared.Clear();
        if (_auditHead is not null)
        {
            await _auditHead.DisposeAsync();
            _auditHead = null;
        }

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

    private Task RenameAsync(Guid organizationId, NameClaim name, CancellationToken cancellation) => RunAsync(
        "UPDATE Organizations SET Name = @name, NormalizedName = @normalized WHERE Id = @id",
        cancellation,
        ("name", name.Name),
        ("normalized", name.NormalizedName),
        ("id", organizationId));

    private Task ArchiveAsync(SideChange.Archive archive, CancellationToken cancellation) => RunAsync(
        "UPDATE Organizations SET ArchivedAt = @at WHERE Id = @id",
        cancellation,
        ("at", archive.At is { } at ? at.ToUnixTimeMilliseconds() : DBNull.Value),
        ("id", archive.OrganizationId));

    private Task<int> DeleteAsync(SideChange.Delete delete, CancellationToken cancellation)
    {
        var where = string.Join(" AND ", delete.Where.Select(condition => $"{condition.Column} = @{condition.Column}"));
        return RunAsync($"DELETE FROM {delete.Table.Name} WHERE {where}", cancellation, [.. delete.Where.Select(condition => (condition.Column, condition.Value))]);
    }

    private Task<int> TakeAsync(SideChange.Take take, CancellationToken cancellation) =>
        RunAsync(Allowance.TakeSql(dialect), cancellation, take.Allowance.TakeParameters(take.Now));

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
        var values = ArrayPool<object>.Shared.Rent(table.Columns.Count);
        try
        {
            table.CopyValues(row, values);
            await Prepared(sql, table.Parameters).RunAsync(values.AsMemory(0, table.Columns.Count), _transaction!, cancellation);
        }
        finally
        {
            ArrayPool<object>.Shared.Return(values, clearArray: true);
        }
    }

    private Task<int> RunAsync(string sql, CancellationToken cancellation, params (string Name, object Value)[] parameters) =>
        Prepared(sql, Array.ConvertAll(parameters, static parameter => (parameter.Name, (DbType?)null))).RunAsync(Array.ConvertAll(parameters, static parameter => parameter.Value), _transaction!, cancellation);

    private IWriteStatement Prepared(string sql, IReadOnlyList<(string Name, DbType? Type)> parameters)
    {
        if (!_prepared.TryGetValue(sql, out var statement))
        {
            _prepared.Add(sql, statement = dialect.Prepare(_connection!, sql, parameters));
        }

        return statement;
    }
}
