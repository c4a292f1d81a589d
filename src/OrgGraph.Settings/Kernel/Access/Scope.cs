using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Access;

/// <summary>
/// What a field or input is about, as far as policies need it: the organization, and perhaps a project or another object inside.
/// </summary>
/// <param name="OrganizationId">Null: no organization could be told from what was given, so no member right can hold.</param>
/// <param name="ProjectId">The project concerned.</param>
/// <param name="Resource">The object on which MANAGE_ACCESS suffices besides the organization.</param>
/// <param name="ProjectIn">Finds the project of an object that only the snapshot knows.</param>
/// <param name="ResourcesIn">Finds the objects concerned where there are several, or only the snapshot knows them: MANAGE_ACCESS on one opens the door, and the decision judges each.</param>
public readonly record struct Scope(
    Guid? OrganizationId, Guid? ProjectId = null, ResourceRef? Resource = null, Func<Snapshot, Guid?>? ProjectIn = null, Func<Snapshot, IEnumerable<ResourceRef>>? ResourcesIn = null)
{
    /// <summary>Nothing inside an organization.</summary>
    public static readonly Scope None;

    internal Guid? Project(Snapshot snapshot) => ProjectId ?? ProjectIn?.Invoke(snapshot);
}

/// <summary>An input or a parent object that tells what it is about. A malformed id in it throws BAD_USER_INPUT.</summary>
public interface IScoped
{
    Scope Scope { get; }
}

/// <summary>An argument that names the object concerned, beside a parent object that names the organization.</summary>
public interface IResourceArgument
{
    /// <summary>The object, be there one or not; null when the ids cannot be of such an object of the organization.</summary>
    ResourceRef? In(Guid organization);
}
