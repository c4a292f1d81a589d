using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Environments;

/// <summary>Takes a version out of an environment.</summary>
public sealed class UnassignVersionInput : MutationInput, IScoped
{
    /// <summary>Which assignment.</summary>
    [Id]
    public string AssignmentId { get; set; } = "";

    [Ignore]
    public Scope Scope
    {
        get
        {
            var id = GlobalId.Parse(AssignmentId, "assignmentId");
            return new Scope(id.Organized, ProjectIn: snapshot => UnassignVersionMutation.Find((OrganizationSnapshot)snapshot, id)?.Object.ProjectId);
        }
    }
}

/// <summary>What was unassigned, or why nothing was.</summary>
[Errors(typeof(NotFoundError))]
public sealed class UnassignVersionPayload : MutationPayload
{
    internal UnassignVersionPayload(AppendResult result, string id, Guid environment)
        : base(result)
    {
        if (result.IsAccepted)
        {
            DeletedAssignmentId = id;
            Environment = new Environment(result.Organization(), result.Organization().Environments[environment]!);
        }
    }

    /// <summary>The assignment that is no more.</summary>
    [Id]
    public string? DeletedAssignmentId { get; }

    /// <summary>The environment that it was in.</summary>
    public Environment? Environment { get; }
}

/// <summary>
/// Caller: UPDATE_PROJECT on the object's project. Refused: no such assignment, or one in a project that may not be read. Writes: assignment.
/// Events: VersionUnassigned.
/// </summary>
public sealed class UnassignVersionMutation
{
    private readonly MutationRunner _runner;
    private readonly AssignmentDoor _door;

    internal UnassignVersionMutation(MutationRunner runner, AssignmentDoor door) => (_runner, _door) = (runner, door);

    /// <summary>Takes a version of a prompt or function out of an environment: programs are told there that nothing is assigned.</summary>
    /// <param name="input">Which assignment.</param>
    [Authorize(Policy.UpdateProject)]
    public async Task<UnassignVersionPayload?> UnassignVersionAsync(IResolveFieldContext context, UnassignVersionInput input)
    {
        var environment = Guid.Empty;
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, out environment));
        return new UnassignVersionPayload(result, input.AssignmentId, environment);
    }

    internal static EnvironmentAssignmentSnapshot? Find(OrganizationSnapshot organization, GlobalId id) =>
        id.In(NodeType.EnvironmentAssignment, organization.OrganizationId) is { } assignment ? organization.Assignments[assignment] : null;

    private Refusal? Decide(Decision decision, UnassignVersionInput input, out Guid environment)
    {
        environment = Guid.Empty;
        var organization = decision.Organization();
        if (Find(organization, GlobalId.Parse(input.AssignmentId, "assignmentId")) is not { } assignment || !EnvironmentAssignment.CanSee(organization, decision.Caller, assignment))
        {
            return NotFoundError.Of("assignment", "assignmentId");
        }

        environment = assignment.EnvironmentId;
        _door.Unassign(decision, [assignment]);
        return null;
    }
}
