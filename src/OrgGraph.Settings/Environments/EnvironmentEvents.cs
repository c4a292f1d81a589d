using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Environments;

/// <summary>The part that events about an environment share.</summary>
/// <param name="ofEnvironment">Which environment.</param>
public abstract class EnvironmentEvent(Guid ofEnvironment) : OrganizationEvent
{
    [Ignore]
    public Guid OfEnvironment { get; } = ofEnvironment;

    [Ignore]
    internal Environment? Find(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.Environments[OfEnvironment] is { } row ? new Environment(snapshot, row) : null;
    }
}

/// <summary>An environment was made.</summary>
[Name("EnvironmentCreated"), Implements(typeof(IOrganizationEvent)), EventKind("environment.created")]
public sealed class EnvironmentCreated(Guid ofEnvironment) : EnvironmentEvent(ofEnvironment)
{
    /// <summary>Which environment.</summary>
    [Id]
    public string EnvironmentId() => GlobalIdOf(NodeType.Environment, OfEnvironment);

    /// <summary>The environment as it is now; null when gone.</summary>
    public Environment? Environment(IResolveFieldContext context) => Find(context);

    /// <summary>The environment with a cursor, for lists.</summary>
    public EnvironmentEdge? EnvironmentEdge(IResolveFieldContext context) => Find(context) is { } environment ? EnvironmentQueries.EdgeOf(environment) : null;
}

/// <summary>An environment's name, slug or description changed.</summary>
[Name("EnvironmentUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("environment.updated")]
public sealed class EnvironmentUpdated(Guid ofEnvironment) : EnvironmentEvent(ofEnvironment)
{
    /// <summary>Which environment.</summary>
    [Id]
    public string EnvironmentId() => GlobalIdOf(NodeType.Environment, OfEnvironment);

    /// <summary>The environment as it is now; null when gone.</summary>
    public Environment? Environment(IResolveFieldContext context) => Find(context);
}

/// <summary>An environment was deleted, with what was assigned to it.</summary>
[Name("EnvironmentDeleted"), Implements(typeof(IOrganizationEvent)), EventKind("environment.deleted")]
public sealed class EnvironmentDeleted(Guid ofEnvironment) : EnvironmentEvent(ofEnvironment)
{
    /// <summary>Which environment.</summary>
    [Id]
    public string EnvironmentId() => GlobalIdOf(NodeType.Environment, OfEnvironment);
}

/// <summary>The stream of environments and of what is assigned to them.</summary>
public sealed class EnvironmentSubscriptions
{
    /// <summary>Environments are made, changed and deleted; versions are assigned and unassigned, in projects that the subscriber may read.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField(
        "EnvironmentEvent",
        "A change of an environment, or of what is assigned to it.",
        typeof(EnvironmentCreated),
        typeof(EnvironmentUpdated),
        typeof(EnvironmentDeleted),
        typeof(VersionAssigned),
        typeof(VersionUnassigned),
        typeof(StreamReset))]
    public object EnvironmentsChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
