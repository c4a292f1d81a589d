using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Snapshots;

/// <summary>
/// An immutable copy of one organization's settings at one version. Replaced, never changed; what did not change is shared with the
/// version before.
/// </summary>
public abstract class Snapshot
{
    public abstract Guid OrganizationId { get; }

    /// <summary>0: the organization does not exist yet.</summary>
    public abstract int Version { get; }

    /// <summary>Raised when a backup was restored.</summary>
    public abstract int Epoch { get; }

    public abstract bool IsArchived { get; }

    public abstract AccessIndex Access { get; }

    /// <summary>How a principal is called here; null when it is not, or no more, of the organization.</summary>
    public abstract string? NameOf(PrincipalRef principal);

    /// <summary>Whether the key or token still lets its holder in at that moment.</summary>
    public abstract bool IsCredentialGood(Caller caller, DateTimeOffset now);

    /// <summary>The version at which the principal joined; null when it does not belong here. Events of before are not theirs to read.</summary>
    public abstract int? JoinedVersion(PrincipalRef principal);

    /// <summary>Whether the project exists.</summary>
    public abstract bool HasProject(Guid project);

    /// <summary>All projects.</summary>
    public abstract IEnumerable<Guid> ProjectIds { get; }

    /// <summary>What the snapshot holds for a row; null when there is none.</summary>
    public abstract object? Find(Type rowType, Guid id);

    /// <summary>The snapshot after these rows, tombstones among them. Own commits and rows of other processes come this same way.</summary>
    public abstract Snapshot Apply(IReadOnlyList<SettingsRow> rows, int version);

    /// <summary>How many rows it stands for: the cache is bounded by their sum.</summary>
    public abstract int Size { get; }
}

/// <summary>What the kernel must know of the product: its tables and its empty snapshot. Implemented beside the areas.</summary>
public interface ISnapshotModel
{
    /// <summary>The tables whose rows make up a snapshot.</summary>
    IReadOnlyList<RowTable> Tables { get; }

    /// <summary>The tables outside of snapshots, for the model and the migrations.</summary>
    IReadOnlyList<RowTable> OtherTables { get; }

    Snapshot Empty(Guid organizationId, int epoch);
}
