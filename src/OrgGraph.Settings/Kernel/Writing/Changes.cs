using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Events;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>A change of a row outside of snapshots: directory, work items.</summary>
internal abstract record SideChange
{
    /// <summary>A new row. A uniqueness rule of the database that it violates becomes the decision's conflict.</summary>
    public sealed record Insert(RowTable Table, object Row) : SideChange;

    /// <summary>A new row, or one in place of the row with that key.</summary>
    public sealed record Upsert(RowTable Table, object Row) : SideChange;

    /// <summary>Deletes by column values.</summary>
    /// <param name="IsRequired">The decision is void when nothing was there, e.g. a lease that somebody else took over.</param>
    public sealed record Delete(RowTable Table, (string Column, object Value)[] Where, bool IsRequired = false) : SideChange;

    /// <summary>Tells the directory that the organization is archived, or is so no more.</summary>
    public sealed record Archive(Guid OrganizationId, DateTimeOffset? At) : SideChange;

    /// <summary>Counts against a limit over all organizations, in the very transaction. The decision is void when the limit is reached.</summary>
    public sealed record Take(Allowance Allowance, DateTimeOffset Now) : SideChange;
}

/// <summary>The name of an organization, as the directory claims it.</summary>
internal sealed record NameClaim(string Name, string NormalizedName);

/// <summary>All that one accepted decision changes.</summary>
internal sealed class ChangeSet
{
    public List<(RowTable Table, SettingsRow Row)> Rows { get; } = [];

    public List<SettingsEvent> Events { get; } = [];

    public List<SideChange> Side { get; } = [];

    /// <summary>Entries of the audit log besides those of the events.</summary>
    public List<Auditing.AuditNote> Notes { get; } = [];

    public NameClaim? Name { get; set; }

    public PrincipalRef? Actor { get; set; }

    public string ActorName { get; set; } = SystemName;

    /// <summary>Who acts when nobody does.</summary>
    public const string SystemName = "OrgGraph";

    /// <summary>Whether it makes a version.</summary>
    public bool IsVersion => Rows.Count > 0 || Events.Count > 0;

    public bool IsEmpty => !IsVersion && Side.Count == 0 && Notes.Count == 0;
}
