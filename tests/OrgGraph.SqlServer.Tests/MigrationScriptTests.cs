using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata;
using Microsoft.EntityFrameworkCore.Migrations;
using OrgGraph.Migrations.SqlServer;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.SqlServer.Tests;

public sealed class MigrationScriptTests
{
    [Fact]
    public void Model_has_no_change_without_a_migration()
    {
        using var context = new SqlServerContextFactory().CreateDbContext([]);

        Assert.NotEmpty(context.Database.GetMigrations());
        Assert.False(context.Database.HasPendingModelChanges(), "The rows changed since the migration: make it anew, as src/OrgGraph.Migrations/SqlServer/README.md says.");
    }

    [Theory]
    [InlineData(MigrationsSqlGenerationOptions.Default)]
    [InlineData(MigrationsSqlGenerationOptions.Idempotent)]
    public void Script_can_be_parsed_and_uses_nothing_that_others_lack(MigrationsSqlGenerationOptions options)
    {
        using var context = new SqlServerContextFactory().CreateDbContext([]);
        var script = context.GetService<IMigrator>().GenerateScript(options: options);

        Assert.Empty(TransactSql.Errors(script));
        foreach (var peculiar in new[] { "IDENTITY", "rowversion", " json", "datetimeoffset" })
        {
            Assert.DoesNotContain(peculiar, script, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void Text_is_compared_byte_by_byte_and_fits_its_indexes()
    {
        using var context = new SqlServerContextFactory().CreateDbContext([]);
        var entities = context.GetService<IDesignTimeModel>().Model.GetEntityTypes().ToList();

        Assert.All(
            entities.SelectMany(entity => entity.GetProperties()).Where(property => property.GetColumnType().StartsWith("nvarchar", StringComparison.Ordinal)),
            property => Assert.Equal("Latin1_General_100_BIN2", property.GetCollation()));
        foreach (var (name, columns, most) in entities.SelectMany(entity => entity.GetIndexes().Select(index => (index.GetDatabaseName()!, index.Properties, 1700))
            .Append((entity.FindPrimaryKey()!.GetName()!, entity.FindPrimaryKey()!.Properties, 900))))
        {
            Assert.True(columns.Sum(Size) <= most, $"{name} takes {columns.Sum(Size)} bytes, and SQL Server {most}.");
        }
    }

    [Fact]
    public void Statements_of_the_start_can_be_parsed() => Assert.All(
        [SqlServerSetup.AllowSnapshots, SqlServerSetup.ReadState, SqlServerSetup.TakeLock, SqlServerSetup.ReturnLock, SqlServerSetup.ReadApplied],
        sql => Assert.Empty(TransactSql.Errors(sql)));

    [Fact]
    public void Provider_is_named_where_it_is_chosen_and_nowhere_else()
    {
        string[] allowed = ["src/OrgGraph.Server/Database/DatabaseProviders.cs", "src/OrgGraph.Server/Database/SqlServerStart.cs"];
        var naming = Repository.Sources("src").Where(source => !source.Path.StartsWith("src/OrgGraph.Migrations/", StringComparison.Ordinal) && source.Text.Contains("SqlServer", StringComparison.Ordinal))
            .Select(source => source.Path);

        Assert.Equal(allowed, naming);
    }

    private static int Size(IReadOnlyProperty property) => property.GetMaxLength() is { } length ? 2 * length : property.ClrType == typeof(Guid) ? 16 : 8;
}
