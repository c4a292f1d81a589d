using System.Data.Common;
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
        var lines = new List<string>(mails.Select(mail => $"mail to {mail.To}: {mail.Subject}"));
        lines.AddRange(await RowsAsync(app, Left));
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    /// <summary>The rows of all tables but some.</summary>
    public static async Task<IReadOnlyList<string>> RowsAsync(OrgGraphApp app, params string[] except)
    {
        await using var connection = await TestDatabase.OpenAsync(app);
        var lines = new List<string>();
        foreach (var table in (await RowsAsync(connection, TestDatabase.TableNames)).Except(except))
        {
            lines.AddRange((await RowsAsync(connection, $"SELECT * FROM \"{table}\"")).Select(row => $"{table}: {row}"));
        }

        return lines;
    }

    private static async Task<IReadOnlyList<string>> RowsAsync(DbConnection connection, string sql)
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
