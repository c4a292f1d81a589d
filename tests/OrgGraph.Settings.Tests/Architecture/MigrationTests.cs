using Microsoft.EntityFrameworkCore;
using OrgGraph.Migrations.Sqlite;

namespace OrgGraph.Settings.Tests.Architecture;

[Trait("Category", "Sqlite")]
public sealed class MigrationTests
{
    [Fact]
    public void Listed_migrations_are_those_that_exist()
    {
        using var context = new SqliteContextFactory().CreateDbContext([]);

        Assert.Equal(context.Database.GetMigrations(), SqliteMigrations.Ids);
    }

    [Fact]
    public void Model_has_no_change_without_a_migration()
    {
        using var context = new SqliteContextFactory().CreateDbContext([]);

        Assert.False(context.Database.HasPendingModelChanges());
    }
}
