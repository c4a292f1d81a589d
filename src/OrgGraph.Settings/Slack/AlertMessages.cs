using System.Globalization;
using System.Text;
using OrgGraph.Settings.Environments;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Slack;

/// <summary>A message of an alert that is still to be sent: written with what it tells of, and gone when Slack has taken it.</summary>
internal sealed class SlackMessageRow
{
    public static readonly RowTable<SlackMessageRow> Table = new("SlackMessages", "Id") { Indexed = ["AlertId"] };

    public required Guid Id { get; init; }

    public required Guid OrganizationId { get; init; }

    public required Guid AlertId { get; init; }

    public required string ChannelId { get; init; }

    public required string Text { get; init; }
}

/// <summary>
/// Writes the messages of alerts within the very decision that they tell of, so that none is lost and none tells of what never happened. An
/// alert whose channel is not accessible writes none.
/// </summary>
internal sealed class AlertMessages : IAssignmentFollower
{
    private const int MostLines = 20;
    private const int LongestPart = 100;

    private readonly SlackPosting _posting;

    internal AlertMessages(SlackPosting posting) => _posting = posting;

    public void Assigned(Decision decision, EnvironmentAssignmentSnapshot? before, EnvironmentAssignmentSnapshot after)
    {
        // Another label is no other version.
        if (before?.ObjectVersion == after.ObjectVersion)
        {
            return;
        }

        var replaced = before is null ? "" : $", in place of version {Short(before.ObjectVersion)}";
        var what = $"{Object(after)} is assigned to {Environment(decision, after)}{replaced}.";
        foreach (var alert in AlertsFor(decision, AlertTrigger.VersionAssigned, after.Object.ProjectId, after.EnvironmentId))
        {
            Write(decision, alert, what);
        }
    }

    // One message for all that goes at once: with a project thousands may.
    public void Unassigned(Decision decision, IReadOnlyCollection<EnvironmentAssignmentSnapshot> gone)
    {
        foreach (var project in gone.GroupBy(assignment => assignment.Object.ProjectId))
        {
            foreach (var alert in decision.Changed().SlackAlerts.In(project.Key).All.Where(alert => CanSend(decision, alert)))
            {
                EnvironmentAssignmentSnapshot[] told = [.. project.Where(assignment => alert.IsFor(AlertTrigger.VersionUnassigned, assignment.EnvironmentId))];
                if (told.Length > 0)
                {
                    Write(decision, alert, string.Join('\n', Lines(decision, told)));
                }
            }
        }
    }

    // It would never send anything again; and it must not become one for any environment.
    public void EnvironmentDeleted(Decision decision, Guid environment)
    {
        foreach (var alert in decision.Changed().SlackAlerts.All.All.Where(alert => alert.EnvironmentId == environment))
        {
            SlackDoor.Delete(decision, alert);
        }
    }

    /// <summary>Somebody's text, short enough for a sentence, as they typed it.</summary>
    public static string Short(string text)
    {
        if (text.Length <= LongestPart)
        {
            return SlackText.Plain(text);
        }

        var end = char.IsHighSurrogate(text[LongestPart - 1]) ? LongestPart - 1 : LongestPart;
        return SlackText.Plain(text[..end]) + "…";
    }

    private static IEnumerable<SlackAlertSnapshot> AlertsFor(Decision decision, AlertTrigger trigger, Guid project, Guid environment) =>
        decision.Changed().SlackAlerts.In(project).All.Where(alert => alert.IsFor(trigger, environment) && CanSend(decision, alert));

    // While Slack wants to be connected again a message waits for that, for a day.
    private static bool CanSend(Decision decision, SlackAlertSnapshot alert) => decision.Changed().Slack is { HasWorkspace: true } slack && slack.Find(alert.ChannelId) is not null;

    private static IEnumerable<string> Lines(Decision decision, EnvironmentAssignmentSnapshot[] told)
    {
        foreach (var assignment in told.Take(MostLines))
        {
            yield return $"{Object(assignment)} is no longer assigned to {Environment(decision, assignment)}.";
        }

        if (told.Length > MostLines)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"So are {told.Length - MostLines} more.");
        }
    }

    private static string Object(EnvironmentAssignmentSnapshot assignment) =>
        $"Version {Short(assignment.ObjectVersion)} of the {(assignment.Object.Type == VersionedObject.Prompt ? "prompt" : "function")} {Short(assignment.Label)}";

    private static string Environment(Decision decision, EnvironmentAssignmentSnapshot assignment) =>
        decision.Changed().Environments[assignment.EnvironmentId] is { } environment ? Short(environment.Name) : "an environment";

    private void Write(Decision decision, SlackAlertSnapshot alert, string what)
    {
        var project = decision.Changed().Projects[alert.ProjectId]!;
        var text = new StringBuilder()
            .Append(Short(alert.Name)).Append(" (").Append(Short(project.Name)).Append("): ").Append(what)
            .Append("\nBy ").Append(Short(decision.Changes.ActorName)).Append(". ").Append(_posting.Link);
        var row = new SlackMessageRow { Id = decision.NewId(), OrganizationId = decision.Before.OrganizationId, AlertId = alert.Id, ChannelId = alert.ChannelId, Text = text.ToString() };
        decision.Also(new SideChange.Insert(SlackMessageRow.Table, row));
        decision.Schedule(AlertDelivery.Work, row.Id, decision.Now);
    }
}
