using System.Text.Json;
using System.Text.RegularExpressions;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.Slack;

/// <summary>What an answer of Slack means to who asked.</summary>
internal enum SlackFailure
{
    /// <summary>Slack, or the way to it, has a problem that passes.</summary>
    Away,

    /// <summary>Slack asks to be left alone for a while.</summary>
    TooOften,

    /// <summary>The token is worth nothing any more.</summary>
    TokenRefused,

    /// <summary>The channel is not there for the app, or takes no messages.</summary>
    ChannelRefused,

    /// <summary>Slack said no, and will say so again.</summary>
    Refused,
}

/// <summary>How a call of one of Slack's methods ended.</summary>
internal abstract record SlackAnswer
{
    /// <summary>Slack did it.</summary>
    public sealed record Done(JsonElement Body) : SlackAnswer;

    /// <summary>Slack did not do it.</summary>
    /// <param name="Error">Slack's own word for it, e.g. <c>token_revoked</c>; empty when it said none.</param>
    /// <param name="Reason">A sentence for people.</param>
    /// <param name="RetryAfter">How long Slack asks to be left alone.</param>
    public sealed record Failed(SlackFailure Failure, string Error, string Reason, int? HttpStatus, TimeSpan RetryAfter = default) : SlackAnswer
    {
        public UpstreamError ToError(params string[] path) => new(Reason, HttpStatus, path);
    }
}

/// <summary>Reads what Slack says: nearly always 200, with the truth in <c>ok</c> and <c>error</c>.</summary>
internal static partial class SlackAnswers
{
    // Slack always says how long; a proxy before it may not.
    private static readonly TimeSpan Unsaid = TimeSpan.FromSeconds(30);

    private static readonly HashSet<string> OfTokens =
        ["token_revoked", "invalid_auth", "account_inactive", "token_expired", "not_authed", "no_permission_for_team", "team_access_not_granted", "app_not_installed", "org_login_required"];

    private static readonly HashSet<string> OfChannels = ["channel_not_found", "is_archived", "not_in_channel", "restricted_action", "restricted_action_read_only_channel", "channel_is_limited_access", "cannot_message_channel"];

    private static readonly HashSet<string> Passing = ["internal_error", "fatal_error", "service_unavailable", "request_timeout", "team_added_to_org", "accesslimited", "invalid_cursor"];

    public static SlackAnswer Read(OutboundAnswer answer)
    {
        if (answer is not OutboundAnswer.Answered answered)
        {
            return new SlackAnswer.Failed(SlackFailure.Away, "", $"Slack was not reached. {((OutboundAnswer.Failed)answer).Reason}", null);
        }

        if (answered.Status == 429)
        {
            return TooOften(answered);
        }

        if (answered.Status is < 200 or >= 300 || !answered.IsWhole || Parse(answered.Body) is not { } body)
        {
            return new SlackAnswer.Failed(SlackFailure.Away, "", $"Slack answered {answered.Status} with something that is not Slack's. Try again later.", answered.Status);
        }

        return body.GetProperty("ok").ValueKind == JsonValueKind.True ? new SlackAnswer.Done(body) : Refused(answered, Text(body, "error") ?? "");
    }

    /// <summary>A text of an answer; null when there is none.</summary>
    public static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Whether something is said to be so.</summary>
    public static bool IsTrue(JsonElement json, string name) => json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private static SlackAnswer.Failed Refused(OutboundAnswer.Answered answered, string error)
    {
        if (error is "ratelimited" or "rate_limited")
        {
            return TooOften(answered);
        }

        var failure = OfTokens.Contains(error) ? SlackFailure.TokenRefused
            : OfChannels.Contains(error) ? SlackFailure.ChannelRefused
            : Passing.Contains(error) ? SlackFailure.Away
            : SlackFailure.Refused;

        // Only a word of Slack's kind is repeated to people.
        var word = Word().IsMatch(error) ? error : "no reason that makes sense";
        return new SlackAnswer.Failed(failure, error, Meaning(failure, word), answered.Status);
    }

    private static string Meaning(SlackFailure failure, string word) => failure switch
    {
        SlackFailure.TokenRefused => $"Slack does not accept the connection any more ({word}). Connect it again.",
        SlackFailure.ChannelRefused => word switch
        {
            "channel_not_found" => "Slack has no such channel for OrgGraph (channel_not_found). It is gone, or private: then invite the app into it.",
            "is_archived" => "The channel is archived (is_archived).",
            "not_in_channel" => "The app is not in the channel (not_in_channel). Invite it.",
            _ => $"The channel takes no messages of the app ({word}).",
        },
        SlackFailure.Away => $"Slack has a problem of its own ({word}). Try again later.",
        _ => $"Slack refused it ({word}).",
    };

    private static SlackAnswer.Failed TooOften(OutboundAnswer.Answered answered)
    {
        var wait = answered.RetryAfter ?? Unsaid;
        return new SlackAnswer.Failed(
            SlackFailure.TooOften, "ratelimited", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Slack asks to be left alone for {Math.Ceiling(wait.TotalSeconds)} seconds. Try again then."), answered.Status, wait);
    }

    private static JsonElement? Parse(byte[] body)
    {
        try
        {
            var json = JsonDocument.Parse(body).RootElement;
            return json.ValueKind == JsonValueKind.Object && json.TryGetProperty("ok", out var ok) && ok.ValueKind is JsonValueKind.True or JsonValueKind.False ? json : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex("^[a-z0-9_]{1,64}$")]
    private static partial Regex Word();
}
