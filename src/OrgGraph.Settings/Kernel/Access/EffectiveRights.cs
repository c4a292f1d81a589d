namespace OrgGraph.Settings.Kernel.Access;

/// <summary>
/// All that one principal may do in one organization: the union over the groups it is in, with nesting, and its direct grants. Rights
/// only add up; nothing takes away.
/// </summary>
public sealed class EffectiveRights
{
    /// <summary>What a stranger has.</summary>
    public static readonly EffectiveRights None = new();

    private readonly Dictionary<ResourceRef, PermissionSet> _granted = [];
    private readonly Dictionary<(Guid? Project, ResourceType Kind), PermissionSet> _restricted = [];

    public bool IsMember { get; private init; }

    public bool IsOwner { get; private init; }

    /// <summary>The groups the principal is in, with nesting, in the order of their ids.</summary>
    public IReadOnlyList<Guid> Groups { get; private init; } = [];

    /// <summary>Equal for principals that may do and see the same, whoever they are.</summary>
    public string Signature { get; private set; } = "";

    /// <summary>Works out the rights of a member.</summary>
    internal static EffectiveRights Of(PrincipalRef principal, IReadOnlyList<Guid> directGroups, GroupGraph graph, Func<Guid, IReadOnlyList<GrantFact>> grantsOf)
    {
        var groups = directGroups.SelectMany(graph.WithAncestors).Distinct().Order().ToArray();
        var isOwner = graph.Owners is { } owners && groups.Contains(owners);
        var own = grantsOf(principal.Id);
        var rights = new EffectiveRights
        {
            IsMember = true,
            IsOwner = isOwner,
            Groups = groups,
        };
        rights.AddBuiltIn(groups.Select(graph.BuiltIn));
        foreach (var grant in groups.SelectMany(grantsOf).Concat(own))
        {
            rights.Add(grant);
        }

        rights.Signature = rights.Sign();
        return rights;
    }

    /// <summary>What is held on the resource, by itself or by what contains it.</summary>
    public PermissionSet On(ResourceRef resource)
    {
        var set = _granted.GetValueOrDefault(resource);
        if (IsOwner)
        {
            set |= PermissionSet.All;
        }

        return resource.Type switch
        {
            ResourceType.Organization or ResourceType.Members or ResourceType.AuditLog => set,
            ResourceType.PermissionGroup => set | ManageAccessFrom(ResourceRef.Organization),
            ResourceType.AllProjects => set | ManageAccessFrom(ResourceRef.Organization),
            ResourceType.Project => set | On(ResourceRef.AllProjects),
            _ => set | Inside(resource),
        };
    }

    public bool Can(Permission permission, ResourceRef resource) => On(resource).Has(permission);

    /// <summary>RESOLVE_SECRETS is inherited from the organization to its projects, and implied by nothing else.</summary>
    public bool CanResolveSecrets(Guid? project) =>
        _granted.GetValueOrDefault(ResourceRef.Organization).Has(Permission.ResolveSecrets)
        || (project is { } id && (_granted.GetValueOrDefault(ResourceRef.Project(id)) | _granted.GetValueOrDefault(ResourceRef.AllProjects)).Has(Permission.ResolveSecrets));

    /// <summary>What this allows and the other does not; what owners hold by being owners is left to IsOwner.</summary>
    internal IEnumerable<(ResourceRef Resource, PermissionSet Gained)> GainedOver(EffectiveRights before)
    {
        foreach (var (resource, set) in _granted)
        {
            var gained = set & ~before.On(resource);
            if (gained != PermissionSet.None)
            {
                yield return (resource, gained);
            }
        }

        foreach (var ((project, kind), set) in _restricted)
        {
            var gained = set & ~before.RestrictedOn(project, kind);
            if (gained != PermissionSet.None)
            {
                yield return (new ResourceRef(kind, project), gained);
            }
        }
    }

    /// <summary>Whether these rights hold all that somebody gains.</summary>
    internal bool CoversGain(EffectiveRights before, EffectiveRights after) =>
        (IsOwner || !after.IsOwner || before.IsOwner)
        && after.GainedOver(before).All(gain => (gain.Gained & ~(On(gain.Resource) | RestrictedOn(gain.Resource.ObjectId, gain.Resource.Type))) == 0);

    private PermissionSet ManageAccessFrom(ResourceRef wider) =>
        _granted.GetValueOrDefault(wider).Has(Permission.ManageAccess) ? PermissionSet.ManageAccess : PermissionSet.None;

    private PermissionSet Inside(ResourceRef resource)
    {
        var set = On(ResourceRef.Project(resource.ObjectId ?? Guid.Empty)) | RestrictedOn(resource.ObjectId, resource.Type);
        return resource.InnerId is null ? set : set | _granted.GetValueOrDefault(resource with { InnerId = null });
    }

    private PermissionSet RestrictedOn(Guid? project, ResourceType kind) =>
        (IsOwner ? PermissionSet.All : PermissionSet.None)
        | On(project is { } id ? ResourceRef.Project(id) : ResourceRef.AllProjects)
        | _restricted.GetValueOrDefault((project, kind)) | _restricted.GetValueOrDefault((null, kind));

    private string Sign()
    {
        var granted = _granted.Select(entry => $"{entry.Key.Type}.{entry.Key.ObjectId}.{entry.Key.InnerId}={(byte)entry.Value}");
        var restricted = _restricted.Select(entry => $"{entry.Key.Project}/{entry.Key.Kind}={(byte)entry.Value}");
        return (IsOwner ? "owner|" : "|") + string.Join(',', Groups.Select(id => id.ToString("N")))
            + "|" + string.Join(',', granted.Order(StringComparer.Ordinal)) + "|" + string.Join(',', restricted.Order(StringComparer.Ordinal));
    }

    private void AddBuiltIn(IEnumerable<BuiltInGroup?> groups)
    {
        foreach (var group in groups)
        {
            var set = group switch
            {
                BuiltInGroup.Engineers => PermissionSet.Edit,
                BuiltInGroup.Viewers => PermissionSet.Read,
                _ => PermissionSet.None,
            };
            Merge(_granted, ResourceRef.AllProjects, set);
        }
    }

    private void Add(GrantFact grant)
    {
        var set = PermissionSets.Of(grant.Permission);
        if (grant.RestrictTo is { } kind)
        {
            Merge(_restricted, (grant.Resource.Type == ResourceType.Project ? grant.Resource.ObjectId : null, kind), set);
        }
        else
        {
            Merge(_granted, grant.Resource, set);
        }
    }

    private static void Merge<TKey>(Dictionary<TKey, PermissionSet> sets, TKey key, PermissionSet set)
        where TKey : notnull
    {
        if (set != PermissionSet.None)
        {
            sets[key] = sets.GetValueOrDefault(key) | set;
        }
    }
}
