using OrgGraph.Migrations.Sqlite;
using OrgGraph.Migrations.SqlServer;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Server.Database;

/// <summary>The one place of the server that knows which databases there are.</summary>
internal static class DatabaseProviders
{
    private const string Sqlite = "Sqlite";
    private const string SqlServer = "SqlServer";

    /// <summary>Where the database is.</summary>
    /// <exception cref="StartRefusedException">There is no such provider, or it must be told where.</exception>
    public static string ConnectionString(DatabaseOptions options, string dataDirectory) => options.Provider switch
    {
        Sqlite => options.ConnectionString ?? $"Data Source={Path.Combine(dataDirectory, "orggraph.db")}",
        SqlServer => options.ConnectionString ?? throw new StartRefusedException("OrgGraph__Database__Provider=SqlServer needs OrgGraph__Database__ConnectionString."),
        _ => throw new StartRefusedException($"OrgGraph__Database__Provider={options.Provider} is not supported: set Sqlite or SqlServer."),
    };

    public static void AddDatabase(this IServiceCollection services, ServerSetup setup)
    {
        if (setup.Options.Database.Provider == SqlServer)
        {
            services.AddSingleton<ISqlDialect>(new SqlServerDialect(setup.ConnectionString));
            services.AddSingleton<DatabaseStart, SqlServerStart>();
            services.AddSingleton<DatabaseBackup, SqlServerBackup>();
        }
        else
        {
            var dialect = new SqliteDialect(setup.ConnectionString);
            services.AddSingleton<ISqlDialect>(dialect);
            services.AddHostedService(provider => new SqliteCheckpoints(dialect, provider.GetRequiredService<ILogger<SqliteCheckpoints>>()));
            services.AddSingleton<SqliteRestore>();
            services.AddSingleton<DatabaseStart, SqliteStart>();
            services.AddSingleton<DatabaseBackup, SqliteBackup>();
        }
    }
}
