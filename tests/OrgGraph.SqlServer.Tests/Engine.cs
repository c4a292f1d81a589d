using Microsoft.Data.SqlClient;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;
using Testcontainers.MsSql;

namespace OrgGraph.SqlServer.Tests;

/// <summary>A SQL Server: the one that <c>ORGGRAPH_TEST_SQLSERVER</c> names, else one in a container, else none.</summary>
public sealed class Engine : IAsyncLifetime
{
    private MsSqlContainer? _container;
    private string? _server = Environment.GetEnvironmentVariable("ORGGRAPH_TEST_SQLSERVER");
    private string _reason = "";

    public async Task InitializeAsync()
    {
        if (!string.IsNullOrEmpty(_server))
        {
            return;
        }

        try
        {
            _container = new MsSqlBuilder("mcr.microsoft.com/mssql/server:2022-latest").Build();
            await _container.StartAsync();
            _server = _container.GetConnectionString();
        }
        catch (Exception e)
        {
            _server = null;
            _reason = e.Message.Split('\n')[0];
        }
    }

    /// <summary>A new, empty database. Skips the test without an engine.</summary>
    internal EngineDatabase NewDatabase()
    {
        Skip.If(string.IsNullOrEmpty(_server), $"No SQL Server: ORGGRAPH_TEST_SQLSERVER is not set, and no container can be started ({_reason}).");
        return new EngineDatabase(SqlServerDatabase.On(_server, $"OrgGraph_{Guid.CreateVersion7():N}"));
    }

    public async Task DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
    }
}

/// <summary>One test's database, and the server processes on it. Those end first.</summary>
internal sealed class EngineDatabase : IDisposable
{
    private readonly ServerProcess _place = new();
    private readonly SqlServerDatabase _database;

    public EngineDatabase(SqlServerDatabase database)
    {
        _database = database;
        database.Create();
    }

    public string ConnectionString => _database.ConnectionString;

    /// <summary>A server on it; further ones share its key ring.</summary>
    /// <param name="connectionString">By which the server reaches the database, where that is not the plain one.</param>
    public Task<RunningServer> StartAsync(string? connectionString = null) => RunningServer.StartAsync(
        _place,
        environment:
        [
            ("OrgGraph__Database__Provider", "SqlServer"), ("OrgGraph__Database__ConnectionString", connectionString ?? ConnectionString), ("OrgGraph__RateLimiting", "false"),
        ]);

    /// <summary>A connection of the test's own.</summary>
    public async Task<SqlConnection> OpenAsync()
    {
        var connection = new SqlConnection(ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    public void Dispose()
    {
        _database.Drop();
        _place.Dispose();
    }
}
