using System.ComponentModel;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Environments;

/// <summary>Deletes an environment.</summary>
public sealed class DeleteEnvironmentInput : MutationInput, IScoped
{
    /// <summary>Which environment.</summary>
    [Id]
    public string EnvironmentId { get; set; } = "";

    /// <summary>Delete it although versions are assigned to it; they are unassigned.</summary>
    [DefaultValue(false)]
    public bool Force { get; set; }

    /// <summary>The environment's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => new(GlobalId.Parse(EnvironmentId, "environmentId").Organized);
}

/// <summary>What was deleted, or why nothing was.</summary>
[Errors(typeof(NotFoundError), typeof(ConflictError), typeof(InUseError))]
public sealed class DeleteEnvironmentPayload : MutationPayload
{
    internal DeleteEnvironmentPayload(AppendResult result, string id, int unassigned)
        : base(result)
    {
        if (result.IsAccepted)
        {
            (DeletedEnvironmentId, DeletedAssignmentCount) = (id, unassigned);
        }
    }

    /// <summary>The environment that was deleted.</summary>
    [Id]
    public string? DeletedEnvironmentId { get; }

    /// <summary>How many assigned versions went with it.</summary>
    public int? DeletedAssignmentCount { get; }
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: no such environment, stale version, versions assigned to it unless forced. Writes: environment and what
/// is assigned to it. Events: EnvironmentDeleted, VersionUnassigned for each.
/// </summary>
public sealed class DeleteEnvironmentMutation
{
    private readonly MutationRunner _runner;
    private readonly AssignmentDoor _door;

    internal DeleteEnvironmentMutation(MutationRunner runner, AssignmentDoor door) => (_runner, _door) = (runner, door);

    private const int MaxNamed = 100;

    /// <summary>Deletes an environment. Programs that select it no longer find it. Refused while versions are assigned to it, unless forced.</summary>
    /// <param name="input">Which environment.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<DeleteEnvironmentPayload?> DeleteEnvironmentAsync(IResolveFieldContext context, DeleteEnvironmentInput input)
    {
        var unassigned = 0;
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, out unassigned));
        return new DeleteEnvironmentPayload(result, input.EnvironmentId, unassigned);
    }

    private Refusal? Decide(Decision decision, DeleteEnvironmentInput input, out int unassigned)
    {
        unassigned = 0;
        var organization = decision.Organization();
        if (EnvironmentRules.Find(organization, input.EnvironmentId) is not { } environment)
        {
            return NotFoundError.Of("environment", "environmentId");
        }

        if (ConflictError.IfStale(input.ExpectedVersion, environment.Version) is { } stale)
        {
            return stale;
        }

        var assigned = organization.Assignments.Of(environment.Id).All;
        if (assigned.Count > 0 && !input.Force)
        {
            return InUse(decision, assigned);
        }

        decision.Raise(new EnvironmentDeleted(environment.Id), environment.Name);
        _door.Close(decision, environment.Id, assigned);
        decision.Remove(EnvironmentRow.Table, environment.ToRow(organization.OrganizationId));
        unassigned = assigned.Count;
        return null;
    }

    // Who may delete it need not be able to read every project: only what they may read is named.
    private static InUseError InUse(Decision decision, IReadOnlyList<EnvironmentAssignmentSnapshot> assigned)
    {
        var readable = assigned.Where(assignment => EnvironmentAssignment.CanSee(decision.Organization(), decision.Caller, assignment));
        string[] names = [.. readable.Select(assignment => assignment.Label).Distinct().Take(MaxNamed)];
        return new InUseError("Versions are assigned to the environment. Unassign them, or pass force: true.", names, "environmentId");
    }
}
