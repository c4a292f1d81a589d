using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Members;

/// <summary>The part that events about a member share.</summary>
/// <param name="userId">Whose membership.</param>
public abstract class MemberEvent(Guid userId) : OrganizationEvent
{
    [Ignore]
    public Guid UserId { get; } = userId;

    [Ignore]
    internal Member? Find(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.Members[UserId] is { } row ? new Member(snapshot, row) : null;
    }
}

/// <summary>Somebody joined: by founding the organization or by accepting an invitation.</summary>
[Name("MemberJoined"), Implements(typeof(IOrganizationEvent)), EventKind("member.joined")]
public sealed class MemberJoined(Guid userId) : MemberEvent(userId)
{
    [Ignore]
    public override bool AffectsAccess() => true;

    /// <summary>Whose membership.</summary>
    [Id]
    public string MemberId() => GlobalIdOf(NodeType.Member, UserId);

    /// <summary>The member as it is now; null when gone.</summary>
    public Member? Member(IResolveFieldContext context) => Find(context);

    /// <summary>The member with a cursor, for lists.</summary>
    public MemberEdge? MemberEdge(IResolveFieldContext context) => Find(context) is { } member ? new MemberEdge { Node = member, Cursor = MemberQueries.CursorOf(member.Row) } : null;
}

/// <summary>A member's name, e-mail or picture changed.</summary>
[Name("MemberUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("member.updated")]
public sealed class MemberUpdated(Guid userId) : MemberEvent(userId)
{
    /// <summary>Whose membership.</summary>
    [Id]
    public string MemberId() => GlobalIdOf(NodeType.Member, UserId);

    /// <summary>The member as it is now; null when gone.</summary>
    public Member? Member(IResolveFieldContext context) => Find(context);
}

/// <summary>A member was put into other groups.</summary>
[Name("MemberGroupsChanged"), Implements(typeof(IOrganizationEvent)), EventKind("member.groupsChanged")]
public sealed class MemberGroupsChanged(Guid userId, Guid[] added, Guid[] removed) : MemberEvent(userId)
{
    [Ignore]
    public Guid[] Added { get; } = added;

    [Ignore]
    public Guid[] Removed { get; } = removed;

    [Ignore]
    public override bool AffectsAccess() => true;

    /// <summary>Whose membership.</summary>
    [Id]
    public string MemberId() => GlobalIdOf(NodeType.Member, UserId);

    /// <summary>The member as it is now; null when gone.</summary>
    public Member? Member(IResolveFieldContext context) => Find(context);

    /// <summary>Groups that the member was put into.</summary>
    [Id]
    public string[] AddedGroupIds() => Array.ConvertAll(Added, id => GlobalIdOf(NodeType.PermissionGroup, id));

    /// <summary>Groups that the member was taken out of.</summary>
    [Id]
    public string[] RemovedGroupIds() => Array.ConvertAll(Removed, id => GlobalIdOf(NodeType.PermissionGroup, id));
}

/// <summary>A member was removed, or left.</summary>
[Name("MemberRemoved"), Implements(typeof(IOrganizationEvent)), EventKind("member.removed")]
public sealed class MemberRemoved(Guid userId, bool left) : MemberEvent(userId)
{
    [Ignore]
    public override bool AffectsAccess() => true;

    /// <summary>Whose membership.</summary>
    [Id]
    public string MemberId() => GlobalIdOf(NodeType.Member, UserId);

    /// <summary>Whether the person left by themselves.</summary>
    public bool Left { get; } = left;
}

/// <summary>A member did something: told at most once a minute for each member, live only.</summary>
[Name("MemberActive"), Implements(typeof(IOrganizationEvent))]
public sealed class MemberActive(Guid userId) : MemberEvent(userId)
{
    [Ignore]
    public override bool IsLogged() => false;

    /// <summary>Whose membership.</summary>
    [Id]
    public string MemberId() => GlobalIdOf(NodeType.Member, UserId);

    /// <summary>The member as it is now; null when gone.</summary>
    public Member? Member(IResolveFieldContext context) => Find(context);
}

/// <summary>The stream of members.</summary>
public sealed class MemberSubscriptions
{
    /// <summary>Members join, change, leave, are put into groups and are active.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField(
        "MembershipEvent",
        "A change of who belongs to the organization.",
        typeof(MemberJoined),
        typeof(MemberUpdated),
        typeof(MemberGroupsChanged),
        typeof(MemberRemoved),
        typeof(MemberActive),
        typeof(StreamReset))]
    public object MembershipChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
