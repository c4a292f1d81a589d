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
    private PermissionSet _onAllProjects;

    public bool IsMember { get; private init; }

    public bool IsOwner { get; private set; }

    /// <summary>The groups the principal is in, with nesting, in the order of their ids.</summary>
    public IReadOnlyList<Guid> Groups { get; private init; } = [];

    /// <summary>Equal for principals that may do and see the same, whoever they are.</summary>
    public string Signature => field ??= Sign();

    /// <summary>What one group or principal gives by itself: its built-in rights and its grants, no nesting.</summary>
    internal static EffectiveRights OfSources(BuiltInGroup? builtIn, IEnumerable<GrantFact> grants)
    {
        var rights = new EffectiveRights { IsOwner = builtIn == BuiltInGroup.Owners };
        rights.Merge(ResourceRef.AllProjects, builtIn switch
        {
            BuiltInGroup.Engineers => PermissionSet.Edit,
            BuiltInGroup.Viewers => PermissionSet.Read,
            _ => PermissionSet.None,
        });
        foreach (var grant in grants)
        {
            rights.Merge(grant.Target, PermissionSets.Of(grant.Permission));
        }

        return rights.Settle();
    }

    /// <summary>The rights of a member: the union of what its groups and its own grants give.</summary>
    /// <param name="groups">All groups that it is in, with nesting.</param>
    internal static EffectiveRights Union(IReadOnlyList<Guid> groups, IEnumerable<EffectiveRights> parts)
    {
        var rights = new EffectiveRights { IsMember = true, Groups = groups };
        foreach (var part in parts)
        {
            rights.IsOwner |= part.IsOwner;
            foreach (var (resource, set) in part._granted)
            {
                rights.Merge(resource, set);
            }
        }

        return rights.Settle();
    }

    /// <summary>What may be done with the resource. A project that may not be read does not exist: nothing can be done with it.</summary>
    public PermissionSet On(ResourceRef resource)
    {
        var set = Held(resource);
        return resource.Type == ResourceType.Project && !set.Has(Permission.Read) ? PermissionSet.None : set;
    }

    public bool Can(Permission permission, ResourceRef resource) => On(resource).Has(permission);

    /// <summary>RESOLVE_SECRETS is inherited from the organization to its projects, and implied by nothing else.</summary>
    public bool CanResolveSecrets(Guid? project) => Can(Permission.ResolveSecrets, project is { } id ? ResourceRef.Project(id) : ResourceRef.Organization);

    /// <summary>
    /// What is given on the resource, by itself or by what contains it. Each part of a union adds its own to this, so that every permission
    /// can be traced to the sources that give it.
    /// </summary>
    internal PermissionSet Held(ResourceRef resource)
    {
        var set = (IsOwner ? PermissionSet.All : PermissionSet.None) | Given(resource);
        switch (resource.Type)
        {
            case ResourceType.Organization or ResourceType.Members or ResourceType.AuditLog:
                return set;
            case ResourceType.PermissionGroup:
                return set | (Given(ResourceRef.Organization) & PermissionSet.ManageAccess);
            case ResourceType.AllProjects or ResourceType.Project:
                return set | _onAllProjects;
            default:
                return set | (Inside(resource) & ~PermissionSet.ResolveSecrets);
        }
    }

    /// <summary>What this allows and the other does not, by what was granted; what owners hold by being owners is left to IsOwner.</summary>
    internal IEnumerable<(ResourceRef Resource, PermissionSet Gained)> GainedOver(EffectiveRights before)
    {
        foreach (var resource in _granted.Keys)
        {
            var gained = On(resource) & ~before.On(resource);
            if (gained != PermissionSet.None)
            {
                yield return (resource, gained);
            }
        }
    }

    /// <summary>Whether these rights hold all that somebody gains.</summary>
    internal bool CoversGain(EffectiveRights before, EffectiveRights after) =>
        (IsOwner || !after.IsOwner || before.IsOwner) && after.GainedOver(before).All(gain => (gain.Gained & ~On(gain.Resource)) == 0);

    private PermissionSet Given(ResourceRef resource) => _granted.Count == 0 ? PermissionSet.None : _granted.GetValueOrDefault(resource);

    // An object: what is given on all of its kind in the project, on its kind in all projects, and on the project.
    private PermissionSet Inside(ResourceRef resource)
    {
        var set = _onAllProjects | Given(new ResourceRef(resource.Type));
        if (resource.ObjectId is { } project)
        {
            set |= Given(ResourceRef.Project(project));
            set |= resource.InnerId is null ? PermissionSet.None : Given(resource with { InnerId = null });
        }

        return set;
    }

    private void Merge(ResourceRef resource, PermissionSet set)
    {
        if (set != PermissionSet.None)
        {
            _granted[resource] = _granted.GetValueOrDefault(resource) | set;
        }
    }

    // The management of access and the reading of secrets go down from the organization to its projects.
    private EffectiveRights Settle()
    {
        _onAllProjects = (IsOwner ? PermissionSet.All : PermissionSet.None)
            | Given(ResourceRef.AllProjects)
            | (Given(ResourceRef.Organization) & (PermissionSet.ManageAccess | PermissionSet.ResolveSecrets));
        return this;
    }

    private string Sign()
    {
        var granted = _granted.Select(entry => $"{entry.Key.Type}.{entry.Key.ObjectId}.{entry.Key.InnerId}={(byte)entry.Value}");
        return (IsOwner ? "owner|" : "|") + string.Join(',', Groups.Select(id => id.ToString("N"))) + "|" + string.Join(',', granted.Order(StringComparer.Ordinal));
    }
}
