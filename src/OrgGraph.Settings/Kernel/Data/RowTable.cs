using System.Data;
using System.Data.Common;
using System.Reflection;

namespace OrgGraph.Settings.Kernel.Data;

/// <summary>
/// The shape of a table, taken from its row class: the model, the migrations, the loader and the writer all follow this one description,
/// and a test holds the model against it.
/// </summary>
public abstract class RowTable
{
    private protected RowTable(Type rowType, string name, string[] key)
    {
        RowType = rowType;
        Name = name;
        Key = key;
        Columns = [.. ColumnsOf(rowType)];
    }

    public Type RowType { get; }

    public string Name { get; }

    /// <summary>The columns of the primary key, in order.</summary>
    public IReadOnlyList<string> Key { get; }

    internal IReadOnlyList<Column> Columns { get; }

    /// <summary>How long ended rows stay in the snapshot; null: the table has none that end.</summary>
    public TimeSpan? KeepsEnded { get; init; }

    /// <summary>Columns (comma-separated) that are unique together.</summary>
    public IReadOnlyList<string> Unique { get; init; } = [];

    /// <summary>Columns (comma-separated) by which rows are looked up.</summary>
    public IReadOnlyList<string> Indexed { get; init; } = [];

    /// <summary>Whether rows carry an organization's version and are part of its snapshot.</summary>
    public bool IsSettings => typeof(SettingsRow).IsAssignableFrom(RowType);

    internal string SelectList { get => field ??= string.Join(", ", Columns.Select(column => column.Name)); }

    internal string InsertSql
    {
        get => field ??= $"INSERT INTO {Name} ({SelectList}) VALUES ({string.Join(", ", Columns.Select(column => "@" + column.Name))})";
    }

    internal abstract object ReadRow(DbDataReader reader);

    /// <summary>The parameters of <see cref="InsertSql"/> and of an upsert.</summary>
    internal IReadOnlyList<(string Name, DbType? Type)> Parameters { get => field ??= [.. Columns.Select(column => (column.Name, (DbType?)column.DbType))]; }

    /// <summary>Their values for a row, written into <paramref name="values"/>.</summary>
    internal void CopyValues(object row, Span<object> values)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            values[i] = Columns[i].Get(row);
        }
    }

    // Base-class columns first, so that (OrganizationId, Id, Version) lead every settings table.
    private static IEnumerable<Column> ColumnsOf(Type type)
    {
        var types = new Stack<Type>();
        for (var t = type; t is not null && t != typeof(object); t = t.BaseType)
        {
            types.Push(t);
        }

        return types.SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(property => property is { CanRead: true, CanWrite: true })
            .Select(property => new Column(property));
    }
}

/// <inheritdoc cref="RowTable"/>
public sealed class RowTable<TRow>(string name, params string[] key) : RowTable(typeof(TRow), name, key)
    where TRow : class
{
    private static readonly Func<object> NewRow = () => System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(typeof(TRow));

    internal TRow Read(DbDataReader reader)
    {
        var row = NewRow();
        for (var i = 0; i < Columns.Count; i++)
        {
            Columns[i].Set(row, reader, i);
        }

        return (TRow)row;
    }

    internal override object ReadRow(DbDataReader reader) => Read(reader);
}
