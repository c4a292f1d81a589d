using GraphQL;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Invitations;

/// <summary>That somebody is asked to join the organization. Only a person whose verified e-mail is the invited one can accept.</summary>
[Name("Invitation"), Implements(typeof(INode))]
public sealed class Invitation : INode
{
    private readonly OrganizationSnapshot _organization;

    internal Invitation(OrganizationSnapshot organization, InvitationSnapshot row) => (_organization, Row) = (organization, row);

    [Ignore]
    internal InvitationSnapshot Row { get; }

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.Invitation, _organization.OrganizationId, Row.Id).ToString();

    /// <summary>The address that is invited.</summary>
    public EmailAddress Email => new(Row.Email);

    /// <summary>The groups that the person will be in, by name.</summary>
    public IEnumerable<PermissionGroup> Groups => PermissionGroup.Of(_organization, Row.GroupIds);

    /// <summary>Who invited; null when that person has left.</summary>
    public IPrincipal? InvitedBy(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), Row.InvitedBy);

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>When it ends by itself: 7 days after it was last sent.</summary>
    public DateTimeOffset ExpiresAt => Row.ExpiresAt;

    /// <summary>How far it has come.</summary>
    public InvitationStatus Status(IResolveFieldContext context) => Row.StatusAt(context.Request().Now);

    /// <summary>How far its mail has come.</summary>
    public MailDelivery Delivery => Row.Delivery;

    /// <summary>Why the mail could not be sent; null otherwise.</summary>
    public string? DeliveryError => Row.DeliveryError;

    /// <summary>How many mails the mail server took.</summary>
    public int SentCount => Row.SentCount;

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => Row.Version;

    /// <summary>Who may invite sees invitations.</summary>
    internal static bool CanSee(OrganizationSnapshot organization, Caller caller) => Policies.RightsOf(caller, organization).Can(Permission.Create, ResourceRef.Members);
}

/// <summary>What the join page shows of an invitation.</summary>
[Name("InvitationPreview")]
public sealed class InvitationPreview
{
    internal InvitationPreview(OrganizationSnapshot organization, InvitationSnapshot row, DateTimeOffset now)
    {
        InvitationId = new GlobalId(NodeType.Invitation, organization.OrganizationId, row.Id).ToString();
        OrganizationName = organization.Settings.Name;
        Email = new EmailAddress(row.Email);
        InvitedBy = row.InvitedBy is { } inviter ? organization.NameOf(inviter) : null;
        GroupNames = [.. PermissionGroup.Of(organization, row.GroupIds).Select(group => group.Name)];
        ExpiresAt = row.ExpiresAt;
        Status = row.StatusAt(now);
    }

    /// <summary>Its id: pass it to acceptInvitation or declineInvitation.</summary>
    [Id]
    public string InvitationId { get; }

    /// <summary>Which organization invites.</summary>
    public string OrganizationName { get; }

    /// <summary>The address that is invited.</summary>
    public EmailAddress Email { get; }

    /// <summary>The name of who invited; null when that person has left.</summary>
    public string? InvitedBy { get; }

    /// <summary>The groups that the person will be in.</summary>
    public string[] GroupNames { get; }

    /// <summary>When it ends by itself.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>How far it has come.</summary>
    public InvitationStatus Status { get; }
}

/// <summary>A page of invitations.</summary>
[Name("InvitationConnection")]
public sealed class InvitationConnection(Page<Invitation> page) : Connection<Invitation, InvitationEdge>(page);

/// <summary>An invitation, and its place in the list.</summary>
[Name("InvitationEdge")]
public sealed class InvitationEdge : Edge<Invitation>;
