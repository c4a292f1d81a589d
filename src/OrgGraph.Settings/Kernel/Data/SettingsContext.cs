using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace OrgGraph.Settings.Kernel.Data;

/// <summary>The database as EF Core sees it: the model of the row classes, from which the migrations of each provider are made.</summary>
public abstract class SettingsContext(DbContextOptions options) : DbContext(options)
{
    private const int MaxKeyText = 450;

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        var model = new SettingsModel();
        foreach (var table in model.Tables.Concat(model.OtherTables))
        {
            Configure(modelBuilder.Entity(table.RowType), table);
        }
    }

    private static void Configure(EntityTypeBuilder entity, RowTable table)
    {
        entity.ToTable(table.Name);
        entity.HasKey([.. table.Key]);
        foreach (var column in table.Columns)
        {
            Configure(entity.Property(column.Property.PropertyType, column.Name), column, table);
        }

        if (table.IsSettings)
        {
            entity.HasIndex(nameof(SettingsRow.OrganizationId), nameof(SettingsRow.Version));
        }

        foreach (var unique in table.Unique)
        {
            entity.HasIndex(unique.Split(',')).IsUnique();
        }

        foreach (var index in table.Indexed)
        {
            entity.HasIndex(index.Split(','));
        }
    }

    private static void Configure(PropertyBuilder property, Column column, RowTable table)
    {
        var type = Nullable.GetUnderlyingType(column.Property.PropertyType) ?? column.Property.PropertyType;
        if (type == typeof(DateTimeOffset))
        {
            property.HasConversion(new ValueConverter<DateTimeOffset, long>(time => time.ToUnixTimeMilliseconds(), value => DateTimeOffset.FromUnixTimeMilliseconds(value)));
        }
        else if (type.IsEnum)
        {
            property.HasConversion<string>().HasMaxLength(32);
        }
        else if (type == typeof(string) && table.Key.Concat(table.Unique.Concat(table.Indexed).SelectMany(index => index.Split(','))).Contains(column.Name))
        {
            property.HasMaxLength(MaxKeyText);
        }

        property.IsRequired(column.Property.PropertyType.IsValueType ? Nullable.GetUnderlyingType(column.Property.PropertyType) is null : IsRequired(column.Property));
        property.ValueGeneratedNever();
    }

    private static bool IsRequired(PropertyInfo property) => new NullabilityInfoContext().Create(property).ReadState == NullabilityState.NotNull;
}
