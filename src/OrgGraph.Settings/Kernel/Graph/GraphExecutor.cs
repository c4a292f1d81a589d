using GraphQL;
using GraphQL.Execution;
using GraphQLParser.AST;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Telemetry;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>Executes requests on the schema: guard, cached validation, execution, JSON.</summary>
public sealed partial class GraphExecutor
{
    private readonly DocumentCache _documents = new();
    private readonly SettingsSchema _schema;
    private readonly IServiceProvider _services;
    private readonly SnapshotStore _store;
    private readonly PeopleDirectory _people;
    private readonly EventDispatcher _dispatcher;
    private readonly UsageTracker _usage;
    private readonly AuditTrail _trail;
    private readonly AuditFeed _audit;
    private readonly TimeProvider _clock;
    private readonly ILogger<GraphExecutor> _log;
    private readonly KernelMetrics _metrics;
    private readonly PlannedExecuter _executer;

    internal GraphExecutor(
        SettingsSchema schema,
        IServiceProvider services,
        SnapshotStore store,
        PeopleDirectory people,
        EventDispatcher dispatcher,
        UsageTracker usage,
        AuditTrail trail,
        AuditFeed audit,
        TimeProvider clock,
        KernelMetrics metrics,
        ILogger<GraphExecutor> log)
    {
        _schema = schema;
        _services = services;
        _store = store;
        _people = people;
        _dispatcher = dispatcher;
        _usage = usage;
        _trail = trail;
        _audit = audit;
        _clock = clock;
        _metrics = metrics;
        _log = log;
        metrics.Observe("orggraph.document.cache.documents", "{document}", "Parsed documents that are kept.", () => _documents.Count);
        metrics.Observe("orggraph.document.cache.size", "By", "What kept documents take, as estimated.", () => _documents.Bytes);
        var strategies = new DefaultExecutionStrategySelector(
        [
            new ExecutionStrategyRegistration(new PlannedStrategy(), OperationType.Query),
            new ExecutionStrategyRegistration(new PlannedStrategy(), OperationType.Mutation),
            new ExecutionStrategyRegistration(new SubscriptionStrategy(), OperationType.Subscription),
        ]);
        _executer = new PlannedExecuter(strategies);
    }

    /// <summary>Executes a query or mutation, or accepts a subscription. Refusals are answers.</summary>
    public async ValueTask<GraphAnswer> ExecuteAsync(GraphRequest request, CancellationToken cancellation)
    {
        var began = _clock.GetTimestamp();
        var answer = await AnswerAsync(request, cancellation);
        _metrics.Answered(answer, _clock.GetElapsedTime(began));
        return answer;
    }

    private async ValueTask<GraphAnswer> AnswerAsync(GraphRequest request, CancellationToken cancellation)
    {
        PreparedDocument document;
        try
        {
            document = _documents.Get(request.Query);
        }
        catch (RequestFault error)
        {
            return TooSoon(request, isMutation: false) ?? Refused(error, RefusedBy.Guard);
        }

        var operation = document.Operation(request.OperationName);
        var answer = Refuse(request, document, operation) ?? await (operation?.Operation == OperationType.Subscription
            ? SubscribeAsync(request, document, cancellation)
            : ExecuteAsync(request, document, operation?.Operation == OperationType.Mutation, cancellation));
        return answer.To(document, operation);
    }

    // Null when it may be executed.
    private GraphAnswer? Refuse(GraphRequest request, PreparedDocument document, GraphQLOperationDefinition? operation)
    {
        var isMutation = operation?.Operation == OperationType.Mutation;
        if (TooSoon(request, isMutation) is { } tooSoon)
        {
            return tooSoon;
        }

        // Before validation, whose messages name what there is.
        if (document.Introspects && !request.AllowIntrospection)
        {
            return Refused(RequestFault.BadInput("This server does not show you its schema: __schema and __type cannot be asked for."), RefusedBy.Introspection);
        }

        if (operation is not null && document.CostOf(operation, _schema).Refusal(request.Variables, isSignedIn: request.Caller.Principal is not null) is { } tooCostly)
        {
            return Refused(tooCostly, RefusedBy.Cost);
        }

        if (operation?.Operation == OperationType.Subscription)
        {
            return request.AllowSubscription
                ? null
                : Refused(RequestFault.BadInput("A subscription needs a WebSocket (graphql-transport-ws) or Accept: text/event-stream."), RefusedBy.Method);
        }

        return request.AllowMutation ? null
            : isMutation ? NeedsPost("A mutation needs POST.")
            : FieldNames.In(document.Document).Contains("invitation") ? NeedsPost("invitation(token:) needs POST: logs keep addresses, and the token admits.")
            : null;
    }

    private async ValueTask<GraphAnswer> ExecuteAsync(GraphRequest request, PreparedDocument document, bool isMutation, CancellationToken cancellation)
    {
        using var bounds = new ExecutionBounds(isMutation ? OperationType.Mutation : OperationType.Query, _clock, cancellation);
        var context = new RequestContext(request.Caller, _store, _people, _clock, bounds) { Plans = document.Plans, Rates = request.Rates, Trail = _trail };
        var result = await RunAsync(document, request, context);
        RecordActivity(context);
        return Answer(result, context, isMutation ? MutationOutcomes.Count(result, _metrics) : null);
    }

    // A person is active where they look or act signed in; a key's use shows at the key.
    private void RecordActivity(RequestContext context)
    {
        if (context.Caller is { Credential: CredentialKind.Session, Principal: { } principal })
        {
            foreach (var snapshot in context.Seen.Where(snapshot => snapshot.Access.IsMember(principal)))
            {
                _usage.Record(snapshot.OrganizationId, UsageTracker.KeyOf(snapshot.OrganizationId, principal.Id));
            }
        }
    }

    private async Task<ExecutionResult> RunAsync(PreparedDocument document, GraphRequest request, RequestContext context)
    {
        var options = new ExecutionOptions
        {
            Schema = _schema,
            Document = document.Document,
            OperationName = request.OperationName,
            Variables = request.Variables,
            UserContext = context,
            Root = context.Delivered,
            RequestServices = _services,
            CancellationToken = context.Bounds.Execution,
            UnhandledExceptionDelegate = failure => EngineErrors.Replace(failure, request.TraceId, context.Bounds, _log),
        };
        if (document.IsValidated)
        {
            options.ValidationRules = [];
        }

        ExecutionResult result;
        try
        {
            result = await _executer.ExecuteAsync(options);
        }
        catch (OperationCanceledException) when (context.Bounds.Refusal is { } ended)
        {
            return new ExecutionResult { Executed = true, Errors = [ended] };
        }

        if (!document.IsValidated && result.Executed)
        {
            _documents.Keep(document);
        }

        EngineErrors.Clean(result, request.SuggestNames);
        return result;
    }

    private static RequestFault WithPath(RequestFault error, string path)
    {
        error.Path = [path];
        return error;
    }

    private static GraphAnswer Refused(RequestFault error, string by) =>
        new(GraphOutcome.Refused, ResultWriter.Write(error, withData: false)) { Code = error.Code, RefusedBy = by };

    private static GraphAnswer NeedsPost(string message) =>
        new(GraphOutcome.MutationNotAllowed, ResultWriter.Write(RequestFault.BadInput(message), withData: false)) { Code = RequestErrorCodes.BadUserInput, RefusedBy = RefusedBy.Method };

    private static GraphAnswer? TooSoon(GraphRequest request, bool isMutation) => request.Rates?.Admit(isMutation) is { } error
        ? new GraphAnswer(GraphOutcome.RateLimited, ResultWriter.Write(error, withData: false), RetryAfterSeconds: error.RetryAfterSeconds) { Code = error.Code, RefusedBy = RefusedBy.RateLimit }
        : null;

    private static GraphAnswer Answer(ExecutionResult result, RequestContext context, string? refusal = null)
    {
        var json = ResultWriter.Write(result);
        var first = result.Errors is [var error, ..] ? error.Code ?? RequestErrorCodes.BadUserInput : null;
        var (outcome, retryAfter) = OutcomeOf(result);
        return new GraphAnswer(outcome, json, RetryAfterSeconds: retryAfter)
        {
            Code = first,
            Refusal = refusal,
            RefusedBy = result.Executed ? null : RefusedBy.Validation,
            OrganizationId = context.FirstSeen,
        };
    }

    private static (GraphOutcome Outcome, int? RetryAfter) OutcomeOf(ExecutionResult result)
    {
        if (!result.Executed || result.Errors is null)
        {
            return (result.Executed ? GraphOutcome.Executed : GraphOutcome.Refused, null);
        }

        // An answer that has something to show is one, whatever failed beside.
        var hasData = (result.Data as RootExecutionNode)?.SubFields?.Any(field => field.Result is not null) == true;
        var tooSoon = result.Errors.OfType<RequestFault>().FirstOrDefault(error => error.Code == RequestErrorCodes.RateLimited);
        var isUnavailable = result.Errors.Any(error => error.Code == RequestErrorCodes.Unavailable);
        return hasData || (tooSoon is null && !isUnavailable) ? (GraphOutcome.Executed, null) : (isUnavailable ? GraphOutcome.Unavailable : GraphOutcome.RateLimited, tooSoon?.RetryAfterSeconds);
    }
}
