using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Environments;

/// <summary>A version for an environment.</summary>
public sealed class AssignVersionInput : MutationInput, IScoped
{
    /// <summary>Which environment.</summary>
    [Id]
    public string EnvironmentId { get; set; } = "";

    /// <summary>The project that the object is in.</summary>
    [Id]
    public string ProjectId { get; set; } = "";

    /// <summary>Whether it is a prompt or a function.</summary>
    public VersionedObject ObjectType { get; set; }

    /// <summary>The platform's own id of the prompt or function: 1 to 256 characters.</summary>
    [Id]
    public string ObjectId { get; set; } = "";

    /// <summary>A label for people, up to 256 characters. Left out, the one of before stays; null clears it.</summary>
    public string? ObjectName { get; set; }

    /// <summary>The version, as the platform calls it: 1 to 256 characters.</summary>
    public string ObjectVersion { get; set; } = "";

    [Ignore]
    public Scope Scope => ProjectScope.Of(ProjectId);
}

/// <summary>The assignment, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(LimitReachedError))]
public sealed class AssignVersionPayload : MutationPayload
{
    internal AssignVersionPayload(AppendResult result, Guid id)
        : base(result)
    {
        if (result.IsAccepted)
        {
            Assignment = new EnvironmentAssignment(result.Organization(), result.Organization().Assignments[id]!);
            AssignmentEdge = AssignmentQueries.EdgeOf(Assignment);
        }
    }

    /// <summary>The assignment: the one of before, with its id, when the object had a version in this environment already.</summary>
    public EnvironmentAssignment? Assignment { get; }

    /// <summary>The assignment with a cursor, for lists.</summary>
    public EnvironmentAssignmentEdge? AssignmentEdge { get; }
}

/// <summary>
/// Caller: UPDATE_PROJECT. Refused: no such environment, a project that is unknown or may not be read, a bad id, version or label, too many.
/// Writes: the one assignment of the object in the environment. Events: VersionAssigned; none when all is as it was.
/// </summary>
public sealed class AssignVersionMutation
{
    private readonly MutationRunner _runner;
    private readonly SettingsLimits _limits;
    private readonly AssignmentDoor _door;

    internal AssignVersionMutation(MutationRunner runner, SettingsLimits limits, AssignmentDoor door) => (_runner, _limits, _door) = (runner, limits, door);

    /// <summary>Assigns a version of a prompt or function to an environment, in place of the one before. The same once more changes nothing.</summary>
    /// <param name="input">Which version, of what, and where.</param>
    [Authorize(Policy.UpdateProject)]
    public async Task<AssignVersionPayload?> AssignVersionAsync(IResolveFieldContext context, AssignVersionInput input)
    {
        var id = Guid.Empty;
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, out id));
        return new AssignVersionPayload(result, id);
    }

    private Refusal? Decide(Decision decision, AssignVersionInput input, out Guid id)
    {
        id = Guid.Empty;
        var organization = decision.Organization();
        if (EnvironmentRules.Find(organization, input.EnvironmentId) is not { } environment)
        {
            return NotFoundError.Of("environment", "environmentId");
        }

        if (ReadableProject.Find(decision, input.ProjectId, "projectId") is not { } project)
        {
            return NotFoundError.Of("project", "projectId");
        }

        if (Check(input, out var name) is { } invalid)
        {
            return invalid;
        }

        var of = new AssignedObject(project.Id, input.ObjectType, input.ObjectId);
        var before = organization.Assignments.Find(environment.Id, of);
        if (before is null && SettingsLimits.Reached(_limits.Assignments, organization.Assignments.Count))
        {
            return new LimitReachedError($"An organization holds at most {_limits.Assignments} assigned versions.", _limits.Assignments);
        }

        var after = before ?? new EnvironmentAssignmentSnapshot(decision.NewId(), 0, environment.Id, of, null, "", default, null);
        id = after.Id;
        if (after.ObjectVersion != input.ObjectVersion)
        {
            after = after with { ObjectVersion = input.ObjectVersion, AssignedAt = decision.Now, AssignedBy = decision.Caller.Principal };
        }

        after = input.Has("objectName") ? after with { ObjectName = name } : after;
        if (after != before)
        {
            _door.Assign(decision, before, after);
        }

        return null;
    }

    private static ValidationError? Check(AssignVersionInput input, out string? name)
    {
        name = null;
        return InputRules.PlatformId(input.ObjectId, "objectId")
            ?? InputRules.PlatformId(input.ObjectVersion, "objectVersion")
            ?? (string.IsNullOrWhiteSpace(input.ObjectName) ? null : InputRules.Name(input.ObjectName, "objectName", out name));
    }
}
