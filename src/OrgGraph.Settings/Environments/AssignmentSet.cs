using System.Collections.Immutable;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Environments;

/// <summary>All assignments of an organization: by id, of each environment in their order, and by what they are for.</summary>
internal sealed class AssignmentSet
{
    public static readonly AssignmentSet Empty = new(
        ImmutableDictionary<Guid, EnvironmentAssignmentSnapshot>.Empty,
        ImmutableDictionary<Guid, EntitySet<EnvironmentAssignmentSnapshot>>.Empty,
        ImmutableDictionary<(Guid, VersionedObject, string), ImmutableArray<EnvironmentAssignmentSnapshot>>.Empty);

    private static readonly EntitySet<EnvironmentAssignmentSnapshot> None = EntitySet<EnvironmentAssignmentSnapshot>.Empty(EnvironmentAssignmentSnapshot.ByName);

    private readonly ImmutableDictionary<Guid, EnvironmentAssignmentSnapshot> _byId;
    private readonly ImmutableDictionary<Guid, EntitySet<EnvironmentAssignmentSnapshot>> _byEnvironment;

    // The same id may stand in several projects: whoever runs programs need not say which.
    private readonly ImmutableDictionary<(Guid Environment, VersionedObject Type, string ObjectId), ImmutableArray<EnvironmentAssignmentSnapshot>> _byObject;

    private AssignmentSet(
        ImmutableDictionary<Guid, EnvironmentAssignmentSnapshot> byId,
        ImmutableDictionary<Guid, EntitySet<EnvironmentAssignmentSnapshot>> byEnvironment,
        ImmutableDictionary<(Guid, VersionedObject, string), ImmutableArray<EnvironmentAssignmentSnapshot>> byObject) => (_byId, _byEnvironment, _byObject) = (byId, byEnvironment, byObject);

    public int Count => _byId.Count;

    public IEnumerable<EnvironmentAssignmentSnapshot> All => _byId.Values;

    public EnvironmentAssignmentSnapshot? this[Guid id] => _byId.GetValueOrDefault(id);

    /// <summary>What is assigned to an environment, in its order.</summary>
    public EntitySet<EnvironmentAssignmentSnapshot> Of(Guid environment) => _byEnvironment.GetValueOrDefault(environment) ?? None;

    /// <summary>What an environment has for an id of the platform: one, or one for each project that names it.</summary>
    public IReadOnlyList<EnvironmentAssignmentSnapshot> Find(Guid environment, VersionedObject type, string objectId) =>
        _byObject.TryGetValue((environment, type, objectId), out var found) ? found : [];

    public EnvironmentAssignmentSnapshot? Find(Guid environment, AssignedObject of) => Find(environment, of.Type, of.Id).FirstOrDefault(assignment => assignment.Object == of);

    public AssignmentSet With(SettingsRow[] rows)
    {
        var (byId, byEnvironment, byObject) = (_byId.ToBuilder(), _byEnvironment, _byObject.ToBuilder());
        foreach (var row in rows)
        {
            if (byId.TryGetValue(row.Id, out var before))
            {
                byId.Remove(row.Id);
                Set(byObject, KeyOf(before), others => others.Remove(before));
            }

            if (!row.IsDeleted)
            {
                var now = EnvironmentAssignmentSnapshot.Of((EnvironmentAssignmentRow)row);
                byId[now.Id] = now;
                Set(byObject, KeyOf(now), others => others.Add(now));
            }
        }

        foreach (var group in rows.GroupBy(row => ((EnvironmentAssignmentRow)row).EnvironmentId))
        {
            var left = OrganizationSnapshot.Change(byEnvironment.GetValueOrDefault(group.Key) ?? None, [.. group], row => byId[row.Id]);
            byEnvironment = left.Count == 0 ? byEnvironment.Remove(group.Key) : byEnvironment.SetItem(group.Key, left);
        }

        return new AssignmentSet(byId.ToImmutable(), byEnvironment, byObject.ToImmutable());
    }

    private static (Guid, VersionedObject, string) KeyOf(EnvironmentAssignmentSnapshot assignment) => (assignment.EnvironmentId, assignment.Object.Type, assignment.Object.Id);

    private static void Set(
        ImmutableDictionary<(Guid, VersionedObject, string), ImmutableArray<EnvironmentAssignmentSnapshot>>.Builder byObject,
        (Guid, VersionedObject, string) key,
        Func<ImmutableArray<EnvironmentAssignmentSnapshot>, ImmutableArray<EnvironmentAssignmentSnapshot>> change)
    {
        var left = change(byObject.GetValueOrDefault(key, []));
        if (left.Length == 0)
        {
            byObject.Remove(key);
        }
        else
        {
            byObject[key] = left;
        }
    }
}
