using System.Collections.Concurrent;
using System.Collections.Immutable;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>All environment variables of an organization: by id, and those of the organization and of each project by name.</summary>
internal sealed class EnvironmentVariableSet
{
    private const int MaxKept = 1_000;

    public static readonly EnvironmentVariableSet Empty =
        new(ImmutableDictionary<Guid, EnvironmentVariableSnapshot>.Empty, ImmutableDictionary<Guid, EntitySet<EnvironmentVariableSnapshot>>.Empty);

    private static readonly EntitySet<EnvironmentVariableSnapshot> None = EntitySet<EnvironmentVariableSnapshot>.Empty(EnvironmentVariableSnapshot.ByName);

    private readonly ImmutableDictionary<Guid, EnvironmentVariableSnapshot> _byId;
    private readonly ImmutableDictionary<Guid, EntitySet<EnvironmentVariableSnapshot>> _byOwner;

    // Every start of a function asks for the same few places.
    private readonly ConcurrentDictionary<VariablePlace, IReadOnlyList<EffectiveVariable>> _effective = [];

    private EnvironmentVariableSet(ImmutableDictionary<Guid, EnvironmentVariableSnapshot> byId, ImmutableDictionary<Guid, EntitySet<EnvironmentVariableSnapshot>> byOwner) =>
        (_byId, _byOwner) = (byId, byOwner);

    public int Count => _byId.Count;

    public EnvironmentVariableSnapshot? this[Guid id] => _byId.GetValueOrDefault(id);

    /// <summary>The variables of a project and its functions, or of the organization itself, by name.</summary>
    public EntitySet<EnvironmentVariableSnapshot> In(Guid? project) => _byOwner.GetValueOrDefault(project ?? Guid.Empty) ?? None;

    /// <summary>Those of just one place, by name.</summary>
    public IEnumerable<EnvironmentVariableSnapshot> At(VariablePlace place) => In(place.ProjectId).All.Where(variable => variable.FunctionId == place.FunctionId);

    /// <summary>What counts at a place, worked out once.</summary>
    public IReadOnlyList<EffectiveVariable> EffectiveAt(VariablePlace place)
    {
        if (_effective.TryGetValue(place, out var known))
        {
            return known;
        }

        // Anybody may ask for functions that nobody has.
        if (_effective.Count >= MaxKept)
        {
            _effective.Clear();
        }

        return _effective[place] = EffectiveVariables.Of(this, place);
    }

    public EnvironmentVariableSet With(SettingsRow[] rows)
    {
        var byOwner = _byOwner;
        foreach (var before in rows.Select(row => this[row.Id]).OfType<EnvironmentVariableSnapshot>())
        {
            var owner = before.ProjectId ?? Guid.Empty;
            var left = byOwner[owner].Without(before.Id);
            byOwner = left.Count == 0 ? byOwner.Remove(owner) : byOwner.SetItem(owner, left);
        }

        EnvironmentVariableSnapshot[] changed = [.. rows.Where(row => !row.IsDeleted).Select(row => EnvironmentVariableSnapshot.Of((EnvironmentVariableRow)row))];
        foreach (var owned in changed.GroupBy(variable => variable.ProjectId ?? Guid.Empty))
        {
            byOwner = byOwner.SetItem(owned.Key, (byOwner.GetValueOrDefault(owned.Key) ?? None).WithAll([.. owned]));
        }

        var byId = _byId.RemoveRange(rows.Select(row => row.Id)).SetItems(changed.Select(variable => KeyValuePair.Create(variable.Id, variable)));
        return new EnvironmentVariableSet(byId, byOwner);
    }
}
