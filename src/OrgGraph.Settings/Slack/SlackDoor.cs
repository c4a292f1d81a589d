using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Slack;

/// <summary>The door by which the connection to Slack changes, whoever changes it: the alerts that depend on it follow in the same decision.</summary>
internal static class SlackDoor
{
    /// <summary>Writes the connection and tells of it; alerts break by it, or work again.</summary>
    /// <param name="subject">What to call it, when it is not called so any more.</param>
    public static void Change(Decision decision, SlackIntegrationSnapshot after, SlackEvent happened, string? subject = null)
    {
        decision.Put(SlackIntegrationRow.Table, after.ToRow(decision.Before.OrganizationId));
        decision.Raise(happened, subject ?? after.Label);
        foreach (var alert in decision.Changed().SlackAlerts.All.All)
        {
            Judge(decision, alert);
        }
    }

    /// <summary>The token is worth nothing any more. One that was replaced meanwhile is nobody's concern.</summary>
    public static void TokenRefused(Decision decision, Guid tokenSecretId)
    {
        if (decision.Changed().Slack is { Status: IntegrationStatus.Connected } slack && slack.TokenSecretId == tokenSecretId)
        {
            decision.Erase(tokenSecretId);
            Change(decision, slack with { Status = IntegrationStatus.NeedsReauthorization, TokenSecretId = null, RefreshNumber = slack.RefreshNumber + 1 }, new SlackNeedsReauthorization());
        }
    }

    /// <summary>Slack takes no messages for a channel, or takes them again.</summary>
    /// <param name="problem">Why not, for people; null: it does.</param>
    public static void SetProblem(Decision decision, string channelId, string? problem)
    {
        var slack = decision.Changed().Slack;
        if (slack.Find(channelId) is { } channel && channel.Problem != problem)
        {
            var accessible = slack.Accessible.Select(other => other.ChannelId == channelId ? other with { Problem = problem } : other);
            Change(decision, slack.With(accessible), new SlackChannelAccessChanged());
        }
    }

    /// <summary>Replaces the list of the workspace's channels, if it is another.</summary>
    public static void SetList(Decision decision, SlackChannelList list)
    {
        if (decision.Changed().SlackChannels.Json != list.Json)
        {
            decision.Put(SlackChannelListRow.Table, list.ToRow(decision.Before.OrganizationId));
        }
    }

    private static void Judge(Decision decision, SlackAlertSnapshot alert)
    {
        var reason = decision.Changed().Slack.WhyNot(alert.ChannelId);
        if (reason is not null && (alert.Status, alert.LastError) != (AlertStatus.Broken, reason))
        {
            Put(decision, alert with { Status = AlertStatus.Broken, LastError = reason }, new SlackAlertFailed(alert.Id, alert.ProjectId));
        }
        else if (reason is null && alert.Status == AlertStatus.Broken)
        {
            Put(decision, alert with { Status = AlertStatus.Active, LastError = null }, new SlackAlertSaved(alert.Id, alert.ProjectId));
        }
    }

    /// <summary>Writes an alert and tells of it.</summary>
    public static void Put(Decision decision, SlackAlertSnapshot alert, SlackAlertEvent happened)
    {
        decision.Put(SlackAlertRow.Table, alert.ToRow(decision.Before.OrganizationId));
        decision.Raise(happened, alert.Name);
    }

    /// <summary>Deletes an alert and tells of it.</summary>
    public static void Delete(Decision decision, SlackAlertSnapshot alert)
    {
        decision.Remove(SlackAlertRow.Table, alert.ToRow(decision.Before.OrganizationId));
        decision.Raise(new SlackAlertDeleted(alert.Id, alert.ProjectId), alert.Name);
    }

    /// <summary>Slack took a message of an alert: what was wrong is over.</summary>
    public static void Sent(Decision decision, Guid alertId, string channelId)
    {
        SetProblem(decision, channelId, null);
        if (decision.Changed().SlackAlerts.All[alertId] is { } alert)
        {
            Put(decision, alert with { LastSentAt = decision.Now, LastError = alert.Status == AlertStatus.Broken ? alert.LastError : null }, new SlackAlertSent(alert.Id, alert.ProjectId));
        }
    }

    /// <summary>Slack did not take a message of an alert.</summary>
    /// <param name="alertId">Which alert; null: it was no alert's.</param>
    public static void NotSent(Decision decision, Guid? alertId, string channelId, Guid tokenSecretId, SlackAnswer.Failed failed)
    {
        if (failed.Failure == SlackFailure.TokenRefused)
        {
            TokenRefused(decision, tokenSecretId);
        }
        else if (failed.Failure == SlackFailure.ChannelRefused)
        {
            SetProblem(decision, channelId, failed.Reason);
        }
        else if (alertId is { } id && decision.Changed().SlackAlerts.All[id] is { } alert && alert.LastError != failed.Reason)
        {
            Put(decision, alert with { LastError = failed.Reason }, new SlackAlertFailed(alert.Id, alert.ProjectId));
        }
    }
}
