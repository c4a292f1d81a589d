using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Organizations;

/// <summary>Something with an id that is unique over everything.</summary>
[Name("Node")]
public interface INode
{
    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    string Id { get; }
}

/// <summary>Who can act: a person, or a service account.</summary>
[Name("Principal"), Implements(typeof(INode))]
public interface IPrincipal : INode
{
    /// <summary>How to call it on a page.</summary>
    string DisplayName { get; }
}

/// <summary>A team or business: it has members, projects and the settings that hold for all of them.</summary>
[Name("Organization"), Implements(typeof(INode))]
public sealed class Organization(OrganizationSnapshot snapshot) : INode, IScoped
{
    [Ignore]
    internal OrganizationSnapshot Snapshot { get; } = snapshot;

    [Ignore]
    public Scope Scope => new(Snapshot.OrganizationId);

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => GlobalId.Organization(Snapshot.OrganizationId).ToString();

    /// <summary>The name, unique over all organizations without regard to case.</summary>
    public string Name => Snapshot.Settings.Name;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Snapshot.Settings.CreatedAt;

    /// <summary>Raised by one with every accepted change of anything in the organization.</summary>
    public int Version => Snapshot.Version;

    /// <summary>The version at which name or image mode last changed: pass it as updateOrganization's expectedVersion.</summary>
    public int SettingsVersion => Snapshot.Settings.SettingsVersion;

    /// <summary>This answer's place in the event stream: pass it as `after` to a subscription, and nothing is missed in between.</summary>
    public string Cursor => new EventCursor(Snapshot.OrganizationId, Snapshot.Epoch, Snapshot.Version, EventCursor.WholeVersion).ToString();

    /// <summary>How pictures that others put into texts are shown.</summary>
    public ImageRenderingMode ImageRenderingMode => Snapshot.Settings.ImageRenderingMode;

    /// <summary>That an owner asked for the organization to be deleted; null when nobody did.</summary>
    public DeletionRequest? DeletionRequest(IResolveFieldContext context) =>
        Snapshot.Settings.Deletion is { } deletion ? new DeletionRequest(deletion, Snapshot.PrincipalFor(context.Caller(), deletion.RequestedBy)) : null;
}

/// <summary>That an owner asked for the organization to be deleted. An operator archives it when it is due; until then an owner can cancel.</summary>
[Name("DeletionRequest")]
public sealed class DeletionRequest
{
    internal DeletionRequest(DeletionRequestSnapshot deletion, IPrincipal? requestedBy)
    {
        RequestedAt = deletion.RequestedAt;
        DueAt = deletion.DueAt;
        RequestedBy = requestedBy;
    }

    /// <summary>When it was asked for.</summary>
    public DateTimeOffset RequestedAt { get; }

    /// <summary>Who asked; null when that person has left.</summary>
    public IPrincipal? RequestedBy { get; }

    /// <summary>When it is due: 30 days after it was asked for.</summary>
    public DateTimeOffset DueAt { get; }
}

/// <summary>A page of organizations.</summary>
[Name("OrganizationConnection")]
public sealed class OrganizationConnection(Page<Organization> page) : Connection<Organization, OrganizationEdge>(page);

/// <summary>An organization, and its place in the list.</summary>
[Name("OrganizationEdge")]
public sealed class OrganizationEdge : Edge<Organization>;
