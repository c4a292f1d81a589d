using GraphQL;
using GraphQL.Validation;
using GraphQLParser.AST;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Schema;

/// <summary>The documents that clients use are good against the schema of this build.</summary>
public sealed class OperationDocumentsTests
{
    public static TheoryData<string> Files =>
        [.. Directory.GetFiles(Repository.PathOf("schema/operations"), "*.graphql").Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Document_is_valid(string file)
    {
        var text = Repository.Read($"schema/operations/{file}");

        Assert.Empty(await ProblemsAsync(text));
        Assert.Equal(Path.GetFileNameWithoutExtension(file), GraphQLParser.Parser.Parse(text).Definitions.OfType<GraphQLOperationDefinition>().Single().Name!.StringValue);
    }

    [Fact]
    public async Task Document_is_refused_when_it_asks_for_what_there_is_not() =>
        Assert.NotEmpty(await ProblemsAsync("query Planted { viewer { password } }"));

    [Fact]
    public async Task First_document_of_the_ide_is_valid() => Assert.Empty(await ProblemsAsync(OrgGraph.Server.Demo.FirstDocument.Text));

    private static async Task<IReadOnlyList<string>> ProblemsAsync(string text)
    {
        var document = GraphQLParser.Parser.Parse(text);
        var problems = new List<string>();
        foreach (var operation in document.Definitions.OfType<GraphQLOperationDefinition>())
        {
            var result = await new DocumentValidator().ValidateAsync(new ValidationOptions
            {
                Schema = PrintedSchema.Schema,
                Document = document,
                Operation = operation,
                Variables = Samples(operation),
            });
            problems.AddRange(result.Errors.Select(error => error.Message));
        }

        return problems;
    }

    // Variables are coerced too, so the required ones need some value.
    private static Inputs Samples(GraphQLOperationDefinition operation) =>
        new((operation.Variables?.Items ?? []).Where(variable => variable.DefaultValue is null)
            .ToDictionary(variable => variable.Variable.Name.StringValue, variable => SampleValues.Of(variable.Type, PrintedSchema.Document)));
}
