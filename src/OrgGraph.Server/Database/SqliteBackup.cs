using System.Globalization;
using Microsoft.Data.Sqlite;
using OrgGraph.Secrets;

namespace OrgGraph.Server.Database;

/// <summary>
/// Copies the database through SQLite's online interface: one moment of it, while servers write on. The copy is marked, so that the first
/// start on it knows that it was restored; the key ring is not in it.
/// </summary>
internal sealed class SqliteBackup(ServerSetup setup) : DatabaseBackup
{
    public override async Task WriteAsync(string file, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(file);
        if (Path.Exists(path))
        {
            throw new StartRefusedException($"{path} is there already; a backup replaces nothing.");
        }

        // Under another name until it is known to be sound: half a backup must not look like one.
        var draft = path + ".unchecked";
        try
        {
            // Made before SQLite opens it, for its owner only from the first moment.
            await DurableFile.OpenExclusive(draft).DisposeAsync();
            Copy(draft);
            File.Move(draft, path, overwrite: false);
            DurableFile.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StartRefusedException($"The backup failed: {e.Message}");
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private void Copy(string file)
    {
        // Neither is pooled: a connection kept would keep the file.
        using var source = new SqliteConnection(new SqliteConnectionStringBuilder(setup.ConnectionString) { Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        using var copy = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = file, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        source.Open();
        copy.Open();
        source.BackupDatabase(copy);
        Read(copy, "PRAGMA synchronous=FULL");
        // One file, whole without a log beside it.
        Read(copy, "PRAGMA journal_mode=DELETE");
        Read(copy, $"PRAGMA user_version={SqliteRestore.Mark.ToString(CultureInfo.InvariantCulture)}");
        if (Read(copy, "PRAGMA integrity_check") is var verdict and not "ok")
        {
            throw new StartRefusedException($"The copy is not sound, so there is no backup: {verdict}");
        }
    }

    private static string? Read(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
