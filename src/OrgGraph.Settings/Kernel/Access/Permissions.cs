namespace OrgGraph.Settings.Kernel.Access;

/// <summary>What a grant allows.</summary>
public enum Permission
{
    /// <summary>Make new objects of the kind.</summary>
    Create,

    /// <summary>See the object.</summary>
    Read,

    /// <summary>Change the object.</summary>
    Update,

    /// <summary>Delete the object.</summary>
    Delete,

    /// <summary>Give rights on the object to others.</summary>
    ManageAccess,

    /// <summary>Read secret values at run time. For service accounts only; implied by nothing, not even by owning the organization.</summary>
    ResolveSecrets,
}

/// <summary>What a permission applies to.</summary>
public enum ResourceType
{
    /// <summary>The organization's settings.</summary>
    Organization,

    /// <summary>The organization's members: CREATE invites, DELETE removes.</summary>
    Members,

    /// <summary>The organization's audit log.</summary>
    AuditLog,

    /// <summary>Every project of the organization, later ones included.</summary>
    AllProjects,

    /// <summary>One project and what is inside.</summary>
    Project,

    /// <summary>Experiments of a project.</summary>
    Experiment,

    /// <summary>Datasets of a project.</summary>
    Dataset,

    /// <summary>Prompts of a project.</summary>
    Prompt,

    /// <summary>Functions of a project: tools and scorers too.</summary>
    Function,

    /// <summary>Playgrounds of a project.</summary>
    Playground,

    /// <summary>Logs of a project.</summary>
    Logs,

    /// <summary>One permission group: its name, description and members.</summary>
    PermissionGroup,
}

/// <summary>The groups that every organization has.</summary>
public enum BuiltInGroup
{
    /// <summary>May do everything, but for reading secret values at run time. Never empty.</summary>
    Owners,

    /// <summary>May create, read, update and delete projects and everything in them.</summary>
    Engineers,

    /// <summary>May read projects and everything in them.</summary>
    Viewers,
}

/// <summary>A set of permissions.</summary>
[Flags]
public enum PermissionSet : byte
{
    None = 0,
    Create = 1 << Permission.Create,
    Read = 1 << Permission.Read,
    Update = 1 << Permission.Update,
    Delete = 1 << Permission.Delete,
    ManageAccess = 1 << Permission.ManageAccess,
    ResolveSecrets = 1 << Permission.ResolveSecrets,
    Edit = Create | Read | Update | Delete,
    All = Edit | ManageAccess,
}

/// <summary>The identity of what a permission applies to.</summary>
/// <param name="ObjectId">The project or permission group; null for organization-wide ones.</param>
/// <param name="InnerId">The platform's own id of an object inside the project; null: all of that kind.</param>
public readonly record struct ResourceRef(ResourceType Type, Guid? ObjectId = null, string? InnerId = null)
{
    public static readonly ResourceRef Organization = new(ResourceType.Organization);
    public static readonly ResourceRef Members = new(ResourceType.Members);
    public static readonly ResourceRef AuditLog = new(ResourceType.AuditLog);
    public static readonly ResourceRef AllProjects = new(ResourceType.AllProjects);

    public static ResourceRef Project(Guid id) => new(ResourceType.Project, id);

    public static ResourceRef Group(Guid id) => new(ResourceType.PermissionGroup, id);
}

/// <summary>What a grant is given to.</summary>
public enum GranteeKind
{
    User,
    ServiceAccount,
    Group,
}

/// <summary>A grant as access is worked out from it.</summary>
/// <param name="RestrictTo">On a project or all projects: only this kind of object inside.</param>
public sealed record GrantFact(Guid Id, GranteeKind GranteeKind, Guid GranteeId, Permission Permission, ResourceRef Resource, ResourceType? RestrictTo)
{
    /// <summary>What it really applies to: a grant on a project that is restricted to datasets is one on all datasets of the project.</summary>
    public ResourceRef Target => RestrictTo is { } kind ? new ResourceRef(kind, Resource.ObjectId) : Resource;

    /// <summary>Whether it gives anything: reading secrets is for service accounts themselves, whatever a row says.</summary>
    public bool Counts => Permission != Permission.ResolveSecrets || GranteeKind == GranteeKind.ServiceAccount;

    /// <summary>Whether both say the same, whatever their ids.</summary>
    public bool SaysSameAs(GrantFact other) => other with { Id = Id } == this;
}

internal static class PermissionSets
{
    public static bool Has(this PermissionSet set, Permission permission) => (set & (PermissionSet)(1 << (int)permission)) != 0;

    public static PermissionSet Of(Permission permission) => (PermissionSet)(1 << (int)permission);

    /// <summary>Whether it is a kind of object inside a project.</summary>
    public static bool IsInsideProject(this ResourceType type) =>
        type is ResourceType.Experiment or ResourceType.Dataset or ResourceType.Prompt or ResourceType.Function or ResourceType.Playground or ResourceType.Logs;
}
