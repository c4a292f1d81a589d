using GraphQL;
using GraphQL.Execution;
using GraphQL.Types;
using OrgGraph.Settings.Kernel.Access;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>What was asked for when a subscription is accepted.</summary>
internal sealed class SubscriptionStart
{
    public FieldType? Field { get; set; }

    public Guid OrganizationId { get; set; }

    public string? After { get; set; }
}

/// <summary>
/// Executes subscriptions the way this server delivers them: once to accept it, which checks the policies and reads the arguments, then
/// once for each event, as a plain execution whose root is the event. So every event passes the directive's guard again.
/// </summary>
internal sealed class SubscriptionStrategy : PlannedStrategy
{
    public override async Task<ExecutionResult> ExecuteAsync(GraphQL.Execution.ExecutionContext context)
    {
        var request = (RequestContext)context.UserContext;
        if (request.Start is not { } start)
        {
            return await base.ExecuteAsync(context);
        }

        var root = BuildExecutionRootNode(context, GetOperationRootType(context));
        SetSubFieldNodes(context, root);
        var node = root.SubFields!.Single();
        var resolveContext = new ReadonlyResolveFieldContext(node, context);
        var result = new ExecutionResult { Executed = true };
        try
        {
            await AcceptAsync(resolveContext, node.FieldDefinition, start, request);
        }
        catch (ExecutionError error)
        {
            error.Path ??= [node.Name!];
            (result.Errors ??= []).Add(error);
        }

        return result;
    }

    private static async Task AcceptAsync(IResolveFieldContext context, FieldType field, SubscriptionStart start, RequestContext request)
    {
        var policies = FieldPolicies.Of(field);
        if (policies.Length == 0)
        {
            throw new InvalidOperationException($"Subscription.{field.Name} is not guarded.");
        }

        if (request.Caller.Principal is null)
        {
            Verdict.NotAuthenticated.Require();
        }

        var scope = GuardedResolver.ScopeOf(context);
        var snapshot = scope.OrganizationId is { } organization ? await request.SnapshotAsync(organization) : null;
        Policies.Check(policies, request.Caller, snapshot, scope, request.Now).Require();
        start.Field = field;
        start.OrganizationId = snapshot!.OrganizationId;
        start.After = context.Arguments?.TryGetValue("after", out var after) == true && after.Source != ArgumentSource.FieldDefault ? after.Value as string : null;
    }
}
