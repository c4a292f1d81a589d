using System.Globalization;
using System.Text;
using Microsoft.Data.Sqlite;
using OrgGraph.Secrets;

namespace OrgGraph.Server.Database;

/// <summary>
/// The first start on a backup. It rewinds versions and revives what was revoked since it was made: every organization gets a new epoch,
/// so that cursors of before are answered by a reset, and the credentials that are good again are listed for an operator to look at.
/// </summary>
internal sealed class SqliteRestore(ServerSetup setup, TimeProvider clock, ILogger<SqliteRestore> log)
{
    /// <summary>What a backup carries as <c>user_version</c>.</summary>
    public const int Mark = 0x4F47;

    // Epochs are seconds since then: of two restorations of one backup the second must not continue the first one's streams.
    private static readonly DateTimeOffset Zero = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string Good = """
        SELECT o.Name, c.Kind, COALESCE(k.Name, t.Name, ''), COALESCE(k.Preview, t.Preview, '')
        FROM Credentials c JOIN Organizations o ON o.Id = c.OrganizationId
        LEFT JOIN ApiKeys k ON k.OrganizationId = c.OrganizationId AND k.Id = c.CredentialId
        LEFT JOIN ServiceTokens t ON t.OrganizationId = c.OrganizationId AND t.Id = c.CredentialId
        ORDER BY o.Name, c.Kind, 3
        """;

    /// <summary>Does nothing on a database that is no backup.</summary>
    public void Finish(SqliteConnection connection)
    {
        if (!IsMarked(connection))
        {
            return;
        }

        using var transaction = connection.BeginTransaction(deferred: false);
        // Another process may have been faster.
        if (!IsMarked(connection))
        {
            return;
        }

        var credentials = Read(connection);
        var now = clock.GetUtcNow();
        var list = Path.Combine(setup.DataDirectory, $"restored-{now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}.txt");
        // Before the commit: a list of which nobody knows is worse than one written twice.
        DurableFile.Write(list, Encoding.UTF8.GetBytes(string.Concat(credentials.Select(line => line + "\n"))));
        using var raise = connection.CreateCommand();
        raise.CommandText = "UPDATE Organizations SET Epoch = MAX(Epoch + 1, @epoch); PRAGMA user_version = 0";
        raise.Parameters.AddWithValue("@epoch", (int)(now - Zero).TotalSeconds);
        raise.ExecuteNonQuery();
        transaction.Commit();
        log.LogWarning("This is a restored backup: streams begin anew, and {Count} credentials are good as of it, whatever was revoked since. They are listed in {File}", credentials.Count, list);
    }

    private static bool IsMarked(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA user_version";
        return Convert.ToInt64(command.ExecuteScalar(), CultureInfo.InvariantCulture) == Mark;
    }

    private static List<string> Read(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Good;
        using var reader = command.ExecuteReader();
        var lines = new List<string>();
        while (reader.Read())
        {
            lines.Add(string.Join('\t', reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3)));
        }

        return lines;
    }
}
