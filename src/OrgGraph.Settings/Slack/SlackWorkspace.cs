using System.Text;
using System.Text.Json;
using OrgGraph.Secrets;

namespace OrgGraph.Settings.Slack;

/// <summary>What Slack gave for a consent.</summary>
internal sealed record SlackGrant(Secret Token, string WorkspaceId, string WorkspaceName);

/// <summary>What this server asks of a workspace: Slack's documented methods, one each.</summary>
internal sealed class SlackWorkspace
{
    /// <summary>To list channels, public and private, and to write into them; into public ones without having been invited.</summary>
    public const string Scopes = "channels:read,groups:read,chat:write,chat:write.public";

    // Slack advises against more than 200, and allows up to 1,000; large workspaces would need five times as many calls.
    private const int PageSize = 1000;

    private readonly SlackApi _api;
    private readonly SlackOptions _options;

    internal SlackWorkspace(SlackApi api, SlackOptions options) => (_api, _options) = (api, options);

    public SlackTime Begin(TimeSpan whole) => _api.Begin(whole);

    /// <summary>Redeems a code: <c>oauth.v2.access</c>.</summary>
    public async Task<(SlackGrant? Grant, SlackAnswer.Failed? Failed)> RedeemAsync(Secret code, string redirectUri, SlackTime time, CancellationToken cancellation)
    {
        var app = new Secret("Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_options.ClientId}:{_options.ClientSecret}")));
        var answer = await _api.CallAsync("oauth.v2.access", app, [("code", code.Reveal()), ("redirect_uri", redirectUri)], time, cancellation);
        if (answer is not SlackAnswer.Done { Body: var body })
        {
            return (null, (SlackAnswer.Failed)answer);
        }

        var team = body.TryGetProperty("team", out var value) ? value : default;
        if (SlackAnswers.Text(body, "access_token") is not { Length: > 0 } token || SlackAnswers.Text(team, "id") is not { Length: > 0 and <= 64 } id)
        {
            return (null, new SlackAnswer.Failed(SlackFailure.Refused, "", "Slack gave no token for a workspace. An app that is installed for a whole enterprise cannot be connected.", 200));
        }

        var given = new SlackGrant(new Secret(token), id, Clean(SlackAnswers.Text(team, "name"), id));
        if (!body.TryGetProperty("expires_in", out _))
        {
            return (given, null);
        }

        // It would work for half a day, and then stop without anybody's doing.
        await RevokeAsync(given.Token, time, cancellation);
        return (null, new SlackAnswer.Failed(SlackFailure.Refused, "", "The Slack app has token rotation turned on, which is not supported: an operator must turn it off.", 200));
    }

    /// <summary>A page of the channels that are not archived: <c>conversations.list</c>.</summary>
    /// <returns>The channels, and where the next page begins; null: this was the last.</returns>
    public async Task<(IReadOnlyList<SlackChannelSnapshot> Channels, string? Next, SlackAnswer.Failed? Failed)> ListAsync(Secret token, string? cursor, SlackTime time, CancellationToken cancellation)
    {
        List<(string, string)> form = [("types", "public_channel,private_channel"), ("exclude_archived", "true"), ("limit", PageSize.ToString(System.Globalization.CultureInfo.InvariantCulture))];
        if (cursor is not null)
        {
            form.Add(("cursor", cursor));
        }

        var answer = await _api.CallAsync("conversations.list", Bearer(token), form, time, cancellation);
        if (answer is not SlackAnswer.Done { Body: var body })
        {
            return ([], null, (SlackAnswer.Failed)answer);
        }

        var channels = body.TryGetProperty("channels", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray().Select(Channel).OfType<SlackChannelSnapshot>().ToList() : [];
        var next = body.TryGetProperty("response_metadata", out var metadata) ? SlackAnswers.Text(metadata, "next_cursor") : null;
        return (channels, string.IsNullOrEmpty(next) ? null : next, null);
    }

    /// <summary>One channel by its id: <c>conversations.info</c>. Neither a channel nor a failure: what is there is no channel, but a talk of people.</summary>
    public async Task<(SlackChannelSnapshot? Channel, SlackAnswer.Failed? Failed)> FindAsync(Secret token, string channelId, SlackTime time, CancellationToken cancellation)
    {
        var answer = await _api.CallAsync("conversations.info", Bearer(token), [("channel", channelId)], time, cancellation);
        if (answer is not SlackAnswer.Done { Body: var body })
        {
            return (null, (SlackAnswer.Failed)answer);
        }

        return body.TryGetProperty("channel", out var json) && Channel(json) is { } channel && channel.ChannelId == channelId
            ? SlackAnswers.IsTrue(json, "is_archived") ? (null, new SlackAnswer.Failed(SlackFailure.ChannelRefused, "is_archived", "The channel is archived (is_archived).", 200)) : (channel, null)
            : (null, null);
    }

    /// <summary>Writes into a channel: <c>chat.postMessage</c>.</summary>
    /// <param name="text">In Slack's markup: what people typed has gone through <see cref="SlackText"/>.</param>
    public Task<SlackAnswer> PostAsync(Secret token, string channelId, string text, SlackTime time, CancellationToken cancellation) => _api.CallAsync(
        "chat.postMessage",
        Bearer(token),
        [("channel", channelId), ("text", text), ("parse", "none"), ("link_names", "false"), ("unfurl_links", "false"), ("unfurl_media", "false")],
        time,
        cancellation);

    /// <summary>Gives a token back: <c>auth.revoke</c>.</summary>
    /// <returns>Why it could not be; null: it is worth nothing any more.</returns>
    public async Task<SlackAnswer.Failed?> RevokeAsync(Secret token, SlackTime time, CancellationToken cancellation) =>
        await _api.CallAsync("auth.revoke", Bearer(token), [], time, cancellation) is SlackAnswer.Failed { Failure: not SlackFailure.TokenRefused } failed ? failed : null;

    private static Secret Bearer(Secret token) => new("Bearer " + token.Reveal());

    private static SlackChannelSnapshot? Channel(JsonElement json) =>
        SlackAnswers.Text(json, "id") is { } id && ChannelIds.IsOne(id) && !SlackAnswers.IsTrue(json, "is_im") && !SlackAnswers.IsTrue(json, "is_mpim")
            ? new SlackChannelSnapshot(id, Clean(SlackAnswers.Text(json, "name"), id), SlackAnswers.IsTrue(json, "is_private"))
            : null;

    // Other people's names: no longer than ours, and without what would upset a page.
    private static string Clean(string? name, string otherwise)
    {
        var clean = new string([.. (name ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c)).Take(Kernel.Errors.InputRules.MaxName)]).Trim();
        return clean.Length == 0 ? otherwise : clean;
    }
}

/// <summary>Text on its way into a message.</summary>
internal static class SlackText
{
    /// <summary>As it is typed, and nothing else: no link, no mention, no markup of Slack's can be made by it.</summary>
    public static string Plain(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);

    /// <summary>A link.</summary>
    public static string Link(string url, string label) => $"<{url}|{Plain(label).Replace('|', '/')}>";
}
