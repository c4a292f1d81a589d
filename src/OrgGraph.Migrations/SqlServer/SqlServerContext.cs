using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Metadata;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Migrations.SqlServer;

/// <summary>The model on SQL Server: text is compared byte by byte, as everywhere else, and what is indexed is short enough to be.</summary>
public sealed class SqlServerContext(DbContextOptions<SqlServerContext> options) : SettingsContext(options)
{
    // Names are normalised before they are stored: the database must not find more of them equal than the product does.
    private const string Binary = "Latin1_General_100_BIN2";

    // An index takes 1,700 bytes: this leaves room for an id beside one text, or for two texts.
    private const int LongestKey = 425;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(entity => entity.GetProperties()).Where(IsText))
        {
            property.SetCollation(Binary);
            if (property.IsKey() || property.IsIndex())
            {
                property.SetMaxLength(Math.Min(property.GetMaxLength() ?? LongestKey, LongestKey));
            }
        }
    }

    private static bool IsText(IMutableProperty property) => property.ClrType == typeof(string) || (Nullable.GetUnderlyingType(property.ClrType) ?? property.ClrType).IsEnum;
}

/// <summary>For <c>dotnet ef migrations add</c>: it needs no server.</summary>
public sealed class SqlServerContextFactory : IDesignTimeDbContextFactory<SqlServerContext>
{
    public SqlServerContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqlServerContext>().UseSqlServer("Server=design-time;Database=OrgGraph").Options);
}
