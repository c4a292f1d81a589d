using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace OrgGraph.Settings.Kernel.Access;

/// <summary>
/// What follows from the groups' nesting and the grants, worked out when first asked for. One table serves all versions between two changes
/// of groups or grants; who is in which group is told by the caller.
/// </summary>
internal sealed class RightsTable
{
    private const int MaxHolders = 1000;

    // Kept over changes of grants: an entry is good as long as its holder's grants are the same.
    private readonly ConcurrentDictionary<Guid, (GrantFact[] Grants, EffectiveRights Rights)> _own;
    private readonly ConcurrentDictionary<PrincipalRef, (Guid[] Groups, EffectiveRights Rights)> _of = [];
    private readonly ConcurrentDictionary<(Permission, ResourceRef), Holders> _holders = [];

    private readonly GroupGraph _graph;
    private readonly ImmutableDictionary<Guid, GrantFact[]> _grantsOf;

    public RightsTable(GroupGraph graph, ImmutableDictionary<Guid, GrantFact[]> grantsOf)
        : this(graph, grantsOf, [])
    {
    }

    private RightsTable(GroupGraph graph, ImmutableDictionary<Guid, GrantFact[]> grantsOf, ConcurrentDictionary<Guid, (GrantFact[] Grants, EffectiveRights Rights)> own) =>
        (_graph, _grantsOf, _own) = (graph, grantsOf, own);

    public GroupGraph Graph => _graph;

    public IReadOnlyList<GrantFact> GrantsOf(Guid grantee) => _grantsOf.GetValueOrDefault(grantee) ?? [];

    /// <summary>What a member of just these groups may do who has these grants of its own.</summary>
    public EffectiveRights Of(PrincipalRef principal, Guid[] groups)
    {
        if (_of.TryGetValue(principal, out var known) && ReferenceEquals(known.Groups, groups))
        {
            return known.Rights;
        }

        var all = WithNesting(groups);
        var rights = EffectiveRights.Union(all, all.Append(principal.Id).Select(Own));
        _of[principal] = (groups, rights);
        return rights;
    }

    /// <summary>What a newcomer to these groups may do.</summary>
    public EffectiveRights OfGroups(IReadOnlyList<Guid> groups)
    {
        var all = WithNesting(groups);
        return EffectiveRights.Union(all, all.Select(Own));
    }

    /// <summary>What the group or principal gives by itself.</summary>
    public EffectiveRights Own(Guid grantee)
    {
        var grants = _grantsOf.GetValueOrDefault(grantee) ?? [];
        if (_own.TryGetValue(grantee, out var known) && ReferenceEquals(known.Grants, grants))
        {
            return known.Rights;
        }

        var rights = EffectiveRights.OfSources(_graph.BuiltIn(grantee), grants);
        _own[grantee] = (grants, rights);
        return rights;
    }

    /// <summary>Who holds the permission: the other way round of <see cref="EffectiveRights.On"/>, from the same sources.</summary>
    public bool Holds(PrincipalRef principal, IReadOnlyList<Guid> groups, Permission permission, ResourceRef resource) =>
        HoldersOf(permission, resource).Has(principal, groups)
        && (resource.Type != ResourceType.Project || permission == Permission.Read || HoldersOf(Permission.Read, resource).Has(principal, groups));

    public RightsTable With(GroupGraph changed) => new(changed, _grantsOf);

    public RightsTable With(IEnumerable<GrantFact> gone, IEnumerable<GrantFact> come)
    {
        var changed = _grantsOf.ToBuilder();
        foreach (var (grantee, ids) in gone.GroupBy(grant => grant.GranteeId).Select(group => (group.Key, group.Select(grant => grant.Id).ToHashSet())))
        {
            GrantFact[] left = [.. GrantsOf(grantee).Where(grant => !ids.Contains(grant.Id))];
            changed[grantee] = left;
        }

        foreach (var group in come.Where(grant => grant.Counts).GroupBy(grant => grant.GranteeId))
        {
            changed[group.Key] = [.. changed.GetValueOrDefault(group.Key) ?? [], .. group];
        }

        return new RightsTable(_graph, changed.ToImmutable(), _own);
    }

    private Guid[] WithNesting(IReadOnlyList<Guid> groups) => [.. groups.SelectMany(_graph.WithAncestors).Distinct().Order()];

    private Holders HoldersOf(Permission permission, ResourceRef resource)
    {
        if (_holders.Count >= MaxHolders)
        {
            _holders.Clear();
        }

        return _holders.GetOrAdd((permission, resource), static (key, table) => table.FindHolders(key.Item1, key.Item2), this);
    }

    private Holders FindHolders(Permission permission, ResourceRef resource)
    {
        var givers = _graph.All.Concat(_grantsOf.Keys).Distinct().Where(grantee => Own(grantee).Held(resource).Has(permission));
        return new Holders([.. givers.SelectMany(grantee => _graph.Contains(grantee) ? _graph.WithDescendants(grantee) : [grantee])]);
    }

    /// <summary>Groups whose members hold something, and principals that hold it by themselves.</summary>
    private sealed record Holders(HashSet<Guid> Ids)
    {
        public bool Has(PrincipalRef principal, IReadOnlyList<Guid> groups)
        {
            if (Ids.Contains(principal.Id))
            {
                return true;
            }

            foreach (var group in groups)
            {
                if (Ids.Contains(group))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
