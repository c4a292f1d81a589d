using System.Collections.Concurrent;
using System.Text.Json;
using GraphQL.Execution;
using GraphQL.Types;
using GraphQLParser.AST;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>A field of a selection set, with what the engine would look up again for each object of a list.</summary>
internal sealed class PlannedField
{
    public PlannedField(GraphQLField ast, FieldType definition)
    {
        Ast = ast;
        Definition = definition;
        IsRequired = definition.ResolvedType is NonNullGraphType;
        Type = Nullable(definition.ResolvedType!);
        Reader = definition.Resolver as IPropertyReader;
        JsonName = JsonEncodedText.Encode(ast.Alias is { } alias ? alias.Name.StringValue : definition.Name, ResultWriter.Encoder);
    }

    public GraphQLField Ast { get; }

    public FieldType Definition { get; }

    /// <summary>The result's type without its outer non-null.</summary>
    public IGraphType Type { get; }

    public bool IsRequired { get; }

    /// <summary>Reads the field from its object alone, when it takes no more than that.</summary>
    public IPropertyReader? Reader { get; }

    /// <summary>The response key, as it stands in the answer.</summary>
    public JsonEncodedText JsonName { get; }

    public static IGraphType Nullable(IGraphType type) => type is NonNullGraphType required ? required.ResolvedType! : type;
}

/// <summary>
/// What the selection sets of one document come to on each object type, and what its operations read. They are found out once for a
/// document, unless a directive's variable, or fields that must be merged, make them differ from one execution to the next.
/// </summary>
/// <param name="document">The document.</param>
internal sealed class SelectionPlans(GraphQLDocument document)
{
    private readonly ConcurrentDictionary<(GraphQLSelectionSet Selection, IGraphType Type), PlannedField[]> _known = [];

    private readonly ConcurrentDictionary<GraphQLOperationDefinition, InputPlan> _inputs = [];

    private Dictionary<string, GraphQLFragmentDefinition> Fragments
    {
        get => field ??= document.Definitions.OfType<GraphQLFragmentDefinition>().ToDictionary(fragment => fragment.FragmentName.Name.StringValue);
    }

    /// <summary>What a spread stands for. Of a validated document: no two fragments have one name.</summary>
    public GraphQLFragmentDefinition? Fragment(GraphQLFragmentSpread spread) => Fragments.GetValueOrDefault(spread.FragmentName.Name.StringValue);

    public InputPlan? Find(GraphQLOperationDefinition operation) => _inputs.GetValueOrDefault(operation);

    public void Keep(GraphQLOperationDefinition operation, InputPlan inputs) => _inputs.TryAdd(operation, inputs);

    public PlannedField[]? Find(GraphQLSelectionSet selection, IGraphType type) => _known.GetValueOrDefault((selection, type));

    public void Keep(GraphQLSelectionSet selection, IGraphType type, PlannedField[] fields) => _known.TryAdd((selection, type), fields);
}

/// <summary>A node that knows its planned field.</summary>
internal interface IPlannedNode
{
    PlannedField Planned { get; }
}

/// <summary>An object, or an item of a list of them.</summary>
internal sealed class PlannedObject(ExecutionNode parent, IGraphType type, PlannedField field, int? index)
    : ObjectExecutionNode(parent, type, field.Ast, field.Definition, index), IPlannedNode
{
    public PlannedField Planned { get; } = field;
}

/// <summary>A list.</summary>
internal sealed class PlannedList(ExecutionNode parent, IGraphType type, PlannedField field, int? index)
    : ArrayExecutionNode(parent, type, field.Ast, field.Definition, index), IPlannedNode
{
    public PlannedField Planned { get; } = field;
}

/// <summary>A scalar or an enumeration's value.</summary>
internal sealed class PlannedLeaf(ExecutionNode parent, ScalarGraphType type, PlannedField field, int? index)
    : ValueExecutionNode(parent, type, field.Ast, field.Definition, index), IPlannedNode
{
    public PlannedField Planned { get; } = field;
}
