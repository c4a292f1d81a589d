using System.Globalization;
using System.Text;
using System.Text.Json;
using GraphQLParser.AST;
using OrgGraph.Settings.Tests.Schema;

namespace OrgGraph.Settings.Tests.Fuzzing;

/// <summary>Values of input types, mostly good in shape: as JSON for variables, as literals for documents.</summary>
/// <param name="ids">Ids to choose from, by the name of the type that they are of.</param>
internal sealed class ValueGrammar(Random random, IReadOnlyList<(string Type, string Id)> ids)
{
    private const int Deepest = 5;

    private static readonly Dictionary<string, GraphQLTypeDefinition> Types =
        PrintedSchema.Document.Definitions.OfType<GraphQLTypeDefinition>().ToDictionary(type => type.Name.StringValue);

    private static readonly string[] Names =
    [
        "", " ", "a", "Acme", "production", "Support bot", "Viewers", "OWNERS", "Zanz", "zanzibar", "é", "e\u0301", "\u202e\u0000", "\U0001F511", "' OR 1=1 --", "%", "_", "*", "\\", "\"", "\n", "${x}", "<b>",
        new('n', 256), new('n', 257), new('é', 2000), "null", "true", "0", "__proto__", "a@b.test", "ines@outside.test, x@y.test; bad", "Name <c@d.test>",
    ];

    private static readonly string[] Times = ["2030-01-01T12:00:00Z", "2031-06-30T00:00:00+05:30", "2029-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2030-13-01T00:00:00Z", "2031-01-01", "now", ""];

    private static readonly int[] Numbers = [0, 1, 2, 3, 10, 50, 99, 100, 101, 1000, -1, int.MaxValue, int.MinValue];

    public bool Chance(int percent) => random.Next(100) < percent;

    public T Any<T>(IReadOnlyList<T> of) => of[random.Next(of.Count)];

    /// <summary>Some value as JSON.</summary>
    public string Json(GraphQLType type, string name, int depth = 0)
    {
        if (type is GraphQLNonNullType some)
        {
            return depth == 0 && Chance(1) ? "null" : Json(some.Type, name, depth);
        }

        if (Chance(6))
        {
            return "null";
        }

        if (Chance(1))
        {
            return Any<string>(["1", "\"x\"", "[]", "{}", "true", "1e400", "[[null]]", "-0", "12345678901234567890"]);
        }

        return type is GraphQLListType list
            ? $"[{string.Join(",", Enumerable.Range(0, Chance(2) ? 101 : random.Next(4)).Select(_ => Json(list.Type, name, depth + 1)))}]"
            : Named(((GraphQLNamedType)type).Name.StringValue, name, depth);
    }

    /// <summary>A value as JSON, written as a literal: names without quotes, enums bare.</summary>
    public static string Literal(GraphQLType type, string json)
    {
        using var document = JsonDocument.Parse(json);
        return Literal(type, document.RootElement);
    }

    private static string Literal(GraphQLType? type, JsonElement value)
    {
        type = type is GraphQLNonNullType some ? some.Type : type;
        switch (value.ValueKind)
        {
            case JsonValueKind.Array:
                return $"[{string.Join(", ", value.EnumerateArray().Select(item => Literal((type as GraphQLListType)?.Type ?? type, item)))}]";
            case JsonValueKind.Object:
                var fields = type is GraphQLNamedType named && Types.GetValueOrDefault(named.Name.StringValue) is GraphQLInputObjectTypeDefinition input ? input.Fields?.Items : null;
                return $"{{{string.Join(", ", value.EnumerateObject().Select(field => $"{field.Name}: {Literal(fields?.Find(one => one.Name.StringValue == field.Name)?.Type, field.Value)}"))}}}";
            case JsonValueKind.String when type is GraphQLNamedType known && Types.GetValueOrDefault(known.Name.StringValue) is GraphQLEnumTypeDefinition && value.GetString() is { Length: > 0 } text && text.All(char.IsAsciiLetterOrDigit):
                return text;
            case JsonValueKind.String:
                return JsonSerializer.Serialize(value.GetString());
            default:
                return value.GetRawText();
        }
    }

    private string Named(string type, string name, int depth) => type switch
    {
        "ID" => JsonSerializer.Serialize(Id(name)),
        "Int" or "Float" => Any(Numbers).ToString(CultureInfo.InvariantCulture),
        "Boolean" => Chance(50) ? "true" : "false",
        "DateTime" => JsonSerializer.Serialize(Any(Times)),
        "String" or "URL" or "EmailAddress" or "JSON" => Text(name),
        _ => Types[type] switch
        {
            GraphQLEnumTypeDefinition values => JsonSerializer.Serialize(Chance(2) ? "NO_SUCH_VALUE" : Any(values.Values!.Items).Name.StringValue),
            GraphQLInputObjectTypeDefinition input => Object(input, depth),
            var other => throw new NotSupportedException($"{type} is no input type but {other.Kind}."),
        },
    };

    private string Object(GraphQLInputObjectTypeDefinition type, int depth)
    {
        var text = new StringBuilder("{");
        foreach (var field in type.Fields?.Items ?? [])
        {
            var isNeeded = field.Type is GraphQLNonNullType && field.DefaultValue is null;
            if (isNeeded ? !Chance(1) : depth < Deepest && Chance(35))
            {
                text.Append(text.Length > 1 ? "," : "").Append(JsonSerializer.Serialize(field.Name.StringValue)).Append(':').Append(Json(field.Type, field.Name.StringValue, depth + 1));
            }
        }

        return text.Append(Chance(1) ? (text.Length > 1 ? ",\"surplus\":1}" : "\"surplus\":1}") : "}").ToString();
    }

    private string Text(string name)
    {
        if (Chance(2))
        {
            // Half a character: only an escape can send it.
            return "\"a\\ud800b\"";
        }

        var text = name is "after" or "before" && Chance(60) ? Convert.ToBase64String(Encoding.UTF8.GetBytes(Any(Names)))
            : name is "name" or "confirmName" && Chance(50) ? string.Create(CultureInfo.InvariantCulture, $"Fuzzed {random.Next(1_000_000)}")
            : name == "emails" && Chance(60) ? string.Create(CultureInfo.InvariantCulture, $"fuzzed{random.Next(1000)}@outside.test")
            : Any(Names);
        return JsonSerializer.Serialize(text);
    }

    // Mostly an id of what the name asks for, sometimes of something else, sometimes none at all.
    private string Id(string name)
    {
        if (Chance(10))
        {
            return Chance(50) ? Any(Names) : Any(ids).Id[..^1];
        }

        var fitting = ids.Where(one => name.Contains(one.Type, StringComparison.OrdinalIgnoreCase)).ToList();
        return Chance(75) && fitting.Count > 0 ? Any(fitting).Id : Any(ids).Id;
    }
}
