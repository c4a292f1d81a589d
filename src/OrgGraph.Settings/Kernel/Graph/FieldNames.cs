using GraphQLParser.AST;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>The names of all fields that a document asks for, wherever they stand.</summary>
internal sealed class FieldNames : GraphQLParser.Visitors.ASTVisitor<FieldNames.State>
{
    public static HashSet<string> In(GraphQLDocument document)
    {
        var state = new State();
        new FieldNames().VisitAsync(document, state).AsTask().GetAwaiter().GetResult();
        return state.Names;
    }

    protected override ValueTask VisitFieldAsync(GraphQLField field, State context)
    {
        context.Names.Add(field.Name.StringValue);
        return base.VisitFieldAsync(field, context);
    }

    internal sealed class State : GraphQLParser.Visitors.IASTVisitorContext
    {
        public HashSet<string> Names { get; } = [];

        public CancellationToken CancellationToken => default;
    }
}
