using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Invitations;

/// <summary>The part that events about an invitation share. Who may invite hears of them.</summary>
/// <param name="ofInvitation">Which invitation.</param>
public abstract class InvitationEvent(Guid ofInvitation) : OrganizationEvent
{
    [Ignore]
    public Guid OfInvitation { get; } = ofInvitation;

    /// <summary>Which invitation.</summary>
    [Id]
    public string InvitationId() => GlobalIdOf(NodeType.Invitation, OfInvitation);

    /// <summary>The invitation as it is now; null when it ended long ago.</summary>
    public Invitation? Invitation(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.Invitations[OfInvitation] is { } row && Invitations.Invitation.CanSee(snapshot, context.Caller()) ? new Invitation(snapshot, row) : null;
    }

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => Invitations.Invitation.CanSee((OrganizationSnapshot)snapshot, caller);
}

/// <summary>Somebody was invited.</summary>
[Name("InvitationCreated"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.created")]
public sealed class InvitationCreated(Guid ofInvitation) : InvitationEvent(ofInvitation)
{
    /// <summary>The invitation with a cursor, for lists.</summary>
    public InvitationEdge? InvitationEdge(IResolveFieldContext context) => Invitation(context) is { } invitation ? InvitationQueries.EdgeOf(invitation) : null;
}

/// <summary>An invitation's groups changed.</summary>
[Name("InvitationUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.updated")]
public sealed class InvitationUpdated(Guid ofInvitation) : InvitationEvent(ofInvitation);

/// <summary>An invitation's mail was taken by the mail server.</summary>
[Name("InvitationSent"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.sent")]
public sealed class InvitationSent(Guid ofInvitation) : InvitationEvent(ofInvitation);

/// <summary>An invitation's mail could not be sent. It can be sent again.</summary>
[Name("InvitationFailed"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.failed")]
public sealed class InvitationFailed(Guid ofInvitation) : InvitationEvent(ofInvitation);

/// <summary>An invitation is sent again, with a new link; the old one is void.</summary>
[Name("InvitationResent"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.resent")]
public sealed class InvitationResent(Guid ofInvitation) : InvitationEvent(ofInvitation);

/// <summary>Somebody in the organization took an invitation back.</summary>
[Name("InvitationRevoked"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.revoked")]
public sealed class InvitationRevoked(Guid ofInvitation) : InvitationEvent(ofInvitation);

/// <summary>A person joined by an invitation.</summary>
[Name("InvitationAccepted"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.accepted")]
public sealed class InvitationAccepted(Guid ofInvitation) : InvitationEvent(ofInvitation);

/// <summary>A person said no to an invitation.</summary>
[Name("InvitationDeclined"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.declined")]
public sealed class InvitationDeclined(Guid ofInvitation) : InvitationEvent(ofInvitation);

/// <summary>An invitation's 7 days went by.</summary>
[Name("InvitationExpired"), Implements(typeof(IOrganizationEvent)), EventKind("invitation.expired")]
public sealed class InvitationExpired(Guid ofInvitation) : InvitationEvent(ofInvitation);

/// <summary>The stream of invitations.</summary>
public sealed class InvitationSubscriptions
{
    /// <summary>Invitations are made, sent, changed and ended.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member), Authorize(Policy.InviteMembers)]
    [SubscriptionField(
        "InvitationEvent",
        "A change of an invitation.",
        typeof(InvitationCreated),
        typeof(InvitationUpdated),
        typeof(InvitationSent),
        typeof(InvitationFailed),
        typeof(InvitationResent),
        typeof(InvitationRevoked),
        typeof(InvitationAccepted),
        typeof(InvitationDeclined),
        typeof(InvitationExpired),
        typeof(StreamReset))]
    public object InvitationsChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
