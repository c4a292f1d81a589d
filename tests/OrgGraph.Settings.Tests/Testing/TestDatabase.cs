using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using OrgGraph.Migrations.Sqlite;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>
/// The database of the servers on one data folder: a SQLite file in it, or a database of the folder's own on the SQL Server that
/// <c>ORGGRAPH_TEST_SQLSERVER</c> names. What is about SQLite itself is marked <c>[Trait("Category", "Sqlite")]</c>.
/// </summary>
internal static class TestDatabase
{
    private static readonly string? Server = Environment.GetEnvironmentVariable("ORGGRAPH_TEST_SQLSERVER") is { Length: > 0 } server ? server : null;

    public static bool IsSqlServer => Server is not null;

    /// <summary>The statement that lists the tables.</summary>
    public static string TableNames => IsSqlServer ? "SELECT name FROM sys.tables" : "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";

    /// <summary>How a server on the folder is told, as arguments.</summary>
    public static string[] Arguments(string data) =>
        IsSqlServer ? ["--OrgGraph:Database:Provider=SqlServer", $"--OrgGraph:Database:ConnectionString={Of(data).ConnectionString}"] : [];

    /// <summary>Makes the folder's database, unless a server on the folder did.</summary>
    public static void Create(string data)
    {
        if (IsSqlServer)
        {
            Of(data).CreateOnce();
        }
    }

    /// <summary>An open connection of the test's own. What is said by it must be said so that both engines understand.</summary>
    public static async Task<DbConnection> OpenAsync(OrgGraphApp app)
    {
        DbConnection connection = IsSqlServer ? new Microsoft.Data.SqlClient.SqlConnection(Of(app.DataDirectory).ConnectionString) : new SqliteConnection(FileIn(app.DataDirectory) + ";Pooling=False");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs statements on a connection of their own.</summary>
    public static async Task RunAsync(OrgGraphApp app, string sql)
    {
        await using var connection = await OpenAsync(app);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A number, e.g. of a COUNT.</summary>
    public static async Task<long> NumberAsync(OrgGraphApp app, string sql)
    {
        await using var connection = await OpenAsync(app);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    }

    /// <summary>Nobody else writes until it is disposed.</summary>
    public static async Task<DbTransaction> LockAsync(DbConnection connection)
    {
        if (connection is SqliteConnection file)
        {
            return file.BeginTransaction(deferred: false);
        }

        var transaction = await connection.BeginTransactionAsync();
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "SELECT COUNT(*) FROM Organizations WITH (TABLOCKX, HOLDLOCK); SELECT COUNT(*) FROM AuditHeads WITH (TABLOCKX, HOLDLOCK)";
        await command.ExecuteNonQueryAsync();
        return transaction;
    }

    /// <summary>Ends the connections that this process keeps to the folder's database: all pools would be other tests' too.</summary>
    public static void ClearPools(string data)
    {
        if (IsSqlServer)
        {
            Of(data).ClearPool();
            return;
        }

        foreach (var connectionString in new[] { FileIn(data), new SqliteDialect(FileIn(data)).ConnectionString })
        {
            using var connection = new SqliteConnection(connectionString);
            SqliteConnection.ClearPool(connection);
        }
    }

    /// <summary>Whoever owns a folder drops its database before deleting it.</summary>
    public static void Drop(string data)
    {
        if (IsSqlServer)
        {
            Of(data).Drop();
        }
    }

    private static string FileIn(string data) => $"Data Source={Path.Combine(data, "orggraph.db")}";

    // Its name is made from the folder's, so that a second server on the folder finds it.
    private static SqlServerDatabase Of(string data) =>
        SqlServerDatabase.On(Server!, "OrgGraph_" + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(data))))[..32]);
}
