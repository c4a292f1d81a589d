using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Loop;

/// <summary>Other models were selected for Loop, or other models are available to it.</summary>
[Name("LoopChanged"), Implements(typeof(IOrganizationEvent)), EventKind("loop.changed")]
public sealed class LoopChanged : OrganizationEvent
{
    internal const string Subject = "Loop";

    /// <summary>Loop as it is now.</summary>
    public LoopSettings Loop(IResolveFieldContext context) => new(SnapshotOf(context));
}

/// <summary>The stream of Loop.</summary>
public sealed class LoopSubscriptions
{
    /// <summary>Other models are selected for Loop, or become available or unavailable to it.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField("LoopEvent", "A change of Loop's models.", typeof(LoopChanged), typeof(StreamReset))]
    public object LoopChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
