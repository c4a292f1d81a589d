using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>The part that events about an environment variable share.</summary>
/// <param name="ofVariable">Which variable.</param>
/// <param name="ofProject">Of which project; null: of the organization. Decides who may know.</param>
public abstract class EnvironmentVariableEvent(Guid ofVariable, Guid? ofProject) : OrganizationEvent
{
    [Ignore]
    public Guid OfVariable { get; } = ofVariable;

    [Ignore]
    public Guid? OfProject { get; } = ofProject;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => EnvironmentVariables.EnvironmentVariable.CanSee(snapshot, caller, OfProject);

    [Ignore]
    internal EnvironmentVariable? Find(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.EnvironmentVariables[OfVariable] is { } row && EnvironmentVariables.EnvironmentVariable.CanSee(snapshot, context.Caller(), row.ProjectId) ? new EnvironmentVariable(snapshot, row) : null;
    }
}

/// <summary>An environment variable was made.</summary>
[Name("EnvironmentVariableCreated"), Implements(typeof(IOrganizationEvent)), EventKind("environmentVariable.created")]
public sealed class EnvironmentVariableCreated(Guid ofVariable, Guid? ofProject) : EnvironmentVariableEvent(ofVariable, ofProject)
{
    /// <summary>Which variable.</summary>
    [Id]
    public string EnvironmentVariableId() => GlobalIdOf(NodeType.EnvironmentVariable, OfVariable);

    /// <summary>The variable as it is now; null when gone or hidden.</summary>
    public EnvironmentVariable? EnvironmentVariable(IResolveFieldContext context) => Find(context);

    /// <summary>The variable with a cursor, for lists; null when gone or hidden.</summary>
    public EnvironmentVariableEdge? EnvironmentVariableEdge(IResolveFieldContext context) => Find(context) is { } variable ? EnvironmentVariableQueries.EdgeOf(variable) : null;
}

/// <summary>An environment variable's value, name, description or sensitivity changed.</summary>
[Name("EnvironmentVariableUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("environmentVariable.updated")]
public sealed class EnvironmentVariableUpdated(Guid ofVariable, Guid? ofProject, bool valueChanged) : EnvironmentVariableEvent(ofVariable, ofProject)
{
    /// <summary>Which variable.</summary>
    [Id]
    public string EnvironmentVariableId() => GlobalIdOf(NodeType.EnvironmentVariable, OfVariable);

    /// <summary>The variable as it is now; null when gone or hidden.</summary>
    public EnvironmentVariable? EnvironmentVariable(IResolveFieldContext context) => Find(context);

    /// <summary>Whether a value was given. Programs that start from now on get it.</summary>
    public bool ValueChanged { get; } = valueChanged;
}

/// <summary>An environment variable was deleted. Of a deleted project only its own event tells.</summary>
[Name("EnvironmentVariableDeleted"), Implements(typeof(IOrganizationEvent)), EventKind("environmentVariable.deleted")]
public sealed class EnvironmentVariableDeleted(Guid ofVariable, Guid? ofProject) : EnvironmentVariableEvent(ofVariable, ofProject)
{
    /// <summary>Which variable.</summary>
    [Id]
    public string EnvironmentVariableId() => GlobalIdOf(NodeType.EnvironmentVariable, OfVariable);
}

/// <summary>The stream of environment variables.</summary>
public sealed class EnvironmentVariableSubscriptions
{
    /// <summary>Environment variables are made, changed and deleted: those of the organization, and of projects that the subscriber may change.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField(
        "EnvironmentVariableEvent",
        "A change of an environment variable.",
        typeof(EnvironmentVariableCreated),
        typeof(EnvironmentVariableUpdated),
        typeof(EnvironmentVariableDeleted),
        typeof(StreamReset))]
    public object EnvironmentVariablesChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
