using System.Security.Cryptography;
using GraphQL;
using GraphQL.Execution;
using GraphQL.Validation;
using GraphQLParser.AST;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>One request, as the executor needs it.</summary>
/// <param name="TraceId">Told with an unexpected error, and nothing else of it.</param>
/// <param name="AllowIntrospection">Whether this caller may read the schema from the server.</param>
public sealed record GraphRequest(
    string Query, string? OperationName, Inputs Variables, Caller Caller, string TraceId, bool AllowMutation, bool AllowSubscription, bool AllowIntrospection = true);

/// <summary>How a request ended.</summary>
public enum GraphOutcome
{
    Executed,

    /// <summary>Not executed: parse, validation or variable error.</summary>
    Refused,
    MutationNotAllowed,
    Unavailable,
}

/// <summary>A whole answer, or an accepted subscription.</summary>
public sealed record GraphAnswer(GraphOutcome Outcome, ReadOnlyMemory<byte> Json, Func<IEventSink, IDisposable>? Stream = null);

/// <summary>Executes requests on the schema: guard, cached validation, execution, JSON.</summary>
public sealed class GraphExecutor
{
    private readonly DocumentCache _documents = new();
    private readonly SettingsSchema _schema;
    private readonly IServiceProvider _services;
    private readonly SnapshotStore _store;
    private readonly PeopleDirectory _people;
    private readonly EventDispatcher _dispatcher;
    private readonly UsageTracker _usage;
    private readonly TimeProvider _clock;
    private readonly ILogger<GraphExecutor> _log;
    private readonly DocumentExecuter _executer;

    public GraphExecutor(
        SettingsSchema schema, IServiceProvider services, SnapshotStore store, PeopleDirectory people, EventDispatcher dispatcher, UsageTracker usage, TimeProvider clock, ILogger<GraphExecutor> log)
    {
        _schema = schema;
        _services = services;
        _store = store;
        _people = people;
        _dispatcher = dispatcher;
        _usage = usage;
        _clock = clock;
        _log = log;
        var strategies = new DefaultExecutionStrategySelector(
        [
            new ExecutionStrategyRegistration(new SerialExecutionStrategy(), OperationType.Query),
            new ExecutionStrategyRegistration(new SerialExecutionStrategy(), OperationType.Mutation),
            new ExecutionStrategyRegistration(new SubscriptionStrategy(), OperationType.Subscription),
        ]);
        _executer = new DocumentExecuter(new GraphQLDocumentBuilder(), new DocumentValidator(), strategies, []);
    }

    /// <summary>Executes a query or mutation, or accepts a subscription. Refusals are answers.</summary>
    public async ValueTask<GraphAnswer> ExecuteAsync(GraphRequest request, CancellationToken cancellation)
    {
        PreparedDocument document;
        try
        {
            document = _documents.Get(request.Query);
        }
        catch (RequestFault error)
        {
            return new GraphAnswer(GraphOutcome.Refused, ResultWriter.Write(error, withData: false));
        }

        // Before validation, whose messages name what there is.
        if (document.Introspects && !request.AllowIntrospection)
        {
            return new GraphAnswer(
                GraphOutcome.Refused, ResultWriter.Write(RequestFault.BadInput("This server does not show you its schema: __schema and __type cannot be asked for."), withData: false));
        }

        var operation = document.Operation(request.OperationName);
        if (operation?.Operation == OperationType.Subscription)
        {
            return await SubscribeAsync(request, document, cancellation);
        }

        if (operation?.Operation == OperationType.Mutation && !request.AllowMutation)
        {
            return new GraphAnswer(GraphOutcome.MutationNotAllowed, ResultWriter.Write(RequestFault.BadInput("A mutation needs POST."), withData: false));
        }

        if (!request.AllowMutation && FieldNames.In(document.Document).Contains("invitation"))
        {
            return new GraphAnswer(GraphOutcome.MutationNotAllowed, ResultWriter.Write(RequestFault.BadInput("invitation(token:) needs POST: logs keep addresses, and the token admits."), withData: false));
        }

        var context = new RequestContext(request.Caller, _store, _people, _clock, cancellation);
        var result = await RunAsync(document, request, context);
        RecordActivity(context);
        return Answer(result);
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

    private async ValueTask<GraphAnswer> SubscribeAsync(GraphRequest request, PreparedDocument document, CancellationToken cancellation)
    {
        if (!request.AllowSubscription)
        {
            return new GraphAnswer(
                GraphOutcome.Refused, ResultWriter.Write(RequestFault.BadInput("A subscription needs a WebSocket (graphql-transport-ws) or Accept: text/event-stream."), withData: false));
        }

        var start = new SubscriptionStart();
        var context = new RequestContext(request.Caller, _store, _people, _clock, cancellation) { Start = start };
        var result = await RunAsync(document, request, context);
        if (start.Field is null || result.Errors is { Count: > 0 })
        {
            return Answer(result);
        }

        var snapshot = (await context.SnapshotAsync(start.OrganizationId))!;
        var subscription = ToSubscription(request, document, start);
        return new GraphAnswer(GraphOutcome.Executed, default, sink => _dispatcher.Subscribe(subscription, _store.Peek(start.OrganizationId) ?? snapshot, sink));
    }

    private Subscription ToSubscription(GraphRequest request, PreparedDocument document, SubscriptionStart start)
    {
        var field = start.Field!;
        var wanted = SubscriptionFieldAttribute.Of(field);
        var (personal, unlessOwner) = Dependence(document);
        return new Subscription(
            start.OrganizationId,
            request.Caller,
            FieldPolicies.Of(field),
            ShareKey(document, request),
            personal,
            unlessOwner,
            wanted.IsOwnAccess,
            wanted.Wants,
            start.After,
            (caller, happened, snapshot) => DeliverAsync(document, request with { Caller = caller }, happened, snapshot),
            verdict => ResultWriter.Write(WithPath(RequestFault.Refused(verdict), field.Name), withData: true));
    }

    private async Task<ReadOnlyMemory<byte>> DeliverAsync(PreparedDocument document, GraphRequest request, SettingsEvent happened, Snapshot snapshot)
    {
        var context = new RequestContext(request.Caller, _store, _people, _clock, CancellationToken.None) { Event = happened };
        context.Pin(snapshot);
        return ResultWriter.Write(await RunAsync(document, request, context));
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
            Root = context.Event,
            RequestServices = _services,
            CancellationToken = context.Cancellation,
            UnhandledExceptionDelegate = failure => Unexpected(failure, request.TraceId),
        };
        if (document.IsValidated)
        {
            options.ValidationRules = [];
        }

        var result = await _executer.ExecuteAsync(options);
        if (!document.IsValidated && result.Executed)
        {
            _documents.Keep(document);
        }

        Clean(result);
        return result;
    }

    private Task Unexpected(UnhandledExceptionContext failure, string traceId)
    {
        if (failure.OriginalException is RequestFault known)
        {
            failure.Exception = known;
            return Task.CompletedTask;
        }

        if (failure.OriginalException is System.Data.Common.DbException)
        {
            failure.Exception = RequestFault.Unavailable("The database cannot be reached now. Try again in a few seconds.");
            _log.LogWarning("The database failed: {Reason}", failure.OriginalException.Message);
            return Task.CompletedTask;
        }

        // The message may quote what was sent: the type and the place must do.
        _log.LogError("Unexpected {Type} at {Place} (trace {TraceId})", failure.OriginalException.GetType().Name, failure.OriginalException.StackTrace?.Split('\n', 2)[0].Trim(), traceId);
        var error = new RequestFault(RequestErrorCodes.Internal, "Something went wrong on the server. Tell its operators the trace id.");
        (error.Extensions ??= [])["traceId"] = traceId;
        failure.Exception = error;
        return Task.CompletedTask;
    }

    // The engine's own errors carry codes and names of its classes: clients get ours.
    private static void Clean(ExecutionResult result)
    {
        if (result.Errors is not { Count: > 0 } errors)
        {
            return;
        }

        result.Errors = [];
        foreach (var error in errors)
        {
            result.Errors.Add(error as RequestFault ?? WithPlace(FromEngine(error), error));
        }
    }

    private static RequestFault FromEngine(ExecutionError error) => error.InnerException as RequestFault
        ?? (error is DocumentError
            ? RequestFault.BadInput(error.InnerException is FormatException reason ? $"{error.Message} {reason.Message}" : error.Message)
            : new RequestFault(RequestErrorCodes.Internal, "Something went wrong on the server."));

    private static RequestFault WithPlace(RequestFault error, ExecutionError original)
    {
        error.Path = original.Path;
        foreach (var location in original.Locations ?? [])
        {
            error.AddLocation(location);
        }

        return error;
    }

    private static RequestFault WithPath(RequestFault error, string path)
    {
        error.Path = [path];
        return error;
    }

    private static GraphAnswer Answer(ExecutionResult result)
    {
        var isUnavailable = result.Errors?.Any(error => error.Code == RequestErrorCodes.Unavailable) == true;
        var hasData = (result.Data as RootExecutionNode)?.SubFields?.Any(field => field.Result is not null) == true;
        return new GraphAnswer(
            !result.Executed ? GraphOutcome.Refused : isUnavailable && !hasData ? GraphOutcome.Unavailable : GraphOutcome.Executed, ResultWriter.Write(result));
    }

    private (bool Personal, bool UnlessOwner) Dependence(PreparedDocument document)
    {
        var names = FieldNames.In(document.Document);
        var found = names.Where(_schema.PerCallerFields.ContainsKey).Select(name => _schema.PerCallerFields[name]).ToList();
        return (found.Contains(true), found.Count > 0);
    }

    private static string ShareKey(PreparedDocument document, GraphRequest request)
    {
        var variables = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(request.Variables.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary());
        return $"{document.Hash}.{request.OperationName}.{Convert.ToHexString(SHA256.HashData(variables))}";
    }
}
