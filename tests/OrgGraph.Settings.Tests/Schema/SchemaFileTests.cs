using GraphQL.Types;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Schema;

/// <summary>The committed schema, its words and its guards.</summary>
public sealed class SchemaFileTests
{
    private const string Export = "dotnet run --project src/OrgGraph.Server -- schema export --output schema/schema.graphql";

    /// <summary>Mutations and subscriptions that anybody may use, each with its reason. None so far.</summary>
    private static readonly Dictionary<string, string> Unguarded = [];

    [Fact]
    public void Committed_file_is_what_the_server_prints() =>
        Assert.True(Repository.Read("schema/schema.graphql") == PrintedSchema.Text, $"schema/schema.graphql is not this build's schema. Run: {Export}");

    [Fact]
    public void Everything_has_a_description() => Assert.Empty(Undescribed(PrintedSchema.Schema));

    [Fact]
    public void Missing_description_is_found_when_one_is_planted()
    {
        var query = new ObjectGraphType { Name = "Query", Description = "Described." };
        query.Field<StringGraphType>("bare").Argument<StringGraphType>("naked");
        var planted = new GraphQL.Types.Schema { Query = query };
        planted.Initialize();

        Assert.Equal(["Query.bare", "Query.bare(naked)"], Undescribed(planted));
    }

    [Fact]
    public void Every_mutation_and_subscription_is_guarded()
    {
        var open = PrintedSchema.FieldsOf(PrintedSchema.Document)
            .Where(field => field.Type is "Mutation" or "Subscription" && field.Policies.Length == 0)
            .Select(field => $"{field.Type}.{field.Field.Name.StringValue}");

        Assert.Equal(Unguarded.Keys.Order(StringComparer.Ordinal), open.Order(StringComparer.Ordinal));
    }

    private static List<string> Undescribed(ISchema schema)
    {
        var found = new List<string>();
        void Check(string name, string? description)
        {
            if (string.IsNullOrWhiteSpace(description))
            {
                found.Add(name);
            }
        }

        foreach (var type in schema.AllTypes.Where(type => !type.Name.StartsWith("__", StringComparison.Ordinal) && type is not ScalarGraphType { Name: "String" or "Int" or "Float" or "Boolean" or "ID" }))
        {
            Check(type.Name, type.Description);
            foreach (var field in (type as IComplexGraphType)?.Fields ?? [])
            {
                Check($"{type.Name}.{field.Name}", field.Description);
                foreach (var argument in field.Arguments ?? [])
                {
                    Check($"{type.Name}.{field.Name}({argument.Name})", argument.Description);
                }
            }

            foreach (var value in (type as EnumerationGraphType)?.Values ?? new EnumValues())
            {
                Check($"{type.Name}.{value.Name}", value.Description);
            }
        }

        return found;
    }
}
