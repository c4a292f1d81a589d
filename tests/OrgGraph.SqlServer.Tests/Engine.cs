using Microsoft.Data.SqlClient;
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

    /// <summary>The connection string of a database that does not exist yet. Skips the test without an engine.</summary>
    public string NewDatabase()
    {
        Skip.If(string.IsNullOrEmpty(_server), $"No SQL Server: ORGGRAPH_TEST_SQLSERVER is not set, and no container can be started ({_reason}).");
        return new SqlConnectionStringBuilder(_server) { InitialCatalog = $"OrgGraph_{Guid.CreateVersion7():N}", TrustServerCertificate = true }.ToString();
    }

    public async Task DisposeAsync()
    {
        if (_container is not null)
        {
            await _container.DisposeAsync();
        }
    }
}
