using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.AiProviders;

/// <summary>The part that events about an AI provider share.</summary>
/// <param name="ofProvider">Which provider.</param>
/// <param name="ofProject">Of which project; null: of the organization. Decides who may know.</param>
public abstract class AiProviderEvent(Guid ofProvider, Guid? ofProject) : OrganizationEvent
{
    [Ignore]
    public Guid OfProvider { get; } = ofProvider;

    [Ignore]
    public Guid? OfProject { get; } = ofProject;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => AiProviders.AiProvider.CanSee(snapshot, caller, OfProject);

    [Ignore]
    internal AiProvider? Find(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.AiProviders.All[OfProvider] is { } row && AiProviders.AiProvider.CanSee(snapshot, context.Caller(), row.ProjectId) ? new AiProvider(snapshot, row) : null;
    }

    // What tells of a provider's inside is for those who may change it, where it is a project's.
    [Ignore]
    internal static bool ShowsInside(Caller caller, Snapshot snapshot, Guid? project) => project is null || AiProviders.AiProvider.CanChange(snapshot, caller, project);
}

/// <summary>An AI provider was made.</summary>
[Name("AiProviderCreated"), Implements(typeof(IOrganizationEvent)), EventKind("aiProvider.created")]
public sealed class AiProviderCreated(Guid ofProvider, Guid? ofProject) : AiProviderEvent(ofProvider, ofProject)
{
    /// <summary>Which provider.</summary>
    [Id]
    public string AiProviderId() => GlobalIdOf(NodeType.AiProvider, OfProvider);

    /// <summary>The provider as it is now; null when gone or hidden.</summary>
    public AiProvider? AiProvider(IResolveFieldContext context) => Find(context);

    /// <summary>The provider with a cursor, for lists.</summary>
    public AiProviderEdge? AiProviderEdge(IResolveFieldContext context) => Find(context) is { } provider ? AiProviderQueries.EdgeOf(provider) : null;
}

/// <summary>An AI provider was changed, or its secret was replaced.</summary>
[Name("AiProviderUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("aiProvider.updated")]
public sealed class AiProviderUpdated(Guid ofProvider, Guid? ofProject, bool hasNewSecret) : AiProviderEvent(ofProvider, ofProject)
{
    [Ignore]
    public bool HasNewSecret { get; } = hasNewSecret;

    /// <summary>Which provider.</summary>
    [Id]
    public string AiProviderId() => GlobalIdOf(NodeType.AiProvider, OfProvider);

    /// <summary>The provider as it is now; null when gone or hidden.</summary>
    public AiProvider? AiProvider(IResolveFieldContext context) => Find(context);

    /// <summary>Whether its secret was replaced or removed. Of a project's provider it is told to those who may change it only.</summary>
    public bool SecretChanged(IResolveFieldContext context) => HasNewSecret && ShowsInside(context.Caller(), SnapshotOf(context), OfProject);
}

/// <summary>An AI provider was deleted, and its secrets erased.</summary>
[Name("AiProviderDeleted"), Implements(typeof(IOrganizationEvent)), EventKind("aiProvider.deleted")]
public sealed class AiProviderDeleted(Guid ofProvider, Guid? ofProject) : AiProviderEvent(ofProvider, ofProject)
{
    /// <summary>Which provider.</summary>
    [Id]
    public string AiProviderId() => GlobalIdOf(NodeType.AiProvider, OfProvider);
}

/// <summary>An AI provider was tested. Of a project's provider it is told to those who may change it only.</summary>
[Name("AiProviderTested"), Implements(typeof(IOrganizationEvent)), EventKind("aiProvider.tested")]
public sealed class AiProviderTested(Guid ofProvider, Guid? ofProject, string result) : AiProviderEvent(ofProvider, ofProject)
{
    /// <summary>As JSON.</summary>
    [Ignore]
    public string Result { get; } = result;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => base.CanBeSeenBy(caller, snapshot) && ShowsInside(caller, snapshot, OfProject);

    /// <summary>Which provider.</summary>
    [Id]
    public string AiProviderId() => GlobalIdOf(NodeType.AiProvider, OfProvider);

    /// <summary>The provider as it is now; null when gone or hidden.</summary>
    public AiProvider? AiProvider(IResolveFieldContext context) => Find(context);

    /// <summary>How the test ended.</summary>
    public AiProviderTest Test() => new(RowJson.Read<ProviderTestResult>(Result));
}

/// <summary>An AI provider's secret has become older than six calendar months. Of a project's provider it is told to those who may change it only.</summary>
[Name("AiProviderBecameStale"), Implements(typeof(IOrganizationEvent)), EventKind("aiProvider.becameStale")]
public sealed class AiProviderBecameStale(Guid ofProvider, Guid? ofProject) : AiProviderEvent(ofProvider, ofProject)
{
    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => base.CanBeSeenBy(caller, snapshot) && ShowsInside(caller, snapshot, OfProject);

    /// <summary>Which provider.</summary>
    [Id]
    public string AiProviderId() => GlobalIdOf(NodeType.AiProvider, OfProvider);

    /// <summary>The provider as it is now; null when gone or hidden.</summary>
    public AiProvider? AiProvider(IResolveFieldContext context) => Find(context);
}

/// <summary>The stream of AI providers.</summary>
public sealed class AiProviderSubscriptions
{
    /// <summary>AI providers are made, changed, tested, become stale and are deleted: those of the organization, and of projects that the subscriber may read.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField(
        "AiProviderEvent",
        "A change of an AI provider.",
        typeof(AiProviderCreated),
        typeof(AiProviderUpdated),
        typeof(AiProviderDeleted),
        typeof(AiProviderTested),
        typeof(AiProviderBecameStale),
        typeof(StreamReset))]
    public object AiProvidersChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
