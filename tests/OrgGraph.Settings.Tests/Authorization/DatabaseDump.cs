using Microsoft.Data.Sqlite;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authorization;

/// <summary>Everything that is stored, as text, but for what is no change: who was seen when, who signed in, and that somebody tried.</summary>
internal static class DatabaseDump
{
    private static readonly string[] Left = ["Usage", "People", "__EFMigrationsHistory", "__EFMigrationsLock", "AuditEntries", "AuditHeads"];

    /// <summary>The rows of all tables and the names of all mails, once all work that is due is done.</summary>
    public static async Task<IReadOnlyList<string>> ReadAsync(OrgGraphApp app)
    {
        var mails = await app.MailsAsync();
        await using var connection = new SqliteConnection($"Data Source={Path.Combine(app.DataDirectory, "orggraph.db")};Mode=ReadOnly;Pooling=False");
        await connection.OpenAsync();
        var lines = new List<string>(mails.Select(mail => $"mail to {mail.To}: {mail.Subject}"));
        foreach (var table in (await RowsAsync(connection, "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")).Except(Left))
        {
            lines.AddRange((await RowsAsync(connection, $"SELECT * FROM \"{table}\"")).Select(row => $"{table}: {row}"));
        }

        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static async Task<IReadOnlyList<string>> RowsAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync())
        {
            rows.Add(string.Join(" | ", Enumerable.Range(0, reader.FieldCount).Select(i => reader.GetValue(i) is byte[] bytes ? Convert.ToHexString(bytes) : reader.GetValue(i).ToString())));
        }

        return rows;
    }
}
