using System.Data;
using System.Data.Common;
using System.Reflection;

namespace OrgGraph.Settings.Kernel.Data;

/// <summary>
/// One column of a row class. Times are stored as Unix milliseconds and enumerations by name, so that every provider orders and compares
/// them alike.
/// </summary>
internal sealed class Column
{
    private readonly PropertyInfo _property;
    private readonly Type _type;

    public Column(PropertyInfo property)
    {
        _property = property;
        _type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        DbType = _type switch
        {
            _ when _type == typeof(Guid) => DbType.Guid,
            _ when _type == typeof(int) => DbType.Int32,
            _ when _type == typeof(long) || _type == typeof(DateTimeOffset) => DbType.Int64,
            _ when _type == typeof(bool) => DbType.Boolean,
            _ when _type == typeof(byte[]) => DbType.Binary,
            _ when _type == typeof(string) || _type.IsEnum => DbType.String,
            _ => throw new NotSupportedException($"{property.DeclaringType?.Name}.{property.Name}: no column type for {_type.Name}."),
        };
    }

    public string Name => _property.Name;

    public PropertyInfo Property => _property;

    public DbType DbType { get; }

    public object Get(object row) => _property.GetValue(row) switch
    {
        null => DBNull.Value,
        DateTimeOffset time => time.ToUnixTimeMilliseconds(),
        Enum value => value.ToString(),
        var value => value,
    };

    public void Set(object row, DbDataReader reader, int ordinal) => _property.SetValue(row, reader.IsDBNull(ordinal) ? null : Read(reader, ordinal));

    private object Read(DbDataReader reader, int ordinal) => DbType switch
    {
        DbType.Guid => reader.GetGuid(ordinal),
        DbType.Int32 => reader.GetInt32(ordinal),
        DbType.Boolean => reader.GetBoolean(ordinal),
        DbType.Int64 when _type == typeof(long) => reader.GetInt64(ordinal),
        DbType.Int64 => DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(ordinal)),
        DbType.Binary => reader.GetFieldValue<byte[]>(ordinal),
        _ when _type.IsEnum => Enum.Parse(_type, reader.GetString(ordinal)),
        _ => reader.GetString(ordinal),
    };
}
