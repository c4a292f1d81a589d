using System.Data;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;

namespace OrgGraph.Migrations.SqlServer;

/// <summary>What a database on SQL Server needs before it is used.</summary>
public static class SqlServerSetup
{
    private const int IsThere = 1801;

    /// <summary>What an operator runs when the server's user may not.</summary>
    public const string AllowSnapshots =
        "ALTER DATABASE CURRENT SET ALLOW_SNAPSHOT_ISOLATION ON; ALTER DATABASE CURRENT SET READ_COMMITTED_SNAPSHOT ON WITH ROLLBACK IMMEDIATE";

    public const string ReadState =
        "SELECT CASE WHEN snapshot_isolation_state = 1 AND is_read_committed_snapshot_on = 1 THEN 1 ELSE 0 END FROM sys.databases WHERE name = DB_NAME()";

    public const string TakeLock = """
        DECLARE @result int;
        EXEC @result = sp_getapplock @Resource = N'OrgGraph.Migrations', @LockMode = N'Exclusive', @LockOwner = N'Session', @LockTimeout = 60000;
        SELECT @result;
        """;

    public const string ReturnLock = "EXEC sp_releaseapplock @Resource = N'OrgGraph.Migrations', @LockOwner = N'Session'";

    public const string ReadApplied =
        "IF OBJECT_ID(N'__EFMigrationsHistory') IS NOT NULL SELECT MigrationId FROM __EFMigrationsHistory ORDER BY MigrationId ELSE SELECT CAST(NULL AS nvarchar(150)) WHERE 1 = 0";

    /// <summary>Makes an empty database when there is none.</summary>
    public static void CreateDatabase(SqlServerContext context)
    {
        var creator = context.GetService<IRelationalDatabaseCreator>();
        if (creator.Exists())
        {
            return;
        }

        try
        {
            creator.Create();
        }
        catch (SqlException e) when (e.Number == IsThere)
        {
            // Another node that starts at the same moment was first.
        }
    }

    /// <summary>The migrations that the database has seen.</summary>
    public static IReadOnlyList<string> Applied(SqlConnection connection)
    {
        using var command = Command(connection, ReadApplied);
        using var reader = command.ExecuteReader();
        var ids = new List<string>();
        while (reader.Read())
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Migrates, one node at a time; the lock goes with the connection of a node that dies.</summary>
    public static void Migrate(SqlServerContext context, SqlConnection connection)
    {
        using (var take = Command(connection, TakeLock))
        {
            if ((int)take.ExecuteScalar() < 0)
            {
                throw new TimeoutException("Another node has been migrating the database for a minute.");
            }
        }

        try
        {
            if (!ReadsOneMoment(connection))
            {
                // It ends other connections, so it is done only once, before there is anything to end.
                using var allow = Command(connection, AllowSnapshots);
                allow.ExecuteNonQuery();
            }

            context.Database.Migrate();
        }
        finally
        {
            if (connection.State == ConnectionState.Open)
            {
                using var release = Command(connection, ReturnLock);
                release.ExecuteNonQuery();
            }
        }
    }

    /// <summary>Whether reads see one moment and wait for no writer.</summary>
    public static bool ReadsOneMoment(SqlConnection connection)
    {
        using var command = Command(connection, ReadState);
        return (int)command.ExecuteScalar() == 1;
    }

    private static SqlCommand Command(SqlConnection connection, string sql) => new(sql, connection) { CommandTimeout = 90 };
}
