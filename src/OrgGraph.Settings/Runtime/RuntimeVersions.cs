using GraphQL;
using OrgGraph.Settings.Environments;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using Environment = OrgGraph.Settings.Environments.Environment;

namespace OrgGraph.Settings.Runtime;

/// <summary>How a version was found.</summary>
public enum VersionOutcome
{
    /// <summary>This version is assigned to the environment.</summary>
    Assigned,

    /// <summary>The environment has no version of the object.</summary>
    NotAssigned,

    /// <summary>There is no environment with that slug. It is never taken for the latest version: a mistyped slug must not serve what is being developed.</summary>
    UnknownEnvironment,

    /// <summary>No environment was asked for: take the latest version.</summary>
    Latest,
}

/// <summary>Which version of a prompt or function a program gets.</summary>
[Name("ResolvedVersion")]
public sealed class ResolvedVersion
{
    internal ResolvedVersion(VersionOutcome outcome, Environment? environment = null, string? objectVersion = null) =>
        (Outcome, Environment, ObjectVersion) = (outcome, environment, objectVersion);

    /// <summary>How it was found. Only with ASSIGNED and LATEST there is a version to run.</summary>
    public VersionOutcome Outcome { get; }

    /// <summary>The version, as the platform calls it; null unless the outcome is ASSIGNED.</summary>
    public string? ObjectVersion { get; }

    /// <summary>The environment that was asked for; null when none was, or there is none.</summary>
    public Environment? Environment { get; }
}

/// <summary>Which version of a prompt or function a program gets.</summary>
public sealed class RuntimeVersions
{
    /// <summary>
    /// Which version of a prompt or function runs in an environment. Looked for in the project that the run time was asked for, else in all
    /// that the caller may read.
    /// </summary>
    /// <param name="environmentSlug">The environment's slug, exactly. Left out or null: the latest version; an empty one is a slug that no environment has.</param>
    /// <param name="objectType">Whether it is a prompt or a function.</param>
    /// <param name="objectId">The platform's own id of the prompt or function.</param>
    public ResolvedVersion Version(IResolveFieldContext context, [Parent] Runtime runtime, string? environmentSlug, VersionedObject objectType, [Id] string objectId)
    {
        if (environmentSlug is null)
        {
            return new ResolvedVersion(VersionOutcome.Latest);
        }

        var organization = runtime.Organization;
        if (organization.Environments.All.FirstOrDefault(row => row.Slug == environmentSlug) is not { } found)
        {
            return new ResolvedVersion(VersionOutcome.UnknownEnvironment);
        }

        var environment = new Environment(organization, found);
        var assigned = Find(runtime, context.Caller(), found.Id, objectType, objectId);
        return assigned is null ? new ResolvedVersion(VersionOutcome.NotAssigned, environment) : new ResolvedVersion(VersionOutcome.Assigned, environment, assigned.ObjectVersion);
    }

    // Whoever may change one project could name another's object there: where that would make a difference, nothing is chosen.
    private static EnvironmentAssignmentSnapshot? Find(Runtime runtime, Caller caller, Guid environment, VersionedObject type, string objectId)
    {
        var organization = runtime.Organization;
        if (runtime.Scope.ProjectId is { } project)
        {
            return organization.Assignments.Find(environment, new AssignedObject(project, type, objectId));
        }

        var readable = organization.Assignments.Find(environment, type, objectId).Where(row => EnvironmentAssignment.CanSee(organization, caller, row)).ToList();
        return readable.Count < 2 ? readable.FirstOrDefault() : throw RequestFault.BadInput("Several projects assign a version to this id in the environment. Pass projectId to runtime.");
    }
}
