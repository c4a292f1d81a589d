using GraphQLParser.AST;

namespace OrgGraph.Settings.Tests.Schema;

/// <summary>
/// A schema as a flat list of facts, e.g. <c>Query.node(id)</c> is <c>ID!</c>: two schemas are compared fact by fact. Descriptions are none.
/// </summary>
internal static class SchemaFacts
{
    private static readonly string[] BuiltIn = ["skip", "include", "deprecated", "specifiedBy", "oneOf"];

    public static SortedDictionary<string, string> Of(GraphQLDocument document)
    {
        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var definition in document.Definitions)
        {
            Add(facts, definition);
        }

        return facts;
    }

    /// <summary>What the printed schema says otherwise than the contract, or not at all.</summary>
    public static IReadOnlyList<string> Disagreements(
        IReadOnlyDictionary<string, string> printed, IReadOnlyDictionary<string, string> contract, IReadOnlyDictionary<string, string> extras)
    {
        var problems = new List<string>();
        foreach (var (name, value) in printed)
        {
            if (contract.TryGetValue(name, out var wanted))
            {
                if (wanted != value)
                {
                    problems.Add($"{name} is `{value}`; the contract says `{wanted}`.");
                }
            }
            else if (!extras.ContainsKey(name))
            {
                problems.Add($"{name} (`{value}`) is not in the contract: list it as an extra with a reason, or take it away.");
            }
        }

        problems.AddRange(contract.Keys.Where(name => !printed.ContainsKey(name)).Select(name => $"{name} (`{contract[name]}`) is missing."));
        problems.AddRange(extras.Keys.Where(name => !printed.ContainsKey(name)).Select(name => $"{name} is listed as an extra but does not exist."));
        return problems;
    }

    private static void Add(SortedDictionary<string, string> facts, ASTNode definition)
    {
        switch (definition)
        {
            case GraphQLObjectTypeDefinition type:
                AddType(facts, type.Name.StringValue, "type", type.Interfaces, type.Fields);
                break;
            case GraphQLInterfaceTypeDefinition type:
                AddType(facts, type.Name.StringValue, "interface", type.Interfaces, type.Fields);
                break;
            case GraphQLInputObjectTypeDefinition type:
                facts[type.Name.StringValue] = "input";
                foreach (var field in type.Fields?.Items ?? [])
                {
                    facts[$"{type.Name.StringValue}.{field.Name.StringValue}"] = Write(field);
                }

                break;
            case GraphQLEnumTypeDefinition type:
                facts[type.Name.StringValue] = "enum";
                AddAll(facts, type.Name.StringValue, "value", type.Values?.Items.Select(value => value.Name.StringValue));
                break;
            case GraphQLUnionTypeDefinition type:
                facts[type.Name.StringValue] = "union";
                AddAll(facts, type.Name.StringValue, "member", type.Types?.Items.Select(member => member.Name.StringValue));
                break;
            case GraphQLScalarTypeDefinition type:
                facts[type.Name.StringValue] = "scalar" + Write(type.Directives);
                break;
            case GraphQLDirectiveDefinition directive when Array.IndexOf(BuiltIn, directive.Name.StringValue) < 0:
                facts["@" + directive.Name.StringValue] = (directive.Repeatable ? "repeatable on " : "on ") + string.Join(" | ", directive.Locations.Items.Select(location => location.ToString()).Order(StringComparer.Ordinal));
                AddArguments(facts, "@" + directive.Name.StringValue, directive.Arguments);
                break;
        }
    }

    private static void AddType(SortedDictionary<string, string> facts, string name, string kind, GraphQLImplementsInterfaces? interfaces, GraphQLFieldsDefinition? fields)
    {
        facts[name] = kind;
        AddAll(facts, name, "implements", interfaces?.Items.Select(type => type.Name.StringValue));
        foreach (var field in fields?.Items ?? [])
        {
            var path = $"{name}.{field.Name.StringValue}";
            facts[path] = Write(field.Type);
            AddArguments(facts, path, field.Arguments);
            foreach (var directive in Texts(field.Directives))
            {
                facts[path + directive] = "directive";
            }
        }
    }

    private static void AddArguments(SortedDictionary<string, string> facts, string path, GraphQLArgumentsDefinition? arguments)
    {
        foreach (var argument in arguments?.Items ?? [])
        {
            facts[$"{path}({argument.Name.StringValue})"] = Write(argument);
        }
    }

    private static void AddAll(SortedDictionary<string, string> facts, string name, string kind, IEnumerable<string>? items)
    {
        foreach (var item in items ?? [])
        {
            facts[$"{name} {kind} {item}"] = kind;
        }
    }

    private static string Write(GraphQLInputValueDefinition value) =>
        Write(value.Type) + (value.DefaultValue is { } standard ? " = " + Write(standard) : "") + Write(value.Directives);

    private static string Write(GraphQLDirectives? directives) => string.Concat(Texts(directives));

    private static IEnumerable<string> Texts(GraphQLDirectives? directives) =>
        (directives?.Items ?? []).Select(directive =>
            $" @{directive.Name.StringValue}({string.Join(", ", directive.Arguments?.Items.Select(argument => $"{argument.Name.StringValue}: {Write(argument.Value)}") ?? [])})").Order(StringComparer.Ordinal);

    public static string Write(GraphQLType type) => type switch
    {
        GraphQLNonNullType some => Write(some.Type) + "!",
        GraphQLListType list => $"[{Write(list.Type)}]",
        GraphQLNamedType named => named.Name.StringValue,
        _ => throw new NotSupportedException(type.Kind.ToString()),
    };

    private static string Write(GraphQLValue value) => value switch
    {
        GraphQLEnumValue member => member.Name.StringValue,
        GraphQLListValue list => $"[{string.Join(", ", (list.Values ?? []).Select(Write))}]",
        GraphQLNullValue => "null",
        GraphQLStringValue text => $"\"{text.Value}\"",
        IHasValueNode literal => literal.Value.ToString(),
        _ => throw new NotSupportedException(value.Kind.ToString()),
    };
}
