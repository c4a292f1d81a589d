namespace OrgGraph.Migrations.Sqlite;

/// <summary>The migrations of this release, in order; a test holds them against those that EF Core finds.</summary>
public static class SqliteMigrations
{
    public static string[] Ids { get; } = ["20261125233234_Initial"];
}
