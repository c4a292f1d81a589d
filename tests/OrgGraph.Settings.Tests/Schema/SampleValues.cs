using GraphQLParser.AST;

namespace OrgGraph.Settings.Tests.Schema;

/// <summary>Some value of an input type: good in shape, not in meaning.</summary>
internal static class SampleValues
{
    public static object? Of(GraphQLType type, GraphQLDocument schema) => type switch
    {
        GraphQLNonNullType some => Some(some.Type, schema),
        _ => null,
    };

    private static object Some(GraphQLType type, GraphQLDocument schema)
    {
        if (type is GraphQLListType)
        {
            return Array.Empty<object>();
        }

        var name = ((GraphQLNamedType)type).Name.StringValue;
        return name switch
        {
            "ID" or "String" or "URL" => "sample",
            "EmailAddress" => "a@b.test",
            "DateTime" => "2030-01-01T00:00:00Z",
            "Int" or "Float" => 1,
            "Boolean" => true,
            _ => schema.Definitions.OfType<GraphQLTypeDefinition>().Single(definition => definition.Name.StringValue == name) switch
            {
                GraphQLEnumTypeDefinition values => values.Values!.Items[0].Name.StringValue,
                GraphQLInputObjectTypeDefinition input => input.Fields!.Items.Where(field => field.Type is GraphQLNonNullType && field.DefaultValue is null)
                    .ToDictionary(field => field.Name.StringValue, field => Of(field.Type, schema)),
                var other => throw new NotSupportedException($"{name} is no input type but {other.Kind}."),
            },
        };
    }
}
