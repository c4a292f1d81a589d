using GraphQL;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>One request, as the executor needs it.</summary>
/// <param name="TraceId">Told with an unexpected error, and nothing else of it.</param>
/// <param name="AllowIntrospection">Whether this caller may read the schema from the server.</param>
/// <param name="SuggestNames">Whether an error may say which name was perhaps meant: that names what there is.</param>
/// <param name="Rates">How many requests the caller may send; null for any number.</param>
public sealed record GraphRequest(
    string Query,
    string? OperationName,
    Inputs Variables,
    Caller Caller,
    string TraceId,
    bool AllowMutation,
    bool AllowSubscription,
    bool AllowIntrospection = true,
    bool SuggestNames = false,
    IRequestRates? Rates = null);

/// <summary>How a request ended.</summary>
public enum GraphOutcome
{
    Executed,

    /// <summary>Not executed: parse, validation or variable error.</summary>
    Refused,
    MutationNotAllowed,

    /// <summary>Too many too soon: try again after a while.</summary>
    RateLimited,
    Unavailable,
}

/// <summary>A whole answer, or an accepted subscription; and what operators may know of it.</summary>
/// <param name="RetryAfterSeconds">For <see cref="GraphOutcome.RateLimited"/>.</param>
public sealed record GraphAnswer(GraphOutcome Outcome, ReadOnlyMemory<byte> Json, Func<IEventSink, IDisposable>? Stream = null, int? RetryAfterSeconds = null)
{
    /// <summary>The code of the first error; null when there is none.</summary>
    public string? Code { get; init; }

    /// <summary>The code of the first refusal in a mutation's payload; null when there is none.</summary>
    public string? Refusal { get; init; }

    /// <summary>Which of the looks at a request that come before its execution refused it; null when none did.</summary>
    public string? RefusedBy { get; init; }

    /// <summary>The organization that was looked into; null when there was none, or the caller does not belong to it.</summary>
    public Guid? OrganizationId { get; init; }

    /// <summary><c>query</c>, <c>mutation</c>, <c>subscription</c>, or <c>none</c> when the document has no such operation.</summary>
    public string OperationType { get; private set; } = "none";

    /// <summary>The operation's name, as it stands in the document, so without control characters; cut off when it is long.</summary>
    public string? OperationName { get; private set; }

    /// <summary>SHA-256 of the document; null when it is none.</summary>
    public string? DocumentHash { get; private set; }

    private const int LongestName = 64;

    internal GraphAnswer To(PreparedDocument document, GraphQLOperationDefinition? operation)
    {
        DocumentHash = document.Hash;
        if (operation is not null)
        {
            OperationType = operation.Operation switch
            {
                GraphQLParser.AST.OperationType.Mutation => "mutation",
                GraphQLParser.AST.OperationType.Subscription => "subscription",
                _ => "query",
            };
            OperationName = operation.Name?.StringValue is { Length: > LongestName } name ? name[..LongestName] + "..." : operation.Name?.StringValue;
        }

        return this;
    }
}

/// <summary>The looks at a request before its execution, as metrics call them.</summary>
internal static class RefusedBy
{
    /// <summary>Too large, too deep, too many fields, or no GraphQL.</summary>
    public const string Guard = "guard";
    public const string RateLimit = "rate_limit";
    public const string Introspection = "introspection";
    public const string Cost = "cost";

    /// <summary>What GET or a plain answer cannot do.</summary>
    public const string Method = "method";
    public const string Validation = "validation";
}
