namespace OrgGraph.Settings.Kernel.Access;

/// <summary>A group as access is worked out from it. <c>MemberGroups</c>: groups whose members are included.</summary>
public sealed record GroupFact(Guid Id, BuiltInGroup? BuiltIn, IReadOnlyList<Guid> MemberGroups);

/// <summary>
/// Which groups are nested in which. A member of C is a member of every group that includes C, directly or not; so rights flow from a
/// group to the members of the groups it includes.
/// </summary>
public sealed class GroupGraph
{
    private readonly Dictionary<Guid, List<Guid>> _parents;
    private readonly Dictionary<Guid, Guid[]> _withAncestors;
    private readonly Dictionary<Guid, Guid[]> _withDescendants;
    private readonly Dictionary<Guid, BuiltInGroup> _builtIn;

    public GroupGraph(IReadOnlyCollection<GroupFact> groups)
    {
        var children = groups.ToDictionary(group => group.Id, group => group.MemberGroups);
        _parents = groups.ToDictionary(group => group.Id, _ => new List<Guid>());
        foreach (var group in groups)
        {
            foreach (var child in group.MemberGroups)
            {
                _parents.GetValueOrDefault(child)?.Add(group.Id);
            }
        }

        _withDescendants = groups.ToDictionary(group => group.Id, group => Reach(group.Id, id => children.GetValueOrDefault(id) ?? []));
        _withAncestors = groups.ToDictionary(group => group.Id, group => Reach(group.Id, Parents));
        _builtIn = groups.Where(group => group.BuiltIn is not null).ToDictionary(group => group.Id, group => group.BuiltIn!.Value);
        Owners = groups.FirstOrDefault(group => group.BuiltIn == BuiltInGroup.Owners)?.Id;
    }

    public IReadOnlyCollection<Guid> All => _parents.Keys;

    public bool Contains(Guid group) => _parents.ContainsKey(group);

    /// <summary>The groups that include the group, directly.</summary>
    public IReadOnlyList<Guid> Parents(Guid group) => _parents.GetValueOrDefault(group) ?? [];

    /// <summary>The Owners group.</summary>
    public Guid? Owners { get; }

    /// <summary>The group and all that include it.</summary>
    public IReadOnlyList<Guid> WithAncestors(Guid group) => _withAncestors.GetValueOrDefault(group) ?? [];

    /// <summary>The group and all that it includes.</summary>
    public IReadOnlyList<Guid> WithDescendants(Guid group) => _withDescendants.GetValueOrDefault(group) ?? [];

    public BuiltInGroup? BuiltIn(Guid group) => _builtIn.TryGetValue(group, out var builtIn) ? builtIn : null;

    /// <summary>Whether including <paramref name="child"/> in <paramref name="parent"/> would close a circle.</summary>
    public bool WouldCycle(Guid parent, Guid child) => WithDescendants(child).Contains(parent);

    private static Guid[] Reach(Guid start, Func<Guid, IReadOnlyList<Guid>> next)
    {
        var seen = new HashSet<Guid> { start };
        var queue = new Queue<Guid>([start]);
        while (queue.TryDequeue(out var id))
        {
            foreach (var other in next(id))
            {
                if (seen.Add(other))
                {
                    queue.Enqueue(other);
                }
            }
        }

        return [.. seen];
    }
}
