using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using GraphQL;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Slack;

/// <summary>Slack's ids of channels.</summary>
internal static partial class ChannelIds
{
    /// <summary>Whether it is one of a channel, public or private: not of a person, nor of a talk between people.</summary>
    public static bool IsOne(string text) => Form().IsMatch(text);

    /// <summary>A place in a list for what has no id of ours.</summary>
    public static Guid Place(string channelId) => new(SHA256.HashData(Encoding.UTF8.GetBytes(channelId)).AsSpan(0, 16));

    [GeneratedRegex(@"\A[CG][A-Z0-9]{2,30}\z")]
    private static partial Regex Form();
}

/// <summary>A channel of the workspace, as it was when the list was last read.</summary>
internal sealed record SlackChannelSnapshot([property: JsonPropertyName("id")] string ChannelId, string Name, bool IsPrivate) : IEntity
{
    public static readonly SortOrder<SlackChannelSnapshot> ByName = new("name", channel => SortKey.Of(channel.NormalizedName));

    [JsonIgnore]
    public string NormalizedName { get; } = InputRules.Normalize(Name);

    [JsonIgnore]
    public Guid Id => ChannelIds.Place(ChannelId);

    [JsonIgnore]
    public int Version => 0;
}

/// <summary>All channels that the workspace shows: one row, read and written whole.</summary>
internal sealed class SlackChannelListRow : SettingsRow
{
    public static readonly RowTable<SlackChannelListRow> Table = new("SlackChannels", "OrganizationId", "Id");

    public required int ChannelCount { get; init; }

    /// <summary>As JSON.</summary>
    public required string Channels { get; init; }
}

/// <summary>All channels that the workspace shows. There may be very many: read and sorted when somebody looks at them.</summary>
internal sealed class SlackChannelList : IAudited
{
    public static readonly SlackChannelList None = new(0, 0, "[]");

    private readonly Lazy<(IReadOnlyList<SlackChannelSnapshot> Sorted, Dictionary<string, SlackChannelSnapshot> ById)> _read;

    internal SlackChannelList(int version, int count, string json)
    {
        (Version, Count, Json) = (version, count, json);
        _read = new(() =>
        {
            var channels = JsonSerializer.Deserialize<SlackChannelSnapshot[]>(json)!;
            return ([.. channels.Order(SlackChannelSnapshot.ByName)], channels.ToDictionary(channel => channel.ChannelId, StringComparer.Ordinal));
        });
    }

    public int Version { get; }

    public int Count { get; }

    public string Json { get; }

    /// <summary>By name.</summary>
    public IReadOnlyList<SlackChannelSnapshot> All => _read.Value.Sorted;

    public SlackChannelSnapshot? this[string channelId] => Count == 0 ? null : _read.Value.ById.GetValueOrDefault(channelId);

    /// <summary>Of so many names the log tells how many.</summary>
    public IEnumerable<(string Field, object Value)> AuditFacts()
    {
        yield return ("channelCount", Count);
    }

    public static SlackChannelList Of(SlackChannelListRow row) => new(row.Version, row.ChannelCount, row.Channels);

    public static SlackChannelList Of(IEnumerable<SlackChannelSnapshot> channels)
    {
        // In one order whatever Slack's, so that a list that did not change is the same text.
        SlackChannelSnapshot[] each = [.. channels.DistinctBy(channel => channel.ChannelId).OrderBy(channel => channel.ChannelId, StringComparer.Ordinal)];
        return new SlackChannelList(0, each.Length, JsonSerializer.Serialize(each));
    }

    public SlackChannelListRow ToRow(Guid organization) => new() { OrganizationId = organization, Id = organization, ChannelCount = Count, Channels = Json };
}

/// <summary>A channel of the connected Slack workspace.</summary>
[Name("SlackChannel")]
public sealed class SlackChannel
{
    internal SlackChannel(string channelId, string? name, bool isPrivate, bool isAccessible) => (ChannelId, Name, IsPrivate, IsAccessible) = (channelId, name, isPrivate, isAccessible);

    /// <summary>Slack's own id of the channel.</summary>
    public string ChannelId { get; }

    /// <summary>Its name, without #; null when it is not known.</summary>
    public string? Name { get; }

    /// <summary>Whether only its members see it.</summary>
    public bool IsPrivate { get; }

    /// <summary>Whether it is selected for OrgGraph: messages go to such channels only.</summary>
    public bool IsAccessible { get; }
}

/// <summary>A page of channels.</summary>
[Name("SlackChannelConnection")]
public sealed class SlackChannelConnection(Page<SlackChannel> page) : Connection<SlackChannel, SlackChannelEdge>(page);

/// <summary>A channel, and its place in the list.</summary>
[Name("SlackChannelEdge")]
public sealed class SlackChannelEdge : Edge<SlackChannel>;
