using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Projects;

/// <summary>A new project.</summary>
public sealed class CreateProjectInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Its name, unique in the organization without regard to case: 1 to 256 characters.</summary>
    public string Name { get; set; } = "";

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The new project, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(ConflictError), typeof(LimitReachedError))]
public sealed class CreateProjectPayload : MutationPayload
{
    internal CreateProjectPayload(AppendResult result, Guid id, Caller caller)
        : base(result)
    {
        // Who may make projects need not be able to read them.
        if (result.IsAccepted && Projects.Project.CanSee(result.Snapshot, caller, id))
        {
            Project = new Project(result.Organization(), result.Organization().Projects[id]!);
            ProjectEdge = ProjectQueries.EdgeOf(Project);
        }
    }

    /// <summary>The new project.</summary>
    public Project? Project { get; }

    /// <summary>The new project with a cursor, for lists.</summary>
    public ProjectEdge? ProjectEdge { get; }
}

/// <summary>Caller: CREATE_PROJECTS. Refused: bad or taken name, too many. Writes: project. Events: ProjectCreated.</summary>
public sealed class CreateProjectMutation(MutationRunner runner, SettingsLimits limits)
{
    /// <summary>Makes a project.</summary>
    /// <param name="input">The new project.</param>
    [Authorize(Policy.CreateProjects)]
    public async Task<CreateProjectPayload?> CreateProjectAsync(IResolveFieldContext context, CreateProjectInput input)
    {
        var id = Guid.Empty;
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, id = decision.NewId()));
        return new CreateProjectPayload(result, id, context.Caller());
    }

    private Refusal? Decide(Decision decision, CreateProjectInput input, Guid id)
    {
        var organization = decision.Organization();
        if (InputRules.Name(input.Name, "name", out var name) is { } invalid)
        {
            return invalid;
        }

        if (ProjectNames.Taken(organization, name, except: null) is { } taken)
        {
            return taken;
        }

        if (SettingsLimits.Reached(limits.Projects, organization.Projects.Count))
        {
            return new LimitReachedError($"An organization holds at most {limits.Projects} projects.", limits.Projects);
        }

        decision.Put(ProjectRow.Table, new ProjectSnapshot(id, 0, name, decision.Now).ToRow(organization.OrganizationId));
        decision.Raise(new ProjectCreated(id), name);
        return null;
    }
}

/// <summary>Renames a project.</summary>
public sealed class RenameProjectInput : MutationInput, IScoped
{
    /// <summary>Which project.</summary>
    [Id]
    public string ProjectId { get; set; } = "";

    /// <summary>Its new name, unique in the organization without regard to case: 1 to 256 characters.</summary>
    public string Name { get; set; } = "";

    /// <summary>The project's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => ProjectScope.Of(ProjectId);
}

/// <summary>The project as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError))]
public sealed class RenameProjectPayload : MutationPayload
{
    internal RenameProjectPayload(AppendResult result, string id)
        : base(result)
    {
        if (result.IsAccepted && GlobalId.Parse(id, "projectId").In(NodeType.Project, result.Snapshot.OrganizationId) is { } project && result.Organization().Projects[project] is { } row)
        {
            Project = new Project(result.Organization(), row);
        }
    }

    /// <summary>The project.</summary>
    public Project? Project { get; }
}

/// <summary>
/// Caller: UPDATE_PROJECT. Refused: a project that is unknown or may not be read, bad or taken name, stale version. Writes: project.
/// Events: ProjectUpdated.
/// </summary>
public sealed class RenameProjectMutation(MutationRunner runner)
{
    /// <summary>Renames a project.</summary>
    /// <param name="input">Which project, and its new name.</param>
    [Authorize(Policy.UpdateProject)]
    public async Task<RenameProjectPayload?> RenameProjectAsync(IResolveFieldContext context, RenameProjectInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.ProjectId);

    private static Refusal? Decide(Decision decision, RenameProjectInput input)
    {
        if (ReadableProject.Find(decision, input.ProjectId, "projectId") is not { } project)
        {
            return NotFoundError.Of("project", "projectId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, project.Version) is { } stale)
        {
            return stale;
        }

        if (InputRules.Name(input.Name, "name", out var name) is { } invalid)
        {
            return invalid;
        }

        if (ProjectNames.Taken(decision.Organization(), name, except: project.Id) is { } taken)
        {
            return taken;
        }

        if (name != project.Name)
        {
            decision.Put(ProjectRow.Table, (project with { Name = name }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new ProjectUpdated(project.Id), name);
        }

        return null;
    }
}

internal static class ProjectNames
{
    public static ConflictError? Taken(OrganizationSnapshot organization, string name, Guid? except)
    {
        var normalized = InputRules.Normalize(name);
        return organization.Projects.All.Any(project => project.NormalizedName == normalized && project.Id != except)
            ? new ConflictError("A project of that name exists. Choose another one.", null, "name")
            : null;
    }
}

internal static class ProjectScope
{
    public static Scope Of(string id)
    {
        var parsed = GlobalId.Parse(id, "projectId");
        return new Scope(parsed.Organized, parsed.Type == NodeType.Project ? parsed.Id : null);
    }
}
