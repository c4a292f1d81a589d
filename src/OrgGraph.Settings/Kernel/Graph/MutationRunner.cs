using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
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
        var append = new AppendRequest(
            organizationId, request.Caller, FieldPolicies.Of(context.FieldDefinition), scope ?? new Scope(organizationId), decide, isNew);
        var result = await _writer.AppendAsync(append, request.Cancellation);
        request.Pin(result.Snapshot);
        return result;
    }

    /// <summary>Decides as the system: the clock, a worker, a changed profile.</summary>
    internal Task<AppendResult> DecideAsSystemAsync(Guid organizationId, Func<Decision, Refusal?> decide, CancellationToken cancellation) =>
        _writer.AppendAsync(new AppendRequest(organizationId, Caller.Anonymous, [], Scope.None, decide, IsNew: false), cancellation);
}

/// <summary>The answer of a mutation.</summary>
public abstract class MutationPayload(AppendResult result)
{
    /// <summary>The organization's version that this made; null when nothing was changed.</summary>
    public int? Version { get; } = result.Version;

    /// <summary>Why it was refused; empty on success.</summary>
    public IReadOnlyList<UserError> Errors { get; } = result.Errors;
}
