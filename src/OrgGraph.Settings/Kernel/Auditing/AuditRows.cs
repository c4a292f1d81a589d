using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>How what somebody tried came out.</summary>
public enum AuditOutcome
{
    /// <summary>It was done.</summary>
    Succeeded,

    /// <summary>A rule said no.</summary>
    Refused,

    /// <summary>A right was missing.</summary>
    Denied,
}

/// <summary>One entry of an organization's audit log. Written once: triggers of the database refuse to change it, or to remove it before its time.</summary>
internal sealed class AuditRow
{
    public static readonly RowTable<AuditRow> Table = new("AuditEntries", "OrganizationId", "Sequence");

    public required Guid OrganizationId { get; init; }

    /// <summary>1, 2, 3, ... without a gap.</summary>
    public required long Sequence { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public string? Actor { get; init; }

    public required string ActorName { get; init; }

    public string? Credential { get; init; }

    public string? CredentialPreview { get; init; }

    public required string Action { get; init; }

    public required string ResourceType { get; init; }

    /// <summary>The global id.</summary>
    public string? ResourceId { get; init; }

    public string? ResourceName { get; init; }

    public required AuditOutcome Outcome { get; init; }

    /// <summary>A JSON array of <c>{"field", "before", "after"}</c>.</summary>
    public required string Changes { get; init; }

    /// <summary>It is about service accounts, of which nobody but an owner knows.</summary>
    public required bool IsForOwners { get; init; }

    /// <summary>The project it is about: who may not read it does not know of it.</summary>
    public Guid? ProjectId { get; init; }

    public required string PepperId { get; init; }

    /// <summary>HMAC of the entry and the hash before.</summary>
    public required string Hash { get; init; }
}

/// <summary>Where an organization's chain begins and ends. Both places are sealed: nobody without the key can move them.</summary>
internal sealed class AuditHeadRow
{
    public static readonly RowTable<AuditHeadRow> Table = new("AuditHeads", "OrganizationId");

    public required Guid OrganizationId { get; init; }

    /// <summary>The last entry's.</summary>
    public required long Sequence { get; init; }

    public required string Hash { get; init; }

    public required string PepperId { get; init; }

    public required string Seal { get; init; }

    /// <summary>The last entry that retention took; 0: none.</summary>
    public required long CutSequence { get; init; }

    public required string CutHash { get; init; }

    public required string CutPepperId { get; init; }

    public required string CutSeal { get; init; }
}
