using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>
/// A decision being made: the snapshot it is made on, and what it changes so far. Deciding touches nothing but this, so it can be made
/// again on a newer snapshot when another process was faster.
/// </summary>
public sealed class Decision
{
    private readonly IdSource _ids;

    internal Decision(Snapshot snapshot, Caller caller, DateTimeOffset now, IdSource ids, bool hasConflict, bool hasReachedLimit)
    {
        Before = snapshot;
        Snapshot = snapshot;
        Caller = caller;
        Now = now;
        _ids = ids;
        HasConflict = hasConflict;
        HasReachedLimit = hasReachedLimit;
        Changes.Actor = caller.Principal;
        if (caller.Principal is { } principal)
        {
            Changes.ActorName = snapshot.NameOf(principal) ?? caller.Person?.DisplayName ?? ChangeSet.SystemName;
        }
    }

    public Caller Caller { get; }

    public DateTimeOffset Now { get; }

    /// <summary>The database said that a name or address that an earlier try claimed is taken.</summary>
    public bool HasConflict { get; }

    /// <summary>An earlier try was one too many for a limit over all organizations.</summary>
    public bool HasReachedLimit { get; }

    /// <summary>The snapshot as it was before this decision.</summary>
    public Snapshot Before { get; }

    /// <summary>The snapshot with what was put so far.</summary>
    public Snapshot Snapshot { get; private set; }

    /// <summary>The version that this decision makes.</summary>
    public int NextVersion => Before.Version + 1;

    /// <summary>What the caller may do, before this decision.</summary>
    public EffectiveRights CallerRights => Policies.RightsOf(Caller, Before);

    internal ChangeSet Changes { get; } = new();

    public Guid NewId() => _ids.Next();

    /// <summary>Writes the row anew, as of the version that this decision makes.</summary>
    internal void Put(RowTable table, SettingsRow row)
    {
        row.Version = NextVersion;
        Changes.Rows.RemoveAll(other => other.Table == table && other.Row.Id == row.Id);
        Changes.Rows.Add((table, row));
        Snapshot = Snapshot.Apply([row], NextVersion);
    }

    /// <summary>Leaves a tombstone.</summary>
    internal void Remove(RowTable table, SettingsRow row)
    {
        row.IsDeleted = true;
        Put(table, row);
    }

    /// <summary>Leaves tombstones of many rows at once.</summary>
    internal void RemoveAll(RowTable table, IReadOnlyCollection<SettingsRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        var ids = rows.Select(row => row.Id).ToHashSet();
        Changes.Rows.RemoveAll(other => other.Table == table && ids.Contains(other.Row.Id));
        foreach (var row in rows)
        {
            (row.Version, row.IsDeleted) = (NextVersion, true);
            Changes.Rows.Add((table, row));
        }

        Snapshot = Snapshot.Apply([.. rows], NextVersion);
    }

    /// <summary>Tells what happened, in the order cause before effect.</summary>
    /// <param name="subjectName">What it is about, as it is called now.</param>
    public void Raise(SettingsEvent happened, string subjectName)
    {
        happened.Envelope = new EventEnvelope(
            Before.OrganizationId, Before.Epoch, NextVersion, Changes.Events.Count, Now, Changes.Actor, Changes.ActorName, subjectName);
        Changes.Events.Add(happened);
    }

    /// <summary>Has something done by the outside world or the clock, once this is committed.</summary>
    public void Schedule(string kind, Guid subjectId, DateTimeOffset due, int ordinal = 0) => Also(new SideChange.Insert(WorkItemRow.Table, new WorkItemRow
    {
        Id = NewId(),
        OrganizationId = Before.OrganizationId,
        Kind = kind,
        SubjectId = subjectId,
        Ordinal = ordinal,
        CreatedAt = Now,
        DueAt = due,
        Attempts = 0,
    }));

    /// <summary>The work is done. When the lease went to somebody else meanwhile the whole decision is void.</summary>
    public void Finish(Work.WorkItem item) =>
        Also(new SideChange.Delete(WorkItemRow.Table, [(nameof(WorkItemRow.Id), item.Id), (nameof(WorkItemRow.LeaseOwner), item.LeaseOwner)], IsRequired: true));

    internal void Also(SideChange change) => Changes.Side.Add(change);

    internal void ClaimName(string name, string normalizedName) => Changes.Name = new NameClaim(name, normalizedName);

    /// <summary>Acts as the system: the event's actor is nobody.</summary>
    public void AsSystem() => (Changes.Actor, Changes.ActorName) = (null, ChangeSet.SystemName);
}

/// <summary>Thrown away by the decision: nothing changes, the refusals are told.</summary>
public sealed record Refusal(IReadOnlyList<UserError> Errors)
{
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(error))]
    public static implicit operator Refusal?(UserError? error) => error is null ? null : new([error]);
}

/// <summary>How an append ended.</summary>
/// <param name="Snapshot">The organization after it, or as it is when nothing changed.</param>
/// <param name="Version">The version that was made; null when nothing changed.</param>
/// <param name="Errors">Why not; empty when accepted.</param>
public sealed record AppendResult(Snapshot Snapshot, int? Version, IReadOnlyList<UserError> Errors)
{
    public bool IsAccepted => Errors.Count == 0;
}
