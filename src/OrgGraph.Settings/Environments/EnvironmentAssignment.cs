using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Environments;

/// <summary>The version of one prompt or function in one environment. Only who may read the project sees it.</summary>
[Name("EnvironmentAssignment"), Implements(typeof(INode))]
public sealed class EnvironmentAssignment : INode
{
    private readonly OrganizationSnapshot _organization;

    internal EnvironmentAssignment(OrganizationSnapshot organization, EnvironmentAssignmentSnapshot row) => (_organization, Row) = (organization, row);

    [Ignore]
    internal EnvironmentAssignmentSnapshot Row { get; }

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.EnvironmentAssignment, _organization.OrganizationId, Row.Id).ToString();

    /// <summary>In which environment.</summary>
    public Environment Environment => new(_organization, _organization.Environments[Row.EnvironmentId]!);

    /// <summary>The project that the object is in.</summary>
    public Project Project => new(_organization, _organization.Projects[Row.Object.ProjectId]!);

    /// <summary>Whether it is a prompt or a function.</summary>
    public VersionedObject ObjectType => Row.Object.Type;

    /// <summary>The platform's own id of the prompt or function.</summary>
    [Id]
    public string ObjectId => Row.Object.Id;

    /// <summary>A label for people; null when none was given.</summary>
    public string? ObjectName => Row.ObjectName;

    /// <summary>The version that programs get in this environment, as the platform calls it.</summary>
    public string ObjectVersion => Row.ObjectVersion;

    /// <summary>When this version was assigned.</summary>
    public DateTimeOffset AssignedAt => Row.AssignedAt;

    /// <summary>Who assigned this version; null when that principal is not of the organization any more, or hidden from the caller.</summary>
    public IPrincipal? AssignedBy(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), Row.AssignedBy);

    internal static bool CanSee(OrganizationSnapshot organization, Caller caller, EnvironmentAssignmentSnapshot row) => ReadableProject.CanSee(organization, caller, row.Object.ProjectId);

    /// <summary>The assignment; null when there is none, or the caller may not see it.</summary>
    internal static EnvironmentAssignment? Find(OrganizationSnapshot organization, Caller caller, Guid id) =>
        organization.Assignments[id] is { } row && CanSee(organization, caller, row) ? new EnvironmentAssignment(organization, row) : null;
}

/// <summary>A page of assignments.</summary>
[Name("EnvironmentAssignmentConnection")]
public sealed class EnvironmentAssignmentConnection(Page<EnvironmentAssignment> page) : Connection<EnvironmentAssignment, EnvironmentAssignmentEdge>(page);

/// <summary>An assignment, and its place in the list.</summary>
[Name("EnvironmentAssignmentEdge")]
public sealed class EnvironmentAssignmentEdge : Edge<EnvironmentAssignment>;

/// <summary>Which assignments.</summary>
public sealed class AssignmentFilter
{
    /// <summary>Only those of objects in this project.</summary>
    [Id]
    public string? ProjectId { get; set; }

    /// <summary>Only those of this kind.</summary>
    public VersionedObject? ObjectType { get; set; }

    /// <summary>Only those of the object with this id of the platform's own.</summary>
    [Id]
    public string? ObjectId { get; set; }
}

/// <summary>What is assigned to an environment.</summary>
public sealed class AssignmentQueries
{
    private const string Name = "Environment.assignments";

    /// <summary>The versions assigned to the environment, of objects in projects that the caller may read, by the object's name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    public EnvironmentAssignmentConnection Assignments(
        IResolveFieldContext context, [Parent] Environment environment, int? first, string? after, int? last, string? before, AssignmentFilter? where)
    {
        var organization = environment.Organization;
        var caller = context.Caller();
        var project = where?.ProjectId is { } id ? GlobalId.Parse(id, "projectId").In(NodeType.Project, organization.OrganizationId) ?? Guid.Empty : (Guid?)null;
        var page = Paging.Of(
            Name,
            organization.Assignments.Of(environment.Row.Id).All,
            EnvironmentAssignmentSnapshot.ByName,
            new PageArguments(first, after, last, before),
            row => (project is null || row.Object.ProjectId == project)
                && (where?.ObjectType is not { } type || row.Object.Type == type)
                && (where?.ObjectId is not { } objectId || row.Object.Id == objectId)
                && EnvironmentAssignment.CanSee(organization, caller, row));
        return new EnvironmentAssignmentConnection(page.Select(row => new EnvironmentAssignment(organization, row)));
    }

    internal static EnvironmentAssignmentEdge EdgeOf(EnvironmentAssignment assignment) => new()
    {
        Node = assignment,
        Cursor = new PageCursor($"{Name}.{EnvironmentAssignmentSnapshot.ByName.Tag}+", EnvironmentAssignmentSnapshot.ByName.Key(assignment.Row), assignment.Row.Id).ToString(),
    };
}
