using System.Globalization;
using GraphQL.Types;
using GraphQLParser.AST;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Reads an operation's cost from its document. Before validation: what does not exist costs one, and is refused after.</summary>
internal sealed class CostReader
{
    private readonly Dictionary<string, GraphQLFragmentDefinition> _fragments = [];
    private readonly Dictionary<(string Fragment, ListSize? Page), Part> _known = [];
    private readonly GraphQLOperationDefinition _operation;
    private readonly ISchema _schema;

    public CostReader(GraphQLOperationDefinition operation, GraphQLDocument document, ISchema schema)
    {
        (_operation, _schema) = (operation, schema);
        foreach (var fragment in document.Definitions.OfType<GraphQLFragmentDefinition>())
        {
            _fragments.TryAdd(fragment.FragmentName.Name.StringValue, fragment);
        }
    }

    public OperationCost Read()
    {
        var root = _operation.Operation switch
        {
            OperationType.Mutation => _schema.Mutation,
            OperationType.Subscription => _schema.Subscription,
            _ => _schema.Query,
        };
        var part = Read(_operation.SelectionSet, root, page: null);
        return new OperationCost(part.Fields, part.Lists);
    }

    // Of several types that may stand in one place all count: an upper bound.
    private Part Read(GraphQLSelectionSet set, IGraphType? type, ListSize? page)
    {
        var fields = 0;
        var lists = new List<CostlyList>();
        foreach (var selection in set.Selections)
        {
            var part = selection switch
            {
                GraphQLField field => Read(field, type as IComplexGraphType, page),
                GraphQLInlineFragment inline => Read(inline.SelectionSet, inline.TypeCondition is { } condition ? _schema.AllTypes[condition.Type.Name] : type, page),
                GraphQLFragmentSpread spread => Read(spread, page),
                _ => Part.Nothing,
            };
            fields += part.Fields;
            lists.AddRange(part.Lists);
        }

        return new Part(fields, [.. lists]);
    }

    private Part Read(GraphQLFragmentSpread spread, ListSize? page)
    {
        var name = spread.FragmentName.Name.StringValue;
        if (!_fragments.TryGetValue(name, out var fragment))
        {
            return Part.Nothing;
        }

        if (!_known.TryGetValue((name, page), out var part))
        {
            _known[(name, page)] = part = Read(fragment.SelectionSet, _schema.AllTypes[fragment.TypeCondition.Type.Name], page);
        }

        return part;
    }

    /// <param name="page">The page size, where the parent is a connection.</param>
    private Part Read(GraphQLField field, IComplexGraphType? parent, ListSize? page)
    {
        // The schema's own fields are no fields of the type: introspection is bound by its depth.
        if (field.SelectionSet is not { } set || parent?.GetField(field.Name) is not { } definition)
        {
            return Part.OneField;
        }

        var type = definition.ResolvedType;
        var isList = false;
        while (type is IProvideResolvedType wrapped)
        {
            isList |= wrapped is ListGraphType;
            type = wrapped.ResolvedType;
        }

        var inner = Read(set, type, definition.Arguments?.Find("first") is null ? null : PageOf(field));
        var key = (field.Alias?.Name ?? field.Name).StringValue;
        return isList
            ? new Part(1, [new CostlyList(key, page ?? IdsOf(field) ?? ListSize.Assumed, new OperationCost(inner.Fields, inner.Lists))])
            : new Part(inner.Fields + 1, Array.ConvertAll(inner.Lists, list => list with { Path = $"{key}.{list.Path}" }));
    }

    private ListSize PageOf(GraphQLField field)
    {
        var (first, last) = (SizeOf(Argument(field, "first")), SizeOf(Argument(field, "last")));
        return first is not null && last is not null ? new ListSize.Larger(first, last) : first ?? last ?? new ListSize.Fixed(PageArguments.Default);
    }

    private ListSize? SizeOf(GraphQLValue? value) => value switch
    {
        GraphQLVariable variable => new ListSize.Page(variable.Name.StringValue, DefaultOf(variable)),
        GraphQLIntValue number => new ListSize.Fixed(Parse(number) is { } size ? Math.Clamp(size, 0, PageArguments.Max) : PageArguments.Max),
        _ => null,
    };

    private int? DefaultOf(GraphQLVariable variable) =>
        _operation.Variables?.Items.Find(one => one.Variable.Name.Value == variable.Name.Value)?.DefaultValue is GraphQLIntValue number ? Parse(number) ?? PageArguments.Max : null;

    private static int? Parse(GraphQLIntValue number) => int.TryParse(number.Value.Span, CultureInfo.InvariantCulture, out var size) ? size : null;

    private static ListSize? IdsOf(GraphQLField field) => Argument(field, "ids") switch
    {
        GraphQLVariable variable => new ListSize.Counted(variable.Name.StringValue),
        GraphQLListValue list => new ListSize.Fixed(list.Values?.Count ?? 0),
        _ => null,
    };

    private static GraphQLValue? Argument(GraphQLField field, string name) => field.Arguments?.Items.Find(argument => argument.Name.Value == name)?.Value;

    private sealed record Part(int Fields, CostlyList[] Lists)
    {
        public static readonly Part Nothing = new(0, []);
        public static readonly Part OneField = new(1, []);
    }
}
