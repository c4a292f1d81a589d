using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.GitMetadata;

/// <summary>The git metadata policy was set, changed or removed. Programs learn of it when they next ask.</summary>
[Name("GitMetadataUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("gitMetadata.updated")]
public sealed class GitMetadataUpdated : OrganizationEvent
{
    /// <summary>The policy as it is now.</summary>
    public GitMetadataSettings GitMetadata(IResolveFieldContext context) => new(SnapshotOf(context));
}

/// <summary>The stream of the git metadata policy.</summary>
public sealed class GitMetadataSubscriptions
{
    /// <summary>The git metadata policy is set, changed and removed.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField("GitMetadataEvent", "A change of the git metadata policy.", typeof(GitMetadataUpdated), typeof(StreamReset))]
    public object GitMetadataChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
