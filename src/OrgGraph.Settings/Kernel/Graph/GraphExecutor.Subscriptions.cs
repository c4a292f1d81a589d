using System.Security.Cryptography;
using GraphQLParser.AST;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Graph;

/// <content>Subscriptions: accepted once, then executed for each event or entry.</content>
public sealed partial class GraphExecutor
{
    private async ValueTask<GraphAnswer> SubscribeAsync(GraphRequest request, PreparedDocument document, CancellationToken cancellation)
    {
        var start = new SubscriptionStart();
        using var bounds = new ExecutionBounds(OperationType.Subscription, _clock, cancellation);
        var context = new RequestContext(request.Caller, _store, _people, _clock, bounds) { Start = start, Plans = document.Plans };
        var result = await RunAsync(document, request, context);
        if (start.Field is null || result.Errors is { Count: > 0 })
        {
            return Answer(result, context);
        }

        if (SubscriptionFieldAttribute.Of(start.Field).IsAuditLog)
        {
            return await SubscribeToAuditAsync(document, request, start, cancellation);
        }

        var snapshot = (await context.SnapshotAsync(start.OrganizationId))!;
        var subscription = ToSubscription(request, document, start);
        return new GraphAnswer(GraphOutcome.Executed, default, sink => _dispatcher.Subscribe(subscription, _store.Peek(start.OrganizationId) ?? snapshot, sink)) { OrganizationId = start.OrganizationId };
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

    private async ValueTask<GraphAnswer> SubscribeToAuditAsync(PreparedDocument document, GraphRequest request, SubscriptionStart start, CancellationToken cancellation)
    {
        var field = start.Field!;
        var after = default(AuditCursor);
        if (start.After is { } text && !(AuditCursor.TryParse(text, out after) && after.OrganizationId == start.OrganizationId))
        {
            return new GraphAnswer(GraphOutcome.Executed, ResultWriter.Write(WithPath(RequestFault.BadInput("after is no cursor of this audit log. Pass the cursor of an entry."), field.Name), withData: true));
        }

        var stream = await _audit.SubscribeAsync(
            new AuditSubscription(
                start.OrganizationId,
                request.Caller,
                FieldPolicies.Of(field),
                start.After is null ? null : after.Sequence,
                (entry, snapshot) => DeliverAsync(document, request, entry, snapshot),
                fault => ResultWriter.Write(WithPath(fault, field.Name), withData: true)),
            cancellation);
        return new GraphAnswer(GraphOutcome.Executed, default, stream) { OrganizationId = start.OrganizationId };
    }

    // An event, or an entry of the audit log.
    private async Task<ReadOnlyMemory<byte>> DeliverAsync(PreparedDocument document, GraphRequest request, object happened, Snapshot snapshot)
    {
        using var bounds = new ExecutionBounds(operation: null, _clock, CancellationToken.None);
        var context = new RequestContext(request.Caller, _store, _people, _clock, bounds) { Delivered = happened, Plans = document.Plans };
        context.Pin(snapshot);
        return ResultWriter.Write(await RunAsync(document, request, context));
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
