using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using OrgGraph.Migrations.SqlServer;

namespace OrgGraph.Server.Database;

/// <summary>SQL Server: one node migrates under an application lock, and reads are held to see one moment without waiting for writers.</summary>
internal sealed class SqlServerStart(ServerSetup setup, ILogger<SqlServerStart> log) : DatabaseStart
{
    private string _newest = "";

    public override string Newest => _newest;

    public override void Prepare(bool migrate)
    {
        try
        {
            using var context = new SqlServerContext(new DbContextOptionsBuilder<SqlServerContext>().UseSqlServer(setup.ConnectionString).Options);
            var known = context.Database.GetMigrations().ToList();
            _newest = known[^1];
            if (migrate)
            {
                SqlServerSetup.CreateDatabase(context);
            }

            using var connection = new SqlConnection(setup.ConnectionString);
            connection.Open();
            var applied = SqlServerSetup.Applied(connection);
            if (applied.Except(known).FirstOrDefault() is { } newer)
            {
                throw new StartRefusedException($"The database was migrated by a newer release (migration {newer}). Start that release, or restore a backup of this one.");
            }

            if (applied.Count < known.Count)
            {
                if (!migrate)
                {
                    throw new StartRefusedException($"{known.Count - applied.Count} migrations are pending: run `database migrate`, or set OrgGraph__Database__MigrateOnStart=true.");
                }

                SqlServerSetup.Migrate(context, connection);
                log.LogInformation("The database is migrated to {Migration}", known[^1]);
            }

            if (!SqlServerSetup.ReadsOneMoment(connection))
            {
                throw new StartRefusedException($"The database must allow snapshot isolation: {SqlServerSetup.AllowSnapshots}");
            }
        }
        catch (SqlException e)
        {
            throw new StartRefusedException($"The database cannot be opened or migrated: {e.Message}");
        }
    }
}

/// <summary>SQL Server backs itself up, with the log, to where its operators keep such things.</summary>
internal sealed class SqlServerBackup : DatabaseBackup
{
    public override Task WriteAsync(string file, CancellationToken cancellation) =>
        throw new StartRefusedException("This command copies SQLite databases. On SQL Server use BACKUP DATABASE.");
}
