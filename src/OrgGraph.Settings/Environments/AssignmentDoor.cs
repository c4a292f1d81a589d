using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Environments;

/// <summary>Whoever must act when assignments come and go, within the same decision.</summary>
internal interface IAssignmentFollower
{
    /// <summary>A version was assigned; perhaps only its label changed.</summary>
    /// <param name="before">What stood in the same place; null: nothing.</param>
    void Assigned(Decision decision, EnvironmentAssignmentSnapshot? before, EnvironmentAssignmentSnapshot after);

    /// <summary>Versions were unassigned. The environment and the project are still there.</summary>
    void Unassigned(Decision decision, IReadOnlyCollection<EnvironmentAssignmentSnapshot> gone);

    /// <summary>The environment goes. What was assigned to it has been unassigned.</summary>
    void EnvironmentDeleted(Decision decision, Guid environment);
}

/// <summary>The door by which assignments come and go, whatever the mutation: rows, and an event for each.</summary>
internal sealed class AssignmentDoor
{
    private readonly IAssignmentFollower[] _followers;

    internal AssignmentDoor(IEnumerable<IAssignmentFollower> followers) => _followers = [.. followers];

    /// <param name="before">What stood in the same place; null: nothing.</param>
    public void Assign(Decision decision, EnvironmentAssignmentSnapshot? before, EnvironmentAssignmentSnapshot after)
    {
        decision.Put(EnvironmentAssignmentRow.Table, after.ToRow(decision.Before.OrganizationId));
        decision.Raise(
            new VersionAssigned(
                after.Id, after.EnvironmentId, after.Object.ProjectId, after.Object.Type, after.Object.Id, after.ObjectName, after.ObjectVersion, before?.ObjectVersion),
            after.Label);
        foreach (var follower in _followers)
        {
            follower.Assigned(decision, before, after);
        }
    }

    public void Unassign(Decision decision, IReadOnlyCollection<EnvironmentAssignmentSnapshot> gone)
    {
        decision.RemoveAll(EnvironmentAssignmentRow.Table, [.. gone.Select(assignment => assignment.ToRow(decision.Before.OrganizationId))]);
        foreach (var assignment in gone)
        {
            decision.Raise(
                new VersionUnassigned(
                    assignment.Id, assignment.EnvironmentId, assignment.Object.ProjectId, assignment.Object.Type, assignment.Object.Id, assignment.ObjectVersion),
                assignment.Label);
        }

        foreach (var follower in _followers)
        {
            follower.Unassigned(decision, gone);
        }
    }

    /// <summary>Unassigns what is assigned to an environment that is about to go.</summary>
    public void Close(Decision decision, Guid environment, IReadOnlyCollection<EnvironmentAssignmentSnapshot> assigned)
    {
        Unassign(decision, assigned);
        foreach (var follower in _followers)
        {
            follower.EnvironmentDeleted(decision, environment);
        }
    }
}

/// <summary>Assignments of a project's objects go with it.</summary>
internal sealed class ProjectAssignments : IProjectContent
{
    private readonly AssignmentDoor _door;

    internal ProjectAssignments(AssignmentDoor door) => _door = door;

    public void Delete(Decision decision, Guid project, DeletedContent counts)
    {
        var gone = decision.Changed().Assignments.All.Where(assignment => assignment.Object.ProjectId == project).Order(EnvironmentAssignmentSnapshot.ByName).ToList();
        _door.Unassign(decision, gone);
        counts.Assignments += gone.Count;
    }
}
