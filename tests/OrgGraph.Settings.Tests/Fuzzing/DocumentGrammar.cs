using System.Globalization;
using System.Text;
using GraphQLParser.AST;
using OrgGraph.Settings.Tests.Schema;

namespace OrgGraph.Settings.Tests.Fuzzing;

/// <summary>Documents with variables, drawn from the printed schema: most of them good, some with something wrong.</summary>
internal sealed class DocumentGrammar(Random random, ValueGrammar values)
{
    private const int MaxFields = 60;

    private static readonly Dictionary<string, GraphQLTypeDefinition> Types =
        PrintedSchema.Document.Definitions.OfType<GraphQLTypeDefinition>().ToDictionary(type => type.Name.StringValue);

    private readonly StringBuilder _variables = new();
    private readonly List<string> _declared = [];
    private readonly List<string> _fragments = [];
    private int _fields;

    /// <summary>The body of a request, as JSON.</summary>
    public string Request()
    {
        _variables.Clear();
        _declared.Clear();
        _fragments.Clear();
        _fields = 0;
        var (keyword, root) = random.Next(100) switch { < 52 => ("query", "Query"), < 95 => ("mutation", "Mutation"), _ => ("subscription", "Subscription") };
        var selection = Selection(root, values.Chance(50) ? 3 : 7);
        var declared = _declared.Count > 0 ? $"({string.Join(", ", _declared)})" : "";
        var document = $"{keyword} Fuzzed{declared} {selection} {string.Join(' ', _fragments)}";
        document = values.Chance(3) ? Spoil(document) : document;
        return $"{{\"query\":{System.Text.Json.JsonSerializer.Serialize(document)},\"variables\":{{{_variables}}}}}";
    }

    private string Spoil(string document) => random.Next(4) switch
    {
        0 => document[..random.Next(document.Length)],
        1 => document.Insert(random.Next(document.Length), values.Any<string>(["{", "}", "$", "\"", "...", "@skip", "#", "\u0000", "on", "!"])),
        2 => document + " " + document,
        _ => document.Replace("id", "noSuchField", StringComparison.Ordinal),
    };

    private string Selection(string type, int depth)
    {
        if (type.EndsWith("Error", StringComparison.Ordinal) && Types[type] is GraphQLUnionTypeDefinition)
        {
            return "{ __typename ... on UserError { code message path } }";
        }

        var fields = (Types[type] as GraphQLObjectTypeDefinition)?.Fields?.Items ?? (Types[type] as GraphQLInterfaceTypeDefinition)?.Fields?.Items ?? [];
        var usable = fields.Where(field => depth > 0 || IsLeaf(field.Type)).ToList();
        var parts = new List<string> { "__typename" };
        for (var count = random.Next(1, type is "Mutation" or "Subscription" ? 2 : 6); count > 0 && usable.Count > 0 && _fields < MaxFields; count--)
        {
            parts.Add(Field(values.Any(usable), depth));
        }

        foreach (var other in Types[type] is GraphQLObjectTypeDefinition ? [] : Possible(type).Where(_ => values.Chance(40)).Take(4))
        {
            parts.Add($"... on {other} {Selection(other, Math.Max(depth - 1, 0))}");
        }

        if (values.Chance(8) && depth > 0)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"Part{_fragments.Count}");
            _fragments.Add("");
            var place = _fragments.Count - 1;
            _fragments[place] = $"fragment {name} on {type} {Selection(type, depth - 1)}";
            parts.Add("..." + name);
        }

        return $"{{ {string.Join(' ', parts)} }}";
    }

    private string Field(GraphQLFieldDefinition field, int depth)
    {
        _fields++;
        // Mostly: one name for two fields with other arguments is no good document.
        var alias = values.Chance(96) ? string.Create(CultureInfo.InvariantCulture, $"f{_fields}: ") : "";
        var arguments = (field.Arguments?.Items ?? []).Where(argument => argument.Type is GraphQLNonNullType ? !values.Chance(1) : values.Chance(30)).Select(Argument).ToList();
        var directive = values.Chance(3) ? values.Any<string>([" @include(if: true)", " @skip(if: false)", " @skip(if: true)", " @include(if: 1)", " @noSuch"]) : "";
        var inner = IsLeaf(field.Type) ? "" : " " + Selection(NameOf(field.Type), depth - 1);
        return $"{alias}{field.Name.StringValue}{(arguments.Count > 0 ? $"({string.Join(", ", arguments)})" : "")}{directive}{inner}";
    }

    private string Argument(GraphQLInputValueDefinition argument)
    {
        var name = argument.Name.StringValue;
        var json = values.Json(argument.Type, name);
        if (values.Chance(35))
        {
            try
            {
                return $"{name}: {ValueGrammar.Literal(argument.Type, json)}";
            }
            catch (System.Text.Json.JsonException)
            {
                // Only JSON can say it.
            }
            catch (InvalidOperationException)
            {
                // Half a character cannot be written into a document.
            }
        }

        var variable = string.Create(CultureInfo.InvariantCulture, $"v{_declared.Count}");
        _declared.Add($"${variable}: {SchemaFacts.Write(argument.Type)}");
        _variables.Append(_variables.Length > 0 ? "," : "").Append('"').Append(variable).Append("\":").Append(json);
        return $"{name}: ${variable}";
    }

    private static bool IsLeaf(GraphQLType type) => !Types.TryGetValue(NameOf(type), out var definition) || definition is GraphQLScalarTypeDefinition or GraphQLEnumTypeDefinition;

    private static IEnumerable<string> Possible(string type) => Types[type] is GraphQLUnionTypeDefinition union
        ? union.Types!.Items.Select(member => member.Name.StringValue)
        : Types.Values.OfType<GraphQLObjectTypeDefinition>().Where(other => other.Interfaces?.Items.Any(one => one.Name.StringValue == type) == true).Select(other => other.Name.StringValue);

    private static string NameOf(GraphQLType type) => SchemaFacts.Write(type).Trim('[', ']', '!');
}
