using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Projects;

/// <summary>Which projects.</summary>
public sealed class ProjectFilter
{
    /// <summary>Part of the name, in any case.</summary>
    public string? Search { get; set; }
}

/// <summary>The projects of an organization.</summary>
public sealed class ProjectQueries
{
    private const string Name = "Organization.projects";

    /// <summary>The projects that the caller may read, by name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    public ProjectConnection Projects(IResolveFieldContext context, [Parent] Organization organization, int? first, string? after, int? last, string? before, ProjectFilter? where)
    {
        var snapshot = organization.Snapshot;
        var rights = Policies.RightsOf(context.Caller(), snapshot);
        var list = new FilteredList<ProjectSnapshot>(
            snapshot.Projects.All,
            project => rights.Can(Permission.Read, ResourceRef.Project(project.Id))
                && (where?.Search is not { Length: > 0 } search || project.Name.Contains(search, StringComparison.OrdinalIgnoreCase))).Whole();
        var page = Paging.Of(Name, list, ProjectSnapshot.ByName, new PageArguments(first, after, last, before));
        return new ProjectConnection(page.Select(row => new Project(snapshot, row)));
    }

    /// <summary>The project by id or by name; null when there is none or the caller may not read it.</summary>
    /// <param name="id">Its id. Pass either id or name.</param>
    /// <param name="name">Its name, without regard to case. Pass either id or name.</param>
    public Project? Project(IResolveFieldContext context, [Parent] Organization organization, [Id] string? id, string? name)
    {
        if (id is null == name is null)
        {
            throw RequestFault.BadInput("Pass either id or name, and only one of them.");
        }

        var snapshot = organization.Snapshot;
        var normalized = name is null ? null : InputRules.Normalize(name);
        var row = id is not null
            ? GlobalId.Parse(id, "id").In(NodeType.Project, snapshot.OrganizationId) is { } project ? snapshot.Projects[project] : null
            : snapshot.Projects.All.FirstOrDefault(other => other.NormalizedName == normalized);
        return row is not null && ReadableProject.CanSee(snapshot, context.Caller(), row.Id) ? new Project(snapshot, row) : null;
    }

    internal static ProjectEdge EdgeOf(Project project) => new()
    {
        Node = project,
        Cursor = new PageCursor($"{Name}.{ProjectSnapshot.ByName.Tag}+", ProjectSnapshot.ByName.Key(project.Row), project.Row.Id).ToString(),
    };
}

/// <summary>What several mutations of projects share.</summary>
internal static class ReadableProject
{
    public static bool CanSee(OrganizationSnapshot snapshot, Caller caller, Guid project) => Projects.Project.CanSee(snapshot, caller, project);

    /// <summary>The project that an id names, if the caller may read it: the one look-up of decisions.</summary>
    public static ProjectSnapshot? Find(Decision decision, string id, string argument)
    {
        var organization = decision.Organization();
        return GlobalId.Parse(id, argument).In(NodeType.Project, organization.OrganizationId) is { } project && organization.Projects[project] is { } row && CanSee(organization, decision.Caller, project)
            ? row
            : null;
    }
}
