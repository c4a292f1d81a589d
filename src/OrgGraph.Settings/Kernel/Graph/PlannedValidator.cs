using GraphQL;
using GraphQL.Execution;
using GraphQL.Instrumentation;
using GraphQL.Types;
using GraphQL.Validation;
using GraphQLParser.AST;
using ExecutionContext = GraphQL.Execution.ExecutionContext;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Validates by the engine, and plans how the variables and arguments of a validated operation are read from then on.</summary>
internal sealed class PlannedValidator : IDocumentValidator
{
    private readonly DocumentValidator _engine = new();

    public Task<IValidationResult> ValidateAsync(in ValidationOptions options)
    {
        if (((RequestContext)options.UserContext).Plans is not { } plans)
        {
            return FirstErrors.ValidateAsync(_engine, options);
        }

        if (plans.Find(options.Operation) is not { } plan)
        {
            return PlanAsync(options, plans);
        }

        return plan.Read(options) is { } read ? Task.FromResult(read) : FirstErrors.ValidateAsync(_engine, options);
    }

    private async Task<IValidationResult> PlanAsync(ValidationOptions options, SelectionPlans plans)
    {
        var fields = new FieldsWithArguments();
        var result = await FirstErrors.ValidateAsync(_engine, options, fields);
        if (result.IsValid)
        {
            plans.Keep(options.Operation, InputPlan.Of(options.Operation, options.Schema, fields.Definitions, result.ArgumentValues));
        }

        return result;
    }

    /// <summary>No rule: looks on while the engine validates.</summary>
    private sealed class FieldsWithArguments : ValidationRuleBase
    {
        public Dictionary<GraphQLField, FieldType> Definitions { get; } = [];

        public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context) =>
            new(new MatchingNodeVisitor<GraphQLField>((field, current) =>
            {
                if (field.Arguments?.Count > 0 && current.TypeInfo.GetFieldDef() is { } definition)
                {
                    Definitions[field] = definition;
                }
            }));
    }
}

/// <summary>Executes by <see cref="PlannedStrategy"/> and its heirs alone, which do one thing at a time: nothing is copied for threads.</summary>
internal sealed class PlannedExecuter(IExecutionStrategySelector strategies) : DocumentExecuter(new GraphQLDocumentBuilder(), new PlannedValidator(), strategies, [])
{
    protected override ExecutionContext BuildExecutionContext(
        ExecutionOptions options, GraphQLDocument document, GraphQLOperationDefinition operation, IValidationResult validationResult, Metrics metrics)
    {
        var context = new ExecutionContext
        {
            Document = document,
            Schema = options.Schema!,
            RootValue = options.Root,
            UserContext = options.UserContext,
            ExecutionOptions = options,
            Operation = operation,
            Variables = validationResult.Variables ?? Variables.None,
            ArgumentValues = validationResult.ArgumentValues,
            DirectiveValues = validationResult.DirectiveValues,
            Errors = [],
            InputExtensions = options.Extensions ?? Inputs.Empty,
            OutputExtensions = [],
            CancellationToken = options.CancellationToken,
            Metrics = metrics,
            Listeners = options.Listeners,
            ThrowOnUnhandledException = options.ThrowOnUnhandledException,
            UnhandledExceptionDelegate = options.UnhandledExceptionDelegate,
            MaxParallelExecutionCount = options.MaxParallelExecutionCount,
            RequestServices = options.RequestServices,
            User = options.User,
        };
        context.ExecutionStrategy = SelectExecutionStrategy(context);
        return context;
    }
}
