using GraphQL.Types;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>What one area contributes to the schema and the server. Types in these lists are allow-listed: nothing else becomes public.</summary>
public sealed class SettingsArea(string name)
{
    public string Name { get; } = name;

    /// <summary>Contributors of fields to Query.</summary>
    public Type[] Queries { get; init; } = [];

    /// <summary>One mutation each.</summary>
    public Type[] Mutations { get; init; } = [];

    /// <summary>Contributors of fields to Subscription.</summary>
    public Type[] Subscriptions { get; init; } = [];

    /// <summary>Contributors of fields to a type of another area.</summary>
    public (Type Type, Type Contributor)[] Extensions { get; init; } = [];

    /// <summary>The classes that are object types.</summary>
    public Type[] Types { get; init; } = [];

    public Type[] Events { get; init; } = [];

    internal Data.RowTable[] Tables { get; init; } = [];

    /// <summary>How things of this area are found by id, with the rule who may see them.</summary>
    internal INodeSource[] Nodes { get; init; } = [];

    public Type[] WorkHandlers { get; init; } = [];

    /// <summary>Services that the area needs besides: singletons.</summary>
    public Type[] Services { get; init; } = [];
}

/// <summary>All areas, as the schema is assembled from them.</summary>
public sealed class SchemaParts(IReadOnlyList<SettingsArea> areas)
{
    private readonly ILookup<Type, Type> _extensions = areas.SelectMany(area => area.Extensions).ToLookup(pair => pair.Type, pair => pair.Contributor);

    public IReadOnlyList<SettingsArea> Areas { get; } = areas;

    public IEnumerable<Type> ExtensionsOf(Type type) => _extensions[type];

    internal IReadOnlyDictionary<NodeType, INodeSource> Nodes { get; } = areas.SelectMany(area => area.Nodes).ToDictionary(node => node.Type);
}

/// <summary>Maps classes to graph types: ours instead of the engine's.</summary>
internal sealed class GraphTypeMapping : IGraphTypeMappingProvider
{
    private static readonly Dictionary<Type, Type> Scalars = new()
    {
        [typeof(DateTimeOffset)] = typeof(DateTimeScalar),
        [typeof(Uri)] = typeof(UrlScalar),
        [typeof(EmailAddress)] = typeof(EmailAddressScalar),
        [typeof(JsonText)] = typeof(JsonScalar),
    };

    public Type? GetGraphTypeFromClrType(Type clrType, bool isInputType, Type? preferredGraphType)
    {
        if (preferredGraphType is not null)
        {
            return preferredGraphType;
        }

        if (Scalars.TryGetValue(clrType, out var scalar))
        {
            return scalar;
        }

        if (clrType.IsEnum)
        {
            return typeof(EnumType<>).MakeGenericType(clrType);
        }

        if (clrType.Namespace?.StartsWith("OrgGraph.", StringComparison.Ordinal) != true)
        {
            return null;
        }

        // A row or snapshot that became a type would publish what it holds, hashes and all.
        if (typeof(Data.SettingsRow).IsAssignableFrom(clrType) || typeof(Snapshots.IEntity).IsAssignableFrom(clrType))
        {
            throw new InvalidOperationException($"{clrType.Name} holds data; it is no GraphQL type.");
        }

        var open = isInputType ? typeof(InputType<>) : clrType.IsInterface ? typeof(InterfaceType<>) : typeof(OutputType<>);
        return open.MakeGenericType(clrType);
    }
}
