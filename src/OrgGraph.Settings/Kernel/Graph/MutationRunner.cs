using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Telemetry;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Graph;

/// <summary>How a mutation field comes to its decision: with the policies of its own directive, checked again where it is decided.</summary>
public sealed class MutationRunner
{
    private readonly Writer _writer;

    public MutationRunner(Writer writer) => _writer = writer;

    /// <summary>Decides in the organization that the input names.</summary>
    internal Task<AppendResult> DecideAsync(IResolveFieldContext context, Func<Decision, Refusal?> decide)
    {
        var scope = GuardedResolver.ScopeOf(context);
        return DecideAsync(context, scope.OrganizationId ?? throw RequestFault.Refused(Verdict.NotAuthorized), decide, scope);
    }

    /// <summary>Decides in an organization that the input does not name.</summary>
    internal async Task<AppendResult> DecideAsync(IResolveFieldContext context, Guid organizationId, Func<Decision, Refusal?> decide, Scope? scope = null, bool isNew = false)
    {
        var request = context.Request();
        // First: the request remembers it as its origin.
        using var span = KernelActivities.Append(context.FieldDefinition.Name);
        var append = new AppendRequest(
            organizationId, request.Caller, FieldPolicies.Of(context.FieldDefinition), scope ?? new Scope(organizationId), decide, isNew);
        var result = await AppendAsync(context, append, request);
        span.Ended(result);
        request.Pin(result.Snapshot);
        if (!result.IsAccepted)
        {
            request.Trail?.Refused(context, result.Snapshot, result.Errors);
        }

        return result;
    }

    private async Task<AppendResult> AppendAsync(IResolveFieldContext context, AppendRequest append, RequestContext request)
    {
        try
        {
            return await _writer.AppendAsync(append, request.Cancellation);
        }
        catch (RequestFault fault) when (fault.Code is RequestErrorCodes.NotAuthorized or RequestErrorCodes.SessionRequired)
        {
            // The right was there at the door and gone when it was decided.
            request.Trail?.Denied(context, await request.SnapshotAsync(append.OrganizationId));
            throw;
        }
    }

    /// <summary>Decides as the system: the clock, a worker, a changed profile.</summary>
    /// <remarks>Most of it is the record of what was done already, e.g. a mail that went out: if it were given up as soon as a client's wish, that would be done twice.</remarks>
    internal Task<AppendResult> DecideAsSystemAsync(Guid organizationId, Func<Decision, Refusal?> decide, CancellationToken cancellation) =>
        _writer.AppendAsync(new AppendRequest(organizationId, Caller.Anonymous, [], Scope.None, decide, IsNew: false) { MostTries = 100 }, cancellation);
}

/// <summary>The answer of a mutation.</summary>
public abstract class MutationPayload(AppendResult result)
{
    /// <summary>The organization's version that this made; null when nothing was changed.</summary>
    public int? Version { get; } = result.Version;

    /// <summary>Why it was refused; empty on success.</summary>
    public IReadOnlyList<UserError> Errors { get; } = result.Errors;
}
