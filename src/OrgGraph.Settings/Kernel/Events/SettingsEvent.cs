using System.Text.Json.Serialization;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>Names an event in the log. Both are stable: rows of years ago carry them.</summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class EventKindAttribute(string kind) : Attribute
{
    public string Kind { get; } = kind;

    /// <summary>Raised when the own fields change their meaning.</summary>
    public int SchemaVersion { get; init; } = 1;
}

/// <summary>What every event carries besides its own fields.</summary>
public sealed record EventEnvelope(
    Guid OrganizationId, int Epoch, int Version, int Index, DateTimeOffset OccurredAt, PrincipalRef? Actor, string ActorName, string SubjectName)
{
    public EventCursor Cursor => new(OrganizationId, Epoch, Version, Index);
}

/// <summary>
/// Something that happened, in the past tense. Its own fields tell what happened and are logged; entities are read from the snapshot of
/// that version or later when it is delivered.
/// </summary>
public abstract class SettingsEvent
{
    [Ignore, JsonIgnore]
    public EventEnvelope Envelope { get; internal set; } = null!;

    /// <summary>False: pushed live only, e.g. that a key was used. It has the cursor of the last logged event.</summary>
    [Ignore]
    public virtual bool IsLogged() => true;

    /// <summary>Whether somebody's rights may be others than before.</summary>
    [Ignore]
    public virtual bool AffectsAccess() => false;

    /// <summary>Whether the audit log shows it to owners only: it tells of service accounts, or of what not every reader of a project may see.</summary>
    [Ignore]
    public virtual bool IsForOwners() => false;

    /// <summary>Whether a subscriber with these rights may know of it.</summary>
    [Ignore]
    public virtual bool CanBeSeenBy(Caller caller, Snapshot snapshot) => true;
}
