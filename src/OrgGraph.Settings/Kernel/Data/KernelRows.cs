namespace OrgGraph.Settings.Kernel.Data;

/// <summary>An organization as the directory knows it. The writer's compare-and-swap is on <see cref="Version"/>.</summary>
internal sealed class OrganizationRow
{
    public static readonly RowTable<OrganizationRow> Table = new("Organizations", "Id") { Unique = ["NormalizedName"] };

    public required Guid Id { get; init; }

    public required int Version { get; init; }

    /// <summary>Raised when a backup was restored: cursors of before are worth nothing then.</summary>
    public required int Epoch { get; init; }

    public required string Name { get; init; }

    public required string NormalizedName { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ArchivedAt { get; init; }
}

/// <summary>One event of one version.</summary>
internal sealed class EventRow
{
    public static readonly RowTable<EventRow> Table = new("Events", "OrganizationId", "Version", "EventIndex") { Indexed = ["OccurredAt"] };

    public required Guid OrganizationId { get; init; }

    public required int Version { get; init; }

    public required int EventIndex { get; init; }

    public required string Kind { get; init; }

    public required int SchemaVersion { get; init; }

    public required DateTimeOffset OccurredAt { get; init; }

    public string? Actor { get; init; }

    public required string ActorName { get; init; }

    public required string SubjectName { get; init; }

    /// <summary>The event's own fields as JSON.</summary>
    public required string Payload { get; init; }

    /// <summary>The same for all events of one transaction: tells after a lost connection whether the commit arrived.</summary>
    public required Guid AppendId { get; init; }
}

/// <summary>Something the outside world or the clock is needed for.</summary>
internal sealed class WorkItemRow
{
    public static readonly RowTable<WorkItemRow> Table = new("WorkItems", "Id") { Indexed = ["DueAt"] };

    public required Guid Id { get; init; }

    public required Guid OrganizationId { get; init; }

    public required string Kind { get; init; }

    /// <summary>What it is about, e.g. an API key's id.</summary>
    public required Guid SubjectId { get; init; }

    /// <summary>A number that tells an item that was overtaken from the current one, e.g. the send number of a mail.</summary>
    public required int Ordinal { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset DueAt { get; init; }

    public required int Attempts { get; init; }

    public Guid? LeaseOwner { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }
}

/// <summary>When something was last used. No change of settings: it has no version and no event in the log.</summary>
internal sealed class UsageRow
{
    public static readonly RowTable<UsageRow> Table = new("Usage", "OrganizationId", "SubjectId");

    public required Guid OrganizationId { get; init; }

    public required Guid SubjectId { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }
}
