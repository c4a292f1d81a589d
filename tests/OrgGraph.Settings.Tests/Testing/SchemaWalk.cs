using GraphQL.Types;
using OrgGraph.Settings.Tests.Schema;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>Selections that ask for everything that a type leads to, over every path that the schema has.</summary>
internal static class SchemaWalk
{
    /// <summary>One selection for each field of the type, with what it leads to.</summary>
    /// <param name="arguments">For fields that need some: by <c>Type.field</c>.</param>
    public static IEnumerable<(string Field, string Selection)> FieldsOf(string type, int depth, IReadOnlyDictionary<string, string> arguments) =>
        ((IObjectGraphType)PrintedSchema.Schema.AllTypes[type]!).Fields
            .Select(field => (field.Name, Selection: Of(type, field, depth, arguments, "")))
            .Where(one => one.Selection is not null)
            .Select(one => (one.Name, one.Selection!));

    /// <summary>Everything that an interface or union may be, with what it leads to.</summary>
    public static IEnumerable<string> Possible(string type, int depth, IReadOnlyDictionary<string, string> arguments)
    {
        var possible = ((IAbstractGraphType)PrintedSchema.Schema.AllTypes[type]!).PossibleTypes;
        return possible.Select(one => $"... on {one.Name} {{ {one.Name}_is: __typename {string.Join(' ', one.Fields.Select(field => Of(one.Name, field, depth, arguments, one.Name + "_")).OfType<string>())} }}");
    }

    // Aliased by the type where several types meet: their fields of one name may differ.
    private static string? Of(string type, FieldType field, int depth, IReadOnlyDictionary<string, string> arguments, string prefix)
    {
        var given = arguments.GetValueOrDefault($"{type}.{field.Name}");
        if (given is null && field.Arguments?.Any(argument => argument.ResolvedType is NonNullGraphType && argument.DefaultValue is null) == true)
        {
            return null;
        }

        given ??= field.Arguments?.Find("first") is null ? null : "first: 3";
        var alias = (prefix.Length == 0 ? field.Name : $"{prefix}{field.Name}: {field.Name}") + (given is null ? "" : $"({given})");
        var inner = Bare(field.ResolvedType!);
        switch (inner)
        {
            case ScalarGraphType:
                return field.Name == "actorName" ? null : alias;
            case IAbstractGraphType when depth > 0:
                return $"{alias} {{ {string.Join(' ', Possible(inner.Name, depth - 1, arguments))} }}";
            case IObjectGraphType next when depth > 0 && (next.Name != "Organization" || prefix.Length == 0 && type == "Project"):
                // Edges say what nodes say; connections are no step of their own.
                var fields = next.Fields.Where(one => one.Name != "edges").Select(one => Of(next.Name, one, one.Name is "nodes" or "node" ? depth : depth - 1, arguments, "")).OfType<string>().ToList();
                return fields.Count == 0 ? null : $"{alias} {{ {string.Join(' ', fields)} }}";
            default:
                return null;
        }
    }

    private static IGraphType Bare(IGraphType type) => type switch
    {
        NonNullGraphType some => Bare(some.ResolvedType!),
        ListGraphType list => Bare(list.ResolvedType!),
        _ => type,
    };
}
