using System.Collections.Concurrent;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Slack;

/// <summary>What Slack says of the workspace's channels.</summary>
/// <param name="Apart">Of selected channels that are not in the list: what is known of them, or why they are gone.</param>
internal sealed record ReadChannels(SlackChannelList List, IReadOnlyDictionary<string, (SlackChannelSnapshot? Channel, string? Problem)> Apart);

/// <summary>Reads a workspace's channels, page by page, and writes down what was read.</summary>
internal sealed class SlackChannelReader
{
    public static readonly TimeSpan Every = TimeSpan.FromDays(7);

    private const int MostChannels = 100_000;

    // Selected channels that the list does not show are asked for one by one; those beyond stay as they are.
    private const int MostApart = 20;
    private const int MostBegun = 16;

    private readonly SlackWorkspace _workspace;
    private readonly SecretVault _vault;

    // A very large workspace takes more calls than Slack lets through at once: whoever tries again goes on where it stopped.
    private readonly ConcurrentDictionary<Guid, (string Cursor, List<SlackChannelSnapshot> Channels)> _begun = [];

    internal SlackChannelReader(SlackWorkspace workspace, SecretVault vault) => (_workspace, _vault) = (workspace, vault);

    /// <summary>Reads all channels.</summary>
    /// <returns>The channels, or why not; neither: the token is gone, for somebody was faster.</returns>
    public async Task<(ReadChannels? Read, SlackAnswer.Failed? Failed)> ReadAsync(Guid organizationId, SlackIntegrationSnapshot slack, TimeSpan whole, CancellationToken cancellation)
    {
        if (slack.TokenSecretId is not { } id || await _vault.OpenAsync(organizationId, id, SlackIntegrationSnapshot.TokenField, cancellation) is not { } token)
        {
            return (null, null);
        }

        var time = _workspace.Begin(whole);
        var (channels, failed) = await ListAsync(id, token, time, cancellation);
        if (failed is not null)
        {
            return (null, failed);
        }

        var list = SlackChannelList.Of(channels);
        var apart = new Dictionary<string, (SlackChannelSnapshot? Channel, string? Problem)>(StringComparer.Ordinal);
        foreach (var selected in slack.Accessible.Where(channel => list[channel.ChannelId] is null).Take(MostApart))
        {
            var (channel, refused) = await _workspace.FindAsync(token, selected.ChannelId, time, cancellation);
            if (refused is { Failure: not SlackFailure.ChannelRefused })
            {
                return (null, refused);
            }

            apart[selected.ChannelId] = (channel, channel is null ? refused?.Reason ?? "Slack has no such channel." : null);
        }

        return (new ReadChannels(list, apart), null);
    }

    /// <summary>Writes down what was read, unless the connection is another one by now, and has it read again in seven days.</summary>
    public static void Record(Decision decision, Guid tokenSecretId, ReadChannels read)
    {
        var slack = decision.Organization().Slack;
        if (slack.TokenSecretId != tokenSecretId)
        {
            return;
        }

        SlackDoor.SetList(decision, read.List);
        var after = slack.With(slack.Accessible.Select(channel => Current(channel, read))) with { ChannelsRefreshedAt = decision.Now, RefreshNumber = slack.RefreshNumber + 1 };
        decision.Schedule(SlackChannelRefresh.Work, decision.Before.OrganizationId, decision.Now + Every, after.RefreshNumber);
        SlackDoor.Change(decision, after, new SlackChannelsRefreshed());
    }

    private static AccessibleChannel Current(AccessibleChannel selected, ReadChannels read)
    {
        if (read.List[selected.ChannelId] is { } listed)
        {
            return new AccessibleChannel(listed.ChannelId, listed.Name, listed.IsPrivate);
        }

        return !read.Apart.TryGetValue(selected.ChannelId, out var known) ? selected
            : known.Channel is { } found ? new AccessibleChannel(found.ChannelId, found.Name, found.IsPrivate)
            : selected with { Problem = known.Problem };
    }

    private async Task<(List<SlackChannelSnapshot> Channels, SlackAnswer.Failed? Failed)> ListAsync(Guid tokenSecretId, Secret token, SlackTime time, CancellationToken cancellation)
    {
        var (cursor, channels) = _begun.TryRemove(tokenSecretId, out var begun) ? begun : (null, new List<SlackChannelSnapshot>());
        while (true)
        {
            var (page, next, failed) = await _workspace.ListAsync(token, cursor, time, cancellation);
            if (failed is not null)
            {
                Keep(tokenSecretId, cursor, channels, failed);
                return ([], failed);
            }

            channels.AddRange(page.Take(MostChannels - channels.Count));
            if (next is null || next == cursor || channels.Count >= MostChannels)
            {
                return (channels, null);
            }

            cursor = next;
        }
    }

    // A cursor that Slack does not know any more is of no use to anybody.
    private void Keep(Guid tokenSecretId, string? cursor, List<SlackChannelSnapshot> channels, SlackAnswer.Failed failed)
    {
        if (cursor is null || failed.Error == "invalid_cursor" || failed.Failure is not (SlackFailure.TooOften or SlackFailure.Away))
        {
            return;
        }

        if (_begun.Count >= MostBegun)
        {
            _begun.Clear();
        }

        _begun[tokenSecretId] = (cursor, channels);
    }
}
