using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Grants;

/// <summary>A right that was given to a person, a service account or a permission group. It is never changed: it is given and taken away.</summary>
[Name("Grant"), Implements(typeof(INode))]
public sealed class Grant : INode
{
    internal Grant(OrganizationSnapshot organization, GrantSnapshot row) => (Organization, Row) = (organization, row);

    [Ignore]
    internal OrganizationSnapshot Organization { get; }

    [Ignore]
    internal GrantSnapshot Row { get; }

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.Grant, Organization.OrganizationId, Row.Id).ToString();

    /// <summary>What it allows.</summary>
    public Permission Permission => Row.Fact.Permission;

    /// <summary>What it applies to.</summary>
    public Resource Resource => new(Organization, Row.Fact.Resource, Row.ResourceName);

    /// <summary>Only for this kind of object inside the project, or inside all projects; null: for everything.</summary>
    public ResourceType? RestrictTo => Row.Fact.RestrictTo;

    /// <summary>When it was given.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>Who gave it; null when it was made with the organization, or that principal has left or is hidden from the caller.</summary>
    public IPrincipal? CreatedBy(IResolveFieldContext context) => Organization.PrincipalFor(context.Caller(), Row.CreatedBy);

    /// <summary>
    /// Whoever manages the access of the organization, of the object or of the group that holds the grant; but what is hidden stays hidden:
    /// service accounts from all but owners, projects from those who may not read them.
    /// </summary>
    internal static bool CanSee(OrganizationSnapshot organization, Caller caller, GrantFact grant)
    {
        var rights = Policies.RightsOf(caller, organization);
        return (rights.Can(Permission.ManageAccess, ResourceRef.Organization)
                || rights.Can(Permission.ManageAccess, grant.Target)
                || (grant.GranteeKind == GranteeKind.Group && rights.Can(Permission.ManageAccess, ResourceRef.Group(grant.GranteeId))))
            && CanKnow(organization, caller, rights, grant.GranteeKind, grant.GranteeId)
            && (ProjectOf(grant) is not { } project || rights.Can(Permission.Read, ResourceRef.Project(project)));
    }

    /// <summary>The project that a grant is about; null: it is about no single one.</summary>
    internal static Guid? ProjectOf(GrantFact grant) => grant.Resource.Type == ResourceType.PermissionGroup ? null : grant.Resource.ObjectId;

    /// <summary>A grant's holder, by id; null when there is none or the caller may not know of it.</summary>
    internal static (GranteeKind Kind, Guid Id)? FindGrantee(OrganizationSnapshot organization, Caller caller, string id, string argument)
    {
        var parsed = GlobalId.Parse(id, argument);
        GranteeKind? kind = parsed.Type switch
        {
            NodeType.User => GranteeKind.User,
            NodeType.ServiceAccount => GranteeKind.ServiceAccount,
            NodeType.PermissionGroup => GranteeKind.Group,
            _ => null,
        };
        return kind is { } known && parsed.In(parsed.Type, organization.OrganizationId) is { } local && CanKnow(organization, caller, Policies.RightsOf(caller, organization), known, local) ? (known, local) : null;
    }

    private static bool CanKnow(OrganizationSnapshot organization, Caller caller, EffectiveRights rights, GranteeKind kind, Guid id) => kind switch
    {
        GranteeKind.User => organization.Members[id] is not null,
        GranteeKind.ServiceAccount => organization.ServiceAccounts[id] is not null && (rights.IsOwner || caller.Principal == PrincipalRef.ServiceAccount(id)),
        _ => organization.Groups[id] is not null,
    };
}

/// <summary>What a grant applies to.</summary>
[Name("Resource")]
public sealed class Resource
{
    private readonly OrganizationSnapshot _organization;
    private readonly ResourceRef _resource;
    private readonly string? _label;

    internal Resource(OrganizationSnapshot organization, ResourceRef resource, string? label) => (_organization, _resource, _label) = (organization, resource, label);

    /// <summary>What kind of thing.</summary>
    public ResourceType Type => _resource.Type;

    /// <summary>For PROJECT and PERMISSION_GROUP its id; for a kind inside a project the platform's own id of one object, or null for all of that kind.</summary>
    [Id]
    public string? ResourceId => _resource.Type switch
    {
        ResourceType.Project => IdOf(NodeType.Project),
        ResourceType.PermissionGroup => IdOf(NodeType.PermissionGroup),
        _ => _resource.InnerId,
    };

    /// <summary>The project that a kind inside a project is in; null otherwise.</summary>
    [Id]
    public string? ProjectId => _resource.Type.IsInsideProject() ? IdOf(NodeType.Project) : null;

    /// <summary>A label for people: the name of the project or group as it is now, or what was given with the grant.</summary>
    public string? Name => _resource.Type switch
    {
        ResourceType.Project => _organization.Projects[_resource.ObjectId!.Value]?.Name,
        ResourceType.PermissionGroup => _organization.Groups[_resource.ObjectId!.Value]?.Name,
        _ => _label,
    };

    private string? IdOf(NodeType type) => _resource.ObjectId is { } id ? new GlobalId(type, _organization.OrganizationId, id).ToString() : null;
}

/// <summary>A page of grants.</summary>
[Name("GrantConnection")]
public sealed class GrantConnection(Page<Grant> page) : Connection<Grant, GrantEdge>(page);

/// <summary>A grant, and its place in the list.</summary>
[Name("GrantEdge")]
public sealed class GrantEdge : Edge<Grant>;
