using System.Text.Json.Serialization;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Environments;

/// <summary>The part that events about an assignment share.</summary>
/// <param name="ofAssignment">Which assignment.</param>
/// <param name="ofEnvironment">In which environment.</param>
/// <param name="ofProject">The project that the object is in: decides who may know.</param>
/// <param name="objectType">What kind of object.</param>
/// <param name="objectId">The platform's own id of the object.</param>
public abstract class AssignmentEvent(Guid ofAssignment, Guid ofEnvironment, Guid ofProject, VersionedObject objectType, string objectId) : OrganizationEvent
{
    [Ignore]
    public Guid OfAssignment { get; } = ofAssignment;

    [Ignore]
    public Guid OfEnvironment { get; } = ofEnvironment;

    [Ignore]
    public Guid OfProject { get; } = ofProject;

    /// <summary>Whether it is a prompt or a function.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<VersionedObject>))]
    public VersionedObject ObjectType { get; } = objectType;

    /// <summary>The platform's own id of the prompt or function.</summary>
    [Id]
    public string ObjectId { get; } = objectId;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => ReadableProject.CanSee((OrganizationSnapshot)snapshot, caller, OfProject);

    /// <summary>Which assignment.</summary>
    [Id]
    public string AssignmentId() => GlobalIdOf(NodeType.EnvironmentAssignment, OfAssignment);

    /// <summary>In which environment.</summary>
    [Id]
    public string EnvironmentId() => GlobalIdOf(NodeType.Environment, OfEnvironment);
}

/// <summary>A version of a prompt or function was assigned to an environment. The project's readers are told.</summary>
[Name("VersionAssigned"), Implements(typeof(IOrganizationEvent)), EventKind("version.assigned")]
public sealed class VersionAssigned(
    Guid ofAssignment, Guid ofEnvironment, Guid ofProject, VersionedObject objectType, string objectId, string? objectName, string objectVersion, string? previousVersion)
    : AssignmentEvent(ofAssignment, ofEnvironment, ofProject, objectType, objectId)
{
    /// <summary>The label for people, as it was given then.</summary>
    public string? ObjectName { get; } = objectName;

    /// <summary>The version that programs get from now on.</summary>
    public string ObjectVersion { get; } = objectVersion;

    /// <summary>The version that was assigned before; null when none was, and the same as objectVersion when only the label changed.</summary>
    public string? PreviousVersion { get; } = previousVersion;

    /// <summary>The assignment as it is now; null when gone or hidden.</summary>
    public EnvironmentAssignment? Assignment(IResolveFieldContext context) => EnvironmentAssignment.Find(SnapshotOf(context), context.Caller(), OfAssignment);

    /// <summary>The assignment with a cursor, for lists.</summary>
    public EnvironmentAssignmentEdge? AssignmentEdge(IResolveFieldContext context) => Assignment(context) is { } assignment ? AssignmentQueries.EdgeOf(assignment) : null;
}

/// <summary>An environment has no version of a prompt or function any more: by itself, or because the environment or the project was deleted. The project's readers are told.</summary>
[Name("VersionUnassigned"), Implements(typeof(IOrganizationEvent)), EventKind("version.unassigned")]
public sealed class VersionUnassigned(Guid ofAssignment, Guid ofEnvironment, Guid ofProject, VersionedObject objectType, string objectId, string previousVersion)
    : AssignmentEvent(ofAssignment, ofEnvironment, ofProject, objectType, objectId)
{
    /// <summary>The version that was assigned until then.</summary>
    public string PreviousVersion { get; } = previousVersion;
}
