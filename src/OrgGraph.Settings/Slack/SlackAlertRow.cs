using System.Collections.Immutable;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Slack;

/// <summary>Upon what an alert sends a message.</summary>
public enum AlertTrigger
{
    /// <summary>A version of a prompt or function was assigned.</summary>
    VersionAssigned,

    /// <summary>A version of a prompt or function was unassigned.</summary>
    VersionUnassigned,
}

/// <summary>Whether an alert can send messages.</summary>
public enum AlertStatus
{
    /// <summary>It can.</summary>
    Active,

    /// <summary>It cannot: its channel is not accessible, or Slack is not connected. It is active again by itself when that is over.</summary>
    Broken,
}

/// <summary>A project's message to a channel when something happens.</summary>
internal sealed class SlackAlertRow : SettingsRow
{
    public static readonly RowTable<SlackAlertRow> Table = new("SlackAlerts", "OrganizationId", "Id");

    public required Guid ProjectId { get; init; }

    public required string Name { get; init; }

    /// <summary>Not called trigger: that is a word of SQL.</summary>
    public required AlertTrigger FiresOn { get; init; }

    public Guid? EnvironmentId { get; init; }

    public required string ChannelId { get; init; }

    public string? ChannelName { get; init; }

    public required bool IsChannelPrivate { get; init; }

    public required AlertStatus Status { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset? LastSentAt { get; init; }

    public string? CreatedBy { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>An alert, as the snapshot holds it.</summary>
internal sealed record SlackAlertSnapshot(Guid Id, int Version, Guid ProjectId, string Name, AlertTrigger Trigger, string ChannelId) : IEntity
{
    public static readonly SortOrder<SlackAlertSnapshot> ByName = new("name", alert => SortKey.Of(alert.NormalizedName));

    public string NormalizedName { get; } = InputRules.Normalize(Name);

    /// <summary>Null: any.</summary>
    public Guid? EnvironmentId { get; init; }

    /// <summary>As it was called when it was last known: the channel may be gone.</summary>
    public string? ChannelName { get; init; }

    public bool IsChannelPrivate { get; init; }

    public AlertStatus Status { get; init; }

    public string? LastError { get; init; }

    public DateTimeOffset? LastSentAt { get; init; }

    public PrincipalRef? CreatedBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public bool IsFor(AlertTrigger trigger, Guid environment) => Trigger == trigger && (EnvironmentId is null || EnvironmentId == environment);

    public static SlackAlertSnapshot Of(SlackAlertRow row) => new(row.Id, row.Version, row.ProjectId, row.Name, row.FiresOn, row.ChannelId)
    {
        EnvironmentId = row.EnvironmentId,
        ChannelName = row.ChannelName,
        IsChannelPrivate = row.IsChannelPrivate,
        Status = row.Status,
        LastError = row.LastError,
        LastSentAt = row.LastSentAt,
        CreatedBy = PrincipalRef.Parse(row.CreatedBy),
        CreatedAt = row.CreatedAt,
    };

    public SlackAlertRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        ProjectId = ProjectId,
        Name = Name,
        FiresOn = Trigger,
        EnvironmentId = EnvironmentId,
        ChannelId = ChannelId,
        ChannelName = ChannelName,
        IsChannelPrivate = IsChannelPrivate,
        Status = Status,
        LastError = LastError,
        LastSentAt = LastSentAt,
        CreatedBy = CreatedBy?.ToString(),
        CreatedAt = CreatedAt,
    };
}

/// <summary>All alerts of an organization, and those of each project.</summary>
internal sealed record SlackAlertSet(EntitySet<SlackAlertSnapshot> All, ImmutableDictionary<Guid, EntitySet<SlackAlertSnapshot>> ByProject)
{
    private static readonly EntitySet<SlackAlertSnapshot> None = EntitySet<SlackAlertSnapshot>.Empty(SlackAlertSnapshot.ByName);

    public static readonly SlackAlertSet Empty = new(None, ImmutableDictionary<Guid, EntitySet<SlackAlertSnapshot>>.Empty);

    /// <summary>A project's alerts, by name.</summary>
    public EntitySet<SlackAlertSnapshot> In(Guid project) => ByProject.GetValueOrDefault(project) ?? None;

    // An alert never goes from one project to another.
    public SlackAlertSet With(SettingsRow[] rows)
    {
        var byProject = ByProject;
        foreach (var group in rows.GroupBy(row => ((SlackAlertRow)row).ProjectId))
        {
            var left = OrganizationSnapshot.Change(In(group.Key), [.. group], row => SlackAlertSnapshot.Of((SlackAlertRow)row));
            byProject = left.Count == 0 ? byProject.Remove(group.Key) : byProject.SetItem(group.Key, left);
        }

        return new SlackAlertSet(OrganizationSnapshot.Change(All, rows, row => SlackAlertSnapshot.Of((SlackAlertRow)row)), byProject);
    }
}
