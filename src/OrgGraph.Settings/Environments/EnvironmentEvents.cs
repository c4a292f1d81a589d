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

/// <summary>An environment was deleted.</summary>
[Name("EnvironmentDeleted"), Implements(typeof(IOrganizationEvent)), EventKind("environment.deleted")]
public sealed class EnvironmentDeleted(Guid ofEnvironment) : EnvironmentEvent(ofEnvironment)
{
    /// <summary>Which environment.</summary>
    [Id]
    public string EnvironmentId() => GlobalIdOf(NodeType.Environment, OfEnvironment);
}

/// <summary>The stream of environments.</summary>
public sealed class EnvironmentSubscriptions
{
    /// <summary>Environments are made, changed and deleted.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField(
        "EnvironmentEvent", "A change of an environment.", typeof(EnvironmentCreated), typeof(EnvironmentUpdated), typeof(EnvironmentDeleted), typeof(StreamReset))]
    public object EnvironmentsChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}

/// <summary>The environments of an organization.</summary>
public sealed class EnvironmentQueries
{
    private const string Name = "Organization.environments";

    /// <summary>The environments, by name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    public EnvironmentConnection Environments([Parent] Organization organization, int? first, string? after, int? last, string? before)
    {
        var snapshot = organization.Snapshot;
        var page = Paging.Of(Name, snapshot.Environments.All, EnvironmentSnapshot.ByName, new PageArguments(first, after, last, before));
        return new EnvironmentConnection(page.Select(row => new Environment(snapshot, row)));
    }

    /// <summary>The environment with that slug; null when there is none.</summary>
    /// <param name="slug">Its slug, exactly.</param>
    public Environment? Environment([Parent] Organization organization, string slug)
    {
        var snapshot = organization.Snapshot;
        return snapshot.Environments.All.FirstOrDefault(row => row.Slug == slug) is { } found ? new Environment(snapshot, found) : null;
    }

    internal static EnvironmentEdge EdgeOf(Environment environment) => new()
    {
        Node = environment,
        Cursor = new PageCursor($"{Name}.{EnvironmentSnapshot.ByName.Tag}+", EnvironmentSnapshot.ByName.Key(environment.Row), environment.Row.Id).ToString(),
    };
}
