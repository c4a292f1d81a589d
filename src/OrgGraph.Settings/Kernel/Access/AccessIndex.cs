using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace OrgGraph.Settings.Kernel.Access;

/// <summary>
/// Who is in which group, and what follows from it. Immutable: a change of one principal shares everything but that principal's path;
/// what follows from nesting and grants is worked out anew only when groups or grants changed.
/// </summary>
public sealed class AccessIndex
{
    public static readonly AccessIndex Empty = new(
        ImmutableDictionary<PrincipalRef, Guid[]>.Empty,
        ImmutableDictionary<Guid, ImmutableHashSet<PrincipalRef>>.Empty,
        new RightsTable(new GroupGraph([]), ImmutableDictionary<Guid, GrantFact[]>.Empty));

    private readonly ImmutableDictionary<PrincipalRef, Guid[]> _groupsOf;
    private readonly ImmutableDictionary<Guid, ImmutableHashSet<PrincipalRef>> _membersOf;
    private readonly RightsTable _rights;
    private readonly ConcurrentDictionary<(Guid, PrincipalKind), int> _counts = [];
    private ImmutableHashSet<PrincipalRef>? _owners;

    private AccessIndex(ImmutableDictionary<PrincipalRef, Guid[]> groupsOf, ImmutableDictionary<Guid, ImmutableHashSet<PrincipalRef>> membersOf, RightsTable rights)
    {
        _groupsOf = groupsOf;
        _membersOf = membersOf;
        _rights = rights;
    }

    public GroupGraph Graph => _rights.Graph;

    /// <summary>Everybody who is an owner, directly or through nesting; accounts too.</summary>
    public ImmutableHashSet<PrincipalRef> Owners => _owners ??= Graph.Owners is { } group ? MembersOf(group) : [];

    public IEnumerable<PrincipalRef> Principals => _groupsOf.Keys;

    public bool IsMember(PrincipalRef principal) => _groupsOf.ContainsKey(principal);

    public IReadOnlyList<Guid> DirectGroups(PrincipalRef principal) => _groupsOf.GetValueOrDefault(principal) ?? [];

    public ImmutableHashSet<PrincipalRef> DirectMembers(Guid group) => _membersOf.GetValueOrDefault(group) ?? [];

    public IReadOnlyList<GrantFact> GrantsOf(Guid grantee) => _rights.GrantsOf(grantee);

    /// <summary>What the principal may do; nothing when it does not belong to the organization.</summary>
    public EffectiveRights Of(PrincipalRef principal) => _groupsOf.TryGetValue(principal, out var groups) ? _rights.Of(principal, groups) : EffectiveRights.None;

    /// <summary>What a member of just these groups may do.</summary>
    public EffectiveRights OfGroups(IReadOnlyList<Guid> groups) => _rights.OfGroups(groups);

    /// <summary>Whether the principal holds the permission, found from the resource's side: many principals are asked about one resource.</summary>
    public bool Holds(PrincipalRef principal, Permission permission, ResourceRef resource) =>
        _groupsOf.TryGetValue(principal, out var groups) && _rights.Holds(principal, groups, permission, resource);

    /// <summary>What the group or principal gives by itself, without nesting.</summary>
    internal EffectiveRights Own(Guid grantee) => _rights.Own(grantee);

    /// <summary>Members with nesting.</summary>
    public ImmutableHashSet<PrincipalRef> MembersOf(Guid group)
    {
        var groups = Graph.WithDescendants(group);
        return groups.Count == 1 ? DirectMembers(group) : [.. groups.SelectMany(DirectMembers)];
    }

    /// <summary>People, or service accounts, with nesting, each once.</summary>
    public int Count(Guid group, PrincipalKind kind) => _counts.GetOrAdd((group, kind), key => MembersOf(key.Item1).Count(member => member.Kind == key.Item2));

    /// <summary>Puts the principal into exactly these groups; null: it belongs to the organization no more.</summary>
    public AccessIndex With(PrincipalRef principal, Guid[]? groups)
    {
        var before = DirectGroups(principal);
        if (groups is not null && IsMember(principal) && before.SequenceEqual(groups))
        {
            return this;
        }

        var membersOf = _membersOf;
        foreach (var left in before.Except(groups ?? []))
        {
            membersOf = membersOf.SetItem(left, DirectMembers(left).Remove(principal));
        }

        foreach (var joined in (groups ?? []).Except(before))
        {
            membersOf = membersOf.SetItem(joined, (membersOf.GetValueOrDefault(joined) ?? []).Add(principal));
        }

        var groupsOf = groups is null ? _groupsOf.Remove(principal) : _groupsOf.SetItem(principal, groups);
        return new AccessIndex(groupsOf, membersOf, _rights);
    }

    public AccessIndex With(GroupGraph graph) => new(_groupsOf, _membersOf, _rights.With(graph));

    public AccessIndex WithGrants(IEnumerable<GrantFact> gone, IEnumerable<GrantFact> come) => new(_groupsOf, _membersOf, _rights.With(gone, come));
}
