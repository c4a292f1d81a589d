using System.Data.Common;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Snapshots;

/// <summary>Reads snapshots from rows: whole once, by what changed since afterwards. Each read sees one moment.</summary>
internal sealed class SnapshotLoader(ISqlDialect dialect, ISnapshotModel model, UsageTracker usage, TimeProvider clock)
{
    /// <summary>The whole organization; null when there is none.</summary>
    public async Task<Snapshot?> LoadAsync(Guid organizationId, CancellationToken cancellation)
    {
        await using var connection = await dialect.OpenReaderAsync(cancellation);
        await using var transaction = await dialect.BeginReadAsync(connection, cancellation);
        if (await VersionAsync(connection, transaction, organizationId, cancellation) is not var (version, epoch))
        {
            return null;
        }

        var rows = new List<SettingsRow>();
        foreach (var table in model.Tables)
        {
            await using var command = Command(connection, transaction, LoadSql(table), ("organization", organizationId));
            if (table.KeepsEnded is { } keeps)
            {
                command.Bind(("since", clock.GetUtcNow() - keeps));
            }

            await ReadAsync(command, table, rows, cancellation);
        }

        await ReadUsageAsync(connection, transaction, organizationId, cancellation);
        return model.Empty(organizationId, epoch).Apply(rows, version);
    }

    /// <summary>The snapshot with what others have committed since; the same one when nothing was; null when the organization is gone or was rewound.</summary>
    public async Task<Snapshot?> CatchUpAsync(Snapshot snapshot, CancellationToken cancellation)
    {
        await using var connection = await dialect.OpenReaderAsync(cancellation);
        await using var transaction = await dialect.BeginReadAsync(connection, cancellation);
        var found = await VersionAsync(connection, transaction, snapshot.OrganizationId, cancellation);
        if (found is not var (version, epoch) || epoch != snapshot.Epoch || version < snapshot.Version)
        {
            return null;
        }

        if (version == snapshot.Version)
        {
            return snapshot;
        }

        var rows = new List<SettingsRow>();
        foreach (var table in model.Tables)
        {
            await using var command = Command(connection, transaction, CatchUpSql(table), ("organization", snapshot.OrganizationId), ("version", snapshot.Version));
            await ReadAsync(command, table, rows, cancellation);
        }

        return snapshot.Apply(rows, version);
    }

    internal static string LoadSql(RowTable table) =>
        $"SELECT {table.SelectList} FROM {table.Name} WHERE OrganizationId = @organization AND IsDeleted = 0"
        + (table.KeepsEnded is null ? "" : " AND (EndedAt IS NULL OR EndedAt > @since)");

    internal static string CatchUpSql(RowTable table) =>
        $"SELECT {table.SelectList} FROM {table.Name} WHERE OrganizationId = @organization AND Version > @version";

    private static async Task<(int Version, int Epoch)?> VersionAsync(DbConnection connection, DbTransaction transaction, Guid organizationId, CancellationToken cancellation)
    {
        await using var command = Command(connection, transaction, "SELECT Version, Epoch FROM Organizations WHERE Id = @organization", ("organization", organizationId));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetInt32(0), reader.GetInt32(1)) : null;
    }

    private async Task ReadUsageAsync(DbConnection connection, DbTransaction transaction, Guid organizationId, CancellationToken cancellation)
    {
        await using var command = Command(connection, transaction, "SELECT SubjectId, LastUsedAt FROM Usage WHERE OrganizationId = @organization", ("organization", organizationId));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            usage.Learn(organizationId, reader.GetGuid(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)));
        }
    }

    private static async Task ReadAsync(DbCommand command, RowTable table, List<SettingsRow> rows, CancellationToken cancellation)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add((SettingsRow)table.ReadRow(reader));
        }
    }

    private static DbCommand Command(DbConnection connection, DbTransaction transaction, string sql, params (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = sql;
        command.Bind(parameters);
        return command;
    }
}
