using GraphQLParser.AST;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Server;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Schema;

/// <summary>The schema of this build, made once and without a server.</summary>
internal static class PrintedSchema
{
    private static readonly Lazy<WebApplication> App = new(() => OrgGraphServer.Build([], forServing: false));

    public static SettingsSchema Schema { get; } = App.Value.Services.GetRequiredService<SettingsSchema>();

    public static string Text { get; } = SchemaText.Print(Schema);

    public static GraphQLDocument Document { get; } = GraphQLParser.Parser.Parse(Text);

    public static string ContractText { get; } = Repository.Read("schema/contract.graphql");

    public static GraphQLDocument Contract { get; } = GraphQLParser.Parser.Parse(ContractText);

    /// <summary>Every field of every object type, with the policies that guard it.</summary>
    public static IEnumerable<(string Type, GraphQLFieldDefinition Field, string[] Policies)> FieldsOf(GraphQLDocument document) =>
        from type in document.Definitions.OfType<GraphQLObjectTypeDefinition>()
        from field in type.Fields?.Items ?? []
        select (type.Name.StringValue, field, PoliciesOf(field));

    private static string[] PoliciesOf(GraphQLFieldDefinition field) =>
    [
        .. (field.Directives?.Items ?? []).Where(directive => directive.Name.StringValue == "authorize")
            .Select(directive => ((GraphQLEnumValue)directive.Arguments!.Items.Single().Value).Name.StringValue),
    ];
}
