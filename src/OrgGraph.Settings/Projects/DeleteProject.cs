using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Projects;

/// <summary>What areas keep in a project goes with it.</summary>
internal interface IProjectContent
{
    /// <summary>Deletes it, and adds to the counts.</summary>
    void Delete(Decision decision, Guid project, DeletedContent counts);
}

/// <summary>How much went with a project.</summary>
internal sealed class DeletedContent
{
    public int AiProviders { get; set; }

    public int EnvironmentVariables { get; set; }

    public int Grants { get; set; }

    public int Assignments { get; set; }
}

/// <summary>Deletes a project.</summary>
public sealed class DeleteProjectInput : MutationInput, IScoped
{
    /// <summary>Which project.</summary>
    [Id]
    public string ProjectId { get; set; } = "";

    /// <summary>Its name, exactly as it is: to be sure that the right one is meant.</summary>
    public string ConfirmName { get; set; } = "";

    [Ignore]
    public Scope Scope => ProjectScope.Of(ProjectId);
}

/// <summary>What was deleted, or why nothing was.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError))]
public sealed class DeleteProjectPayload : MutationPayload
{
    internal DeleteProjectPayload(AppendResult result, string id, DeletedContent counts)
        : base(result)
    {
        if (result.IsAccepted)
        {
            DeletedProjectId = id;
            DeletedAiProviderCount = counts.AiProviders;
            DeletedEnvironmentVariableCount = counts.EnvironmentVariables;
            DeletedGrantCount = counts.Grants;
            DeletedAssignmentCount = counts.Assignments;
        }
    }

    /// <summary>The project that was deleted.</summary>
    [Id]
    public string? DeletedProjectId { get; }

    /// <summary>How many of its AI providers went with it.</summary>
    public int? DeletedAiProviderCount { get; }

    /// <summary>How many of its environment variables went with it.</summary>
    public int? DeletedEnvironmentVariableCount { get; }

    /// <summary>How many grants on it went with it.</summary>
    public int? DeletedGrantCount { get; }

    /// <summary>How many version assignments in it went with it.</summary>
    public int? DeletedAssignmentCount { get; }
}

/// <summary>
/// Caller: DELETE_PROJECT. Refused: a project that is unknown or may not be read, another name. Writes: project and what is in it.
/// Events: ProjectDeleted.
/// </summary>
public sealed class DeleteProjectMutation
{
    private readonly MutationRunner _runner;
    private readonly IProjectContent[] _contents;

    internal DeleteProjectMutation(MutationRunner runner, IEnumerable<IProjectContent> contents) => (_runner, _contents) = (runner, [.. contents]);

    /// <summary>Deletes a project, with the settings and grants that are kept for it.</summary>
    /// <param name="input">Which project.</param>
    [Authorize(Policy.DeleteProject)]
    public async Task<DeleteProjectPayload?> DeleteProjectAsync(IResolveFieldContext context, DeleteProjectInput input)
    {
        var counts = new DeletedContent();
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, counts = new DeletedContent()));
        return new DeleteProjectPayload(result, input.ProjectId, counts);
    }

    private Refusal? Decide(Decision decision, DeleteProjectInput input, DeletedContent counts)
    {
        if (ReadableProject.Find(decision, input.ProjectId, "projectId") is not { } project)
        {
            return NotFoundError.Of("project", "projectId");
        }

        if (input.ConfirmName != project.Name)
        {
            return new ValidationError("This is not the project's name. Type it exactly as it is.", "confirmName");
        }

        decision.Raise(new ProjectDeleted(project.Id), project.Name);
        foreach (var content in _contents)
        {
            content.Delete(decision, project.Id, counts);
        }

        decision.Remove(ProjectRow.Table, project.ToRow(decision.Before.OrganizationId));
        return null;
    }
}
