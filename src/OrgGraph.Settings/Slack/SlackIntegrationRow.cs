using System.Text.Json;
using System.Text.Json.Serialization;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Slack;

/// <summary>How it stands with a connection to another service.</summary>
public enum IntegrationStatus
{
    /// <summary>Somebody has begun to connect it, and has ten minutes to consent.</summary>
    Connecting,

    /// <summary>It works.</summary>
    Connected,

    /// <summary>The other side does not accept it any more: connect it again.</summary>
    NeedsReauthorization,

    /// <summary>It was disconnected, or never came about.</summary>
    Disconnected,
}

/// <summary>The connection of an organization to a Slack workspace. Its token stands sealed in the vault: the row points there.</summary>
internal sealed class SlackIntegrationRow : SettingsRow
{
    public static readonly RowTable<SlackIntegrationRow> Table = new("SlackIntegrations", "OrganizationId", "Id");

    public required IntegrationStatus Status { get; init; }

    public string? WorkspaceId { get; init; }

    public string? WorkspaceName { get; init; }

    public string? InstalledBy { get; init; }

    public DateTimeOffset? InstalledAt { get; init; }

    public Guid? TokenSecretId { get; init; }

    /// <summary>As JSON: read and written whole.</summary>
    public required string AccessibleChannels { get; init; }

    public DateTimeOffset? ChannelsRefreshedAt { get; init; }

    /// <summary>Counts the attempts to connect: the end of an earlier one is overtaken.</summary>
    public required int AttemptNumber { get; init; }

    /// <summary>Counts what makes the channels be read anew: what was scheduled before is overtaken.</summary>
    public required int RefreshNumber { get; init; }
}

/// <summary>A channel that was selected.</summary>
/// <param name="Problem">Why Slack takes no messages for it, for people; null: it does.</param>
internal sealed record AccessibleChannel([property: JsonPropertyName("id")] string ChannelId, string? Name, bool IsPrivate, string? Problem = null)
{
    public SlackChannel Shown => new(ChannelId, Name, IsPrivate, isAccessible: true);
}

/// <summary>The connection of an organization to a Slack workspace, as the snapshot holds it.</summary>
internal sealed record SlackIntegrationSnapshot(int Version, IntegrationStatus Status) : IAudited
{
    public const string TokenField = "slack.token";

    public static readonly SlackIntegrationSnapshot None = new(0, IntegrationStatus.Disconnected);

    public string? WorkspaceId { get; init; }

    public string? WorkspaceName { get; init; }

    public PrincipalRef? InstalledBy { get; init; }

    public DateTimeOffset? InstalledAt { get; init; }

    public Guid? TokenSecretId { get; init; }

    /// <summary>By name.</summary>
    public IReadOnlyList<AccessibleChannel> Accessible { get; init; } = [];

    public DateTimeOffset? ChannelsRefreshedAt { get; init; }

    public int AttemptNumber { get; init; }

    public int RefreshNumber { get; init; }

    /// <summary>Whether somebody ever began to connect.</summary>
    public bool Exists => Version > 0;

    /// <summary>Whether a workspace is known, be it that it must be authorized again.</summary>
    public bool HasWorkspace => Status is IntegrationStatus.Connected or IntegrationStatus.NeedsReauthorization;

    /// <summary>How to call it on a page.</summary>
    public string Label => WorkspaceName ?? "Slack";

    public AccessibleChannel? Find(string channelId) => Accessible.FirstOrDefault(channel => channel.ChannelId == channelId);

    /// <summary>Why no message gets into the channel, for people; null: it does.</summary>
    public string? WhyNot(string channelId) => Status switch
    {
        IntegrationStatus.NeedsReauthorization => "Slack does not accept the connection any more: connect it again.",
        IntegrationStatus.Connected => Find(channelId) is not { } channel ? "The channel is none of those that are selected for OrgGraph." : channel.Problem,
        _ => "Slack is not connected.",
    };

    public SlackIntegrationSnapshot With(IEnumerable<AccessibleChannel> accessible) =>
        this with { Accessible = [.. accessible.OrderBy(channel => channel.Name ?? channel.ChannelId, StringComparer.OrdinalIgnoreCase).ThenBy(channel => channel.ChannelId, StringComparer.Ordinal)] };

    public IEnumerable<(string Field, object Value)> AuditFacts()
    {
        if (Accessible.Count > 0)
        {
            yield return ("accessibleChannels", Accessible.Select(channel => channel.ChannelId));
        }
    }

    public static SlackIntegrationSnapshot Of(SlackIntegrationRow row) => new(row.Version, row.Status)
    {
        WorkspaceId = row.WorkspaceId,
        WorkspaceName = row.WorkspaceName,
        InstalledBy = PrincipalRef.Parse(row.InstalledBy),
        InstalledAt = row.InstalledAt,
        TokenSecretId = row.TokenSecretId,
        Accessible = JsonSerializer.Deserialize<AccessibleChannel[]>(row.AccessibleChannels)!,
        ChannelsRefreshedAt = row.ChannelsRefreshedAt,
        AttemptNumber = row.AttemptNumber,
        RefreshNumber = row.RefreshNumber,
    };

    public SlackIntegrationRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = organization,
        Status = Status,
        WorkspaceId = WorkspaceId,
        WorkspaceName = WorkspaceName,
        InstalledBy = InstalledBy?.ToString(),
        InstalledAt = InstalledAt,
        TokenSecretId = TokenSecretId,
        AccessibleChannels = JsonSerializer.Serialize(Accessible),
        ChannelsRefreshedAt = ChannelsRefreshedAt,
        AttemptNumber = AttemptNumber,
        RefreshNumber = RefreshNumber,
    };
}
