using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>Deletes an environment variable.</summary>
public sealed class DeleteEnvironmentVariableInput : MutationInput, IScoped
{
    /// <summary>Which variable.</summary>
    [Id]
    public string EnvironmentVariableId { get; set; } = "";

    /// <summary>The variable's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(EnvironmentVariableId, "environmentVariableId").Organized, ProjectIn: VariableScope.ProjectOf(EnvironmentVariableId));
}

/// <summary>What was deleted, or why nothing was.</summary>
[Errors(typeof(NotFoundError), typeof(ConflictError))]
public sealed class DeleteEnvironmentVariablePayload : MutationPayload
{
    internal DeleteEnvironmentVariablePayload(AppendResult result, string id)
        : base(result) => DeletedEnvironmentVariableId = result.IsAccepted ? id : null;

    /// <summary>The variable that was deleted.</summary>
    [Id]
    public string? DeletedEnvironmentVariableId { get; }
}

/// <summary>
/// Caller: MANAGE_ENVIRONMENT_VARIABLES. Refused: a variable that is unknown or may not be seen, stale version. Writes: variable; erases its
/// value. Events: EnvironmentVariableDeleted.
/// </summary>
public sealed class DeleteEnvironmentVariableMutation(MutationRunner runner)
{
    /// <summary>Deletes an environment variable and erases its value. Where it stood for one of a broader scope, that one counts again.</summary>
    /// <param name="input">Which variable.</param>
    [Authorize(Policy.ManageEnvironmentVariables)]
    public async Task<DeleteEnvironmentVariablePayload?> DeleteEnvironmentVariableAsync(IResolveFieldContext context, DeleteEnvironmentVariableInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.EnvironmentVariableId);

    private static Refusal? Decide(Decision decision, DeleteEnvironmentVariableInput input)
    {
        if (VariableScope.Find(decision, input.EnvironmentVariableId) is not { } variable)
        {
            return NotFoundError.Of("environment variable", "environmentVariableId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, variable.Version) is { } stale)
        {
            return stale;
        }

        decision.Remove(EnvironmentVariableRow.Table, variable.ToTombstone(decision.Before.OrganizationId));
        VariableWriting.Erase(decision, variable);
        decision.Raise(new EnvironmentVariableDeleted(variable.Id, variable.ProjectId), variable.Name);
        return null;
    }
}

/// <summary>A project's environment variables, and those of its functions, go with it. Who could be told of each could see the project, and it tells by itself.</summary>
internal sealed class ProjectEnvironmentVariables : IProjectContent
{
    public void Delete(Decision decision, Guid project, DeletedContent counts)
    {
        var own = decision.Organization().EnvironmentVariables.In(project).All;
        counts.EnvironmentVariables += own.Count;
        decision.RemoveAll(EnvironmentVariableRow.Table, [.. own.Select(variable => variable.ToTombstone(decision.Before.OrganizationId))]);
        foreach (var variable in own)
        {
            VariableWriting.Erase(decision, variable);
        }
    }
}
