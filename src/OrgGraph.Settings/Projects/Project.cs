using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Projects;

/// <summary>A project.</summary>
internal sealed class ProjectRow : SettingsRow
{
    public static readonly RowTable<ProjectRow> Table = new("Projects", "OrganizationId", "Id");

    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A project, as the snapshot holds it.</summary>
internal sealed record ProjectSnapshot(Guid Id, int Version, string Name, DateTimeOffset CreatedAt) : IEntity
{
    public static readonly SortOrder<ProjectSnapshot> ByName = new("name", project => SortKey.Of(project.NormalizedName));

    public string NormalizedName { get; } = InputRules.Normalize(Name);

    public static ProjectSnapshot Of(ProjectRow row) => new(row.Id, row.Version, row.Name, row.CreatedAt);

    public ProjectRow ToRow(Guid organization) => new() { OrganizationId = organization, Id = Id, Name = Name, CreatedAt = CreatedAt };
}

/// <summary>Where experiments, datasets, prompts, functions and logs are kept. Who may not read it does not know that it exists.</summary>
[Name("Project"), Implements(typeof(INode))]
public sealed class Project : INode, IScoped
{
    internal Project(OrganizationSnapshot snapshot, ProjectSnapshot row) => (Snapshot, Row) = (snapshot, row);

    [Ignore]
    internal OrganizationSnapshot Snapshot { get; }

    [Ignore]
    internal ProjectSnapshot Row { get; }

    [Ignore]
    public Scope Scope => new(Snapshot.OrganizationId, Row.Id);

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.Project, Snapshot.OrganizationId, Row.Id).ToString();

    /// <summary>The name, unique in the organization without regard to case.</summary>
    public string Name => Row.Name;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>The organization that it belongs to.</summary>
    public Organization Organization => new(Snapshot);

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => Row.Version;

    /// <summary>What the caller may do with the project.</summary>
    [PerCaller(ExceptOwners = true)]
    public IEnumerable<Permission> ViewerPermissions(IResolveFieldContext context)
    {
        var held = Policies.RightsOf(context.Caller(), Snapshot).On(ResourceRef.Project(Row.Id));
        return Enum.GetValues<Permission>().Where(permission => held.Has(permission));
    }

    internal static bool CanSee(Snapshot snapshot, Caller caller, Guid project) => Policies.RightsOf(caller, snapshot).Can(Permission.Read, ResourceRef.Project(project));
}

/// <summary>A page of projects.</summary>
[Name("ProjectConnection")]
public sealed class ProjectConnection(Page<Project> page) : Connection<Project, ProjectEdge>(page);

/// <summary>A project, and its place in the list.</summary>
[Name("ProjectEdge")]
public sealed class ProjectEdge : Edge<Project>;
