using GraphQL.Validation;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Errors;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>
/// Ends a validation that has found enough. Each error costs a search for the name that was perhaps meant, and nobody reads the
/// hundredth of them.
/// </summary>
internal sealed class FirstErrors : ValidationRuleBase, INodeVisitor
{
    public const int Most = 10;

    private static readonly FirstErrors Instance = new();

    /// <summary>Validates by the engine until enough is wrong.</summary>
    public static async Task<IValidationResult> ValidateAsync(IDocumentValidator engine, ValidationOptions options, IValidationRule? another = null)
    {
        // What is validated already has no rules: it is only read.
        List<IValidationRule> rules = [.. options.Rules ?? DocumentValidator.CoreRules];
        if (rules.Count > 0)
        {
            rules.Insert(0, Instance);
        }

        if (another is not null)
        {
            rules.Add(another);
        }

        try
        {
            return await engine.ValidateAsync(options with { Rules = rules });
        }
        catch (EnoughException enough)
        {
            return new ValidationResult(enough.Errors);
        }
    }

    /// <summary>The last error of an answer that leaves some out.</summary>
    public static RequestFault More() => RequestFault.BadInput($"There are more errors than these {Most}. Correct these first.");

    public override ValueTask<INodeVisitor?> GetPreNodeVisitorAsync(ValidationContext context) => new(this);

    // One more than is told: so it is known that there are more.
    ValueTask INodeVisitor.EnterAsync(ASTNode node, ValidationContext context) =>
        context.HasErrors && context.Errors.Count() > Most ? throw new EnoughException([.. context.Errors]) : default;

    ValueTask INodeVisitor.LeaveAsync(ASTNode node, ValidationContext context) => default;

    private sealed class EnoughException(GraphQL.Validation.ValidationError[] errors) : Exception
    {
        public GraphQL.Validation.ValidationError[] Errors { get; } = errors;
    }
}
