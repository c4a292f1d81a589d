using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Projects;

/// <summary>The part that events about a project share.</summary>
/// <param name="ofProject">Which project.</param>
public abstract class ProjectEvent(Guid ofProject) : OrganizationEvent
{
    [Ignore]
    public Guid OfProject { get; } = ofProject;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => Projects.Project.CanSee(snapshot, caller, OfProject);

    [Ignore]
    internal Project? Find(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.Projects[OfProject] is { } row && Projects.Project.CanSee(snapshot, context.Caller(), OfProject) ? new Project(snapshot, row) : null;
    }
}

/// <summary>A project was made.</summary>
[Name("ProjectCreated"), Implements(typeof(IOrganizationEvent)), EventKind("project.created")]
public sealed class ProjectCreated(Guid ofProject) : ProjectEvent(ofProject)
{
    /// <summary>Which project.</summary>
    [Id]
    public string ProjectId() => GlobalIdOf(NodeType.Project, OfProject);

    /// <summary>The project as it is now; null when gone or hidden.</summary>
    public Project? Project(IResolveFieldContext context) => Find(context);

    /// <summary>The project with a cursor, for lists.</summary>
    public ProjectEdge? ProjectEdge(IResolveFieldContext context) => Find(context) is { } project ? ProjectQueries.EdgeOf(project) : null;
}

/// <summary>A project was renamed.</summary>
[Name("ProjectUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("project.updated")]
public sealed class ProjectUpdated(Guid ofProject) : ProjectEvent(ofProject)
{
    /// <summary>Which project.</summary>
    [Id]
    public string ProjectId() => GlobalIdOf(NodeType.Project, OfProject);

    /// <summary>The project as it is now; null when gone or hidden.</summary>
    public Project? Project(IResolveFieldContext context) => Find(context);
}

/// <summary>A project was deleted, with what was in it.</summary>
[Name("ProjectDeleted"), Implements(typeof(IOrganizationEvent)), EventKind("project.deleted")]
public sealed class ProjectDeleted(Guid ofProject) : ProjectEvent(ofProject)
{
    [Ignore]
    public override bool AffectsAccess() => true;

    /// <summary>Which project.</summary>
    [Id]
    public string ProjectId() => GlobalIdOf(NodeType.Project, OfProject);
}

/// <summary>The stream of projects.</summary>
public sealed class ProjectSubscriptions
{
    /// <summary>Projects are made, renamed and deleted: those that the subscriber may read.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField("ProjectEvent", "A change of a project.", typeof(ProjectCreated), typeof(ProjectUpdated), typeof(ProjectDeleted), typeof(StreamReset))]
    public object ProjectsChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
