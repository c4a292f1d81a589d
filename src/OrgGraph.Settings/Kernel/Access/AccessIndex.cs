using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace OrgGraph.Settings.Kernel.Access;

/// <summary>
/// Who is in which group, and what follows from it. Immutable: a change of one principal shares everything but that principal's path;
/// the graph and the grants are worked out anew only when groups or grants changed.
/// </summary>
public sealed class AccessIndex
{
    public static readonly AccessIndex Empty = new(
        ImmutableDictionary<PrincipalRef, Guid[]>.Empty, ImmutableDictionary<Guid, ImmutableHashSet<PrincipalRef>>.Empty, new GroupGraph([]), ImmutableDictionary<Guid, GrantFact[]>.Empty);

    private readonly ImmutableDictionary<PrincipalRef, Guid[]> _groupsOf;
    private readonly ImmutableDictionary<Guid, ImmutableHashSet<PrincipalRef>> _membersOf;
    private readonly ImmutableDictionary<Guid, GrantFact[]> _grantsOf;
    private readonly ConcurrentDictionary<PrincipalRef, EffectiveRights> _rights = [];
    private readonly ConcurrentDictionary<Guid, int> _peopleCounts = [];
    private ImmutableHashSet<PrincipalRef>? _owners;

    private AccessIndex(
        ImmutableDictionary<PrincipalRef, Guid[]> groupsOf,
        ImmutableDictionary<Guid, ImmutableHashSet<PrincipalRef>> membersOf,
        GroupGraph graph,
        ImmutableDictionary<Guid, GrantFact[]> grantsOf)
    {
        _groupsOf = groupsOf;
        _membersOf = membersOf;
        Graph = graph;
        _grantsOf = grantsOf;
    }

    public GroupGraph Graph { get; }

    /// <summary>Everybody who is an owner, directly or through nesting; accounts too.</summary>
    public ImmutableHashSet<PrincipalRef> Owners => _owners ??= Graph.Owners is { } group ? MembersOf(group) : [];

    public IEnumerable<PrincipalRef> Principals => _groupsOf.Keys;

    public bool IsMember(PrincipalRef principal) => _groupsOf.ContainsKey(principal);

    public IReadOnlyList<Guid> DirectGroups(PrincipalRef principal) => _groupsOf.GetValueOrDefault(principal) ?? [];

    public ImmutableHashSet<PrincipalRef> DirectMembers(Guid group) => _membersOf.GetValueOrDefault(group) ?? [];

    public IReadOnlyList<GrantFact> GrantsOf(Guid grantee) => _grantsOf.GetValueOrDefault(grantee) ?? [];

    /// <summary>What the principal may do; nothing when it does not belong to the organization.</summary>
    public EffectiveRights Of(PrincipalRef principal)
    {
        if (_rights.TryGetValue(principal, out var known))
        {
            return known;
        }

        return _groupsOf.TryGetValue(principal, out var groups)
            ? _rights.GetOrAdd(principal, EffectiveRights.Of(principal, groups, Graph, GrantsOf))
            : EffectiveRights.None;
    }

    /// <summary>What a member of just these groups may do.</summary>
    public EffectiveRights OfGroups(IReadOnlyList<Guid> groups) => EffectiveRights.Of(default, groups, Graph, GrantsOf);

    /// <summary>Members with nesting.</summary>
    public ImmutableHashSet<PrincipalRef> MembersOf(Guid group)
    {
        var groups = Graph.WithDescendants(group);
        return groups.Count == 1 ? DirectMembers(group) : [.. groups.SelectMany(DirectMembers)];
    }

    /// <summary>People with nesting, each once.</summary>
    public int PeopleCount(Guid group) => _peopleCounts.GetOrAdd(group, id => MembersOf(id).Count(member => member.Kind == PrincipalKind.User));

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
        return new AccessIndex(groupsOf, membersOf, Graph, _grantsOf);
    }

    public AccessIndex With(GroupGraph graph) => new(_groupsOf, _membersOf, graph, _grantsOf);

    public AccessIndex WithGrants(IEnumerable<GrantFact> grants) =>
        new(_groupsOf, _membersOf, Graph, grants.GroupBy(grant => grant.GranteeId).ToImmutableDictionary(group => group.Key, group => group.ToArray()));
}
