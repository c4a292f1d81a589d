using System.Diagnostics;
using Microsoft.Data.SqlClient;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>A database of the tests' own on a SQL Server, made and dropped by the plainest statements there are.</summary>
internal sealed class SqlServerDatabase
{
    private const int IsThere = 1801;
    private const int IsInUse = 3702;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly string _server;
    private readonly string _name;

    private SqlServerDatabase(string server, string name) => (_server, _name, ConnectionString) = (server, name, Named(server, name));

    public string ConnectionString { get; }

    /// <param name="server">A connection string; the database in it is left alone.</param>
    /// <param name="name">Letters, digits, underscores.</param>
    public static SqlServerDatabase On(string server, string name) => new(server, name);

    public void Create() => Run($"CREATE DATABASE {_name}");

    /// <summary>Makes it unless it is there.</summary>
    public void CreateOnce()
    {
        try
        {
            Create();
        }
        catch (SqlException e) when (e.Number == IsThere)
        {
            // A server on the same folder was first.
        }
    }

    /// <summary>Drops it once nobody uses it any more.</summary>
    public void Drop()
    {
        ClearPool();
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                Run($"DROP DATABASE {_name}");
                return;
            }
            catch (SqlException e) when (e.Number == IsInUse && watch.Elapsed < Longest)
            {
                // The engine still ends the connections of a process that was killed.
                Thread.Yield();
            }
        }
    }

    /// <summary>Ends the connections to it that this process keeps.</summary>
    public void ClearPool()
    {
        using var connection = new SqlConnection(ConnectionString);
        SqlConnection.ClearPool(connection);
    }

    private void Run(string sql)
    {
        using var connection = new SqlConnection(Named(_server, "master"));
        connection.Open();
        using var command = new SqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static string Named(string server, string name) => new SqlConnectionStringBuilder(server) { InitialCatalog = name, TrustServerCertificate = true }.ToString();
}
