using GraphQL.Types;
using GraphQLParser.AST;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>A parsed document, and what was found out about it.</summary>
internal sealed class PreparedDocument(GraphQLDocument document, UInt128 key, string hash, int length, int tokens)
{
    // Measured: a parsed token takes about 100 bytes, its node's and its share of what was worked out; a field's plan comes on top.
    private const int BytesOfToken = 180;

    private (GraphQLOperationDefinition Operation, OperationCost Cost)[] _costs = [];

    public GraphQLDocument Document { get; } = document;

    /// <summary>The first half of the hash.</summary>
    public UInt128 Key { get; } = key;

    /// <summary>SHA-256 of the text, for logs: the text itself is kept nowhere.</summary>
    public string Hash { get; } = hash;

    /// <summary>What keeping it costs. The nodes refer to pieces of the text, so it counts as well.</summary>
    public int Bytes { get; } = (length * sizeof(char)) + (tokens * BytesOfToken);

    /// <summary>Its operations have passed validation.</summary>
    public bool IsValidated { get; set; }

    /// <summary>A mutation with a string in its text may hold a secret: never kept.</summary>
    public bool MayBeKept { get; } = !document.Definitions.OfType<GraphQLOperationDefinition>().Any(operation => operation.Operation == OperationType.Mutation) || !HasString.In(document);

    /// <summary>It asks for the schema, anywhere in it. What a thing is called (<c>__typename</c>) is no secret.</summary>
    public bool Introspects { get; } = HasIntrospection.In(document);

    /// <summary>Its selection sets; null when a directive decides at each execution what they hold.</summary>
    public SelectionPlans? Plans { get; } = HasSelectionDirective.In(document) ? null : new SelectionPlans(document);

    public GraphQLOperationDefinition? Operation(string? name)
    {
        var operations = Document.Definitions.OfType<GraphQLOperationDefinition>();
        return string.IsNullOrEmpty(name)
            ? operations.Take(2).Count() == 1 ? operations.First() : null
            : operations.FirstOrDefault(operation => operation.Name?.Value == name);
    }

    /// <summary>What one of its operations costs: worked out once, whoever asks and with whatever variables.</summary>
    public OperationCost CostOf(GraphQLOperationDefinition operation, ISchema schema)
    {
        foreach (var (known, cost) in _costs)
        {
            if (known == operation)
            {
                return cost;
            }
        }

        // Two requests at once may both work it out, and one of them again later.
        var made = OperationCost.Of(operation, Document, schema);
        _costs = [.. _costs, (operation, made)];
        return made;
    }

    private sealed class HasIntrospection : GraphQLParser.Visitors.ASTVisitor<HasString.State>
    {
        public static bool In(GraphQLDocument document)
        {
            var state = new HasString.State();
            new HasIntrospection().VisitAsync(document, state).AsTask().GetAwaiter().GetResult();
            return state.Found;
        }

        protected override ValueTask VisitFieldAsync(GraphQLField field, HasString.State context)
        {
            context.Found |= field.Name.Value == "__schema" || field.Name.Value == "__type";
            return base.VisitFieldAsync(field, context);
        }
    }

    private sealed class HasSelectionDirective : GraphQLParser.Visitors.ASTVisitor<HasString.State>
    {
        public static bool In(GraphQLDocument document)
        {
            var state = new HasString.State();
            new HasSelectionDirective().VisitAsync(document, state).AsTask().GetAwaiter().GetResult();
            return state.Found;
        }

        protected override ValueTask VisitDirectiveAsync(GraphQLDirective directive, HasString.State context)
        {
            context.Found = true;
            return default;
        }
    }

    private sealed class HasString : GraphQLParser.Visitors.ASTVisitor<HasString.State>
    {
        public static bool In(GraphQLDocument document)
        {
            var state = new State();
            new HasString().VisitAsync(document, state).AsTask().GetAwaiter().GetResult();
            return state.Found;
        }

        protected override ValueTask VisitStringValueAsync(GraphQLStringValue stringValue, State context)
        {
            context.Found = true;
            return default;
        }

        internal sealed class State : GraphQLParser.Visitors.IASTVisitorContext
        {
            public bool Found { get; set; }

            public CancellationToken CancellationToken => default;
        }
    }
}
