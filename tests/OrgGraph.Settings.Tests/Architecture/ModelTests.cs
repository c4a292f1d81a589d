using Microsoft.EntityFrameworkCore;
using OrgGraph.Migrations.Sqlite;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Tests.Architecture;

/// <summary>EF Core's model, from which the migrations are made, and the tables that the product reads and writes are one.</summary>
public sealed class ModelTests
{
    private static readonly SettingsModel Model = new();

    [Fact]
    public void Model_has_exactly_the_columns_that_the_tables_describe() => Assert.Equal(Described(Model.Tables.Concat(Model.OtherTables)), Modelled());

    [Fact]
    public void Difference_is_found_when_a_table_is_left_out() =>
        Assert.NotEqual(Described(Model.Tables.Skip(1).Concat(Model.OtherTables)), Modelled());

    [Fact]
    public void Migrations_are_those_of_the_model()
    {
        using var context = Context();

        Assert.False(context.Database.HasPendingModelChanges(), "The rows changed since the last migration: dotnet ef migrations add.");
    }

    private static string[] Described(IEnumerable<RowTable> tables) =>
    [
        .. tables.SelectMany(table => table.Columns.Select(column =>
                $"{table.Name}.{column.Name}{(table.Key.Contains(column.Name) ? " key " + table.Key.ToList().IndexOf(column.Name) : "")}"))
            .Order(StringComparer.Ordinal),
    ];

    private static string[] Modelled()
    {
        using var context = Context();
        return
        [
            .. context.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties().Select(property =>
                    $"{entity.GetTableName()}.{property.GetColumnName()}{(property.IsPrimaryKey() ? " key " + entity.FindPrimaryKey()!.Properties.ToList().IndexOf(property) : "")}"))
                .Order(StringComparer.Ordinal),
        ];
    }

    private static SqliteContext Context() => new(new DbContextOptionsBuilder<SqliteContext>().UseSqlite("Data Source=:memory:").Options);
}
