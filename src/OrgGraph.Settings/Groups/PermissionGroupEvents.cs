using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Groups;

/// <summary>The part that events about a group share.</summary>
/// <param name="groupId">Which group.</param>
public abstract class PermissionGroupEvent(Guid groupId) : OrganizationEvent
{
    [Ignore]
    public Guid GroupId { get; } = groupId;

    [Ignore]
    public override bool AffectsAccess() => true;

    [Ignore]
    internal PermissionGroup? Find(IResolveFieldContext context)
    {
        var snapshot = SnapshotOf(context);
        return snapshot.Groups[GroupId] is { } row ? new PermissionGroup(snapshot, row) : null;
    }
}

/// <summary>A permission group was made.</summary>
[Name("PermissionGroupCreated"), Implements(typeof(IOrganizationEvent)), EventKind("permissionGroup.created")]
public sealed class PermissionGroupCreated(Guid groupId) : PermissionGroupEvent(groupId)
{
    /// <summary>Which group.</summary>
    [Id]
    public string PermissionGroupId() => GlobalIdOf(NodeType.PermissionGroup, GroupId);

    /// <summary>The group as it is now; null when gone.</summary>
    public PermissionGroup? PermissionGroup(IResolveFieldContext context) => Find(context);

    /// <summary>The group with a cursor, for lists.</summary>
    public PermissionGroupEdge? PermissionGroupEdge(IResolveFieldContext context) => Find(context) is { } group ? PermissionGroupQueries.EdgeOf(group) : null;
}

/// <summary>A permission group's name or description changed.</summary>
[Name("PermissionGroupUpdated"), Implements(typeof(IOrganizationEvent)), EventKind("permissionGroup.updated")]
public sealed class PermissionGroupUpdated(Guid groupId) : PermissionGroupEvent(groupId)
{
    /// <summary>Which group.</summary>
    [Id]
    public string PermissionGroupId() => GlobalIdOf(NodeType.PermissionGroup, GroupId);

    /// <summary>The group as it is now; null when gone.</summary>
    public PermissionGroup? PermissionGroup(IResolveFieldContext context) => Find(context);
}

/// <summary>A permission group has other members, or includes other groups.</summary>
/// <param name="groupId">Which group.</param>
/// <param name="onlyAccounts">Nobody but service accounts came or went, which others than owners do not know of.</param>
[Name("PermissionGroupMembersChanged"), Implements(typeof(IOrganizationEvent)), EventKind("permissionGroup.membersChanged")]
public sealed class PermissionGroupMembersChanged(Guid groupId, bool onlyAccounts = false) : PermissionGroupEvent(groupId)
{
    [Ignore]
    public bool OnlyAccounts { get; } = onlyAccounts;

    [Ignore]
    public override bool IsForOwners() => OnlyAccounts;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => !OnlyAccounts || Policies.RightsOf(caller, snapshot).IsOwner;

    /// <summary>Which group.</summary>
    [Id]
    public string PermissionGroupId() => GlobalIdOf(NodeType.PermissionGroup, GroupId);

    /// <summary>The group as it is now; null when gone.</summary>
    public PermissionGroup? PermissionGroup(IResolveFieldContext context) => Find(context);
}

/// <summary>A permission group was deleted, its grants with it.</summary>
[Name("PermissionGroupDeleted"), Implements(typeof(IOrganizationEvent)), EventKind("permissionGroup.deleted")]
public sealed class PermissionGroupDeleted(Guid groupId) : PermissionGroupEvent(groupId)
{
    /// <summary>Which group.</summary>
    [Id]
    public string PermissionGroupId() => GlobalIdOf(NodeType.PermissionGroup, GroupId);
}

/// <summary>The subscriber's own rights are others than before.</summary>
[Name("ViewerAccessChanged"), Implements(typeof(IOrganizationEvent))]
public sealed class ViewerAccessChanged : OrganizationEvent
{
    [Ignore]
    public override bool IsLogged() => false;

    /// <summary>What the subscriber may do now.</summary>
    [PerCaller]
    public ViewerAccess ViewerAccess(IResolveFieldContext context) => Groups.ViewerAccess.Of(SnapshotOf(context), context.Caller(), context.Request().Now);
}

/// <summary>The streams of groups and of the subscriber's own rights.</summary>
public sealed class PermissionGroupSubscriptions
{
    /// <summary>Permission groups are made, renamed, filled and deleted.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField(
        "PermissionGroupEvent",
        "A change of a permission group.",
        typeof(PermissionGroupCreated),
        typeof(PermissionGroupUpdated),
        typeof(PermissionGroupMembersChanged),
        typeof(PermissionGroupDeleted),
        typeof(StreamReset))]
    public object PermissionGroupsChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;

    /// <summary>Told whenever the subscriber's own rights in the organization change.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member), PerCaller]
    [SubscriptionField("ViewerAccessEvent", "A change of the subscriber's own rights.", typeof(ViewerAccessChanged), typeof(StreamReset), IsOwnAccess = true)]
    public object ViewerAccessChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
