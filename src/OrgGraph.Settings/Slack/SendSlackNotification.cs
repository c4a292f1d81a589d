using System.Text.Json;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Slack;

/// <summary>A message to a Slack channel.</summary>
public sealed class SendSlackNotificationInput : MutationInput, IScoped
{
    /// <summary>The project in whose name it is sent.</summary>
    [Id]
    public string ProjectId { get; set; } = "";

    /// <summary>Slack's own id of the channel: one of the accessible ones.</summary>
    public string ChannelId { get; set; } = "";

    /// <summary>What it says: 1 to 4,000 characters, shown as they are. No link, mention or format of Slack's is made of them.</summary>
    public string Text { get; set; } = "";

    [Ignore]
    public Scope Scope => ProjectScope.Of(ProjectId);
}

/// <summary>When the message was sent, or why it was not.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(UpstreamError))]
public sealed class SendSlackNotificationPayload(AppendResult result, DateTimeOffset? sentAt) : MutationPayload(result)
{
    /// <summary>When Slack took the message.</summary>
    public DateTimeOffset? SentAt { get; } = result.IsAccepted ? sentAt : null;
}

/// <summary>
/// Caller: UPDATE_PROJECT. Refused: a project that is unknown or may not be read, a channel that is not accessible, a bad text; Slack does
/// not do its part. Calls Slack. Writes: an entry of the audit log, without the text. Events: none, but for what it tells of the connection
/// or the channel.
/// </summary>
public sealed class SendSlackNotificationMutation
{
    private const int LongestText = 4000;

    private readonly MutationRunner _runner;
    private readonly SlackPosting _posting;

    internal SendSlackNotificationMutation(MutationRunner runner, SlackPosting posting) => (_runner, _posting) = (runner, posting);

    /// <summary>Sends a message to an accessible Slack channel, now.</summary>
    /// <param name="input">The message.</param>
    [Authorize(Policy.UpdateProject)]
    public async Task<SendSlackNotificationPayload?> SendSlackNotificationAsync(IResolveFieldContext context, SendSlackNotificationInput input)
    {
        var request = context.Request();
        var organization = (OrganizationSnapshot)(await request.SnapshotAsync(input.Scope.OrganizationId!.Value))!;
        if (Check(organization, request.Caller, input) is { } invalid)
        {
            return new SendSlackNotificationPayload(await _runner.DecideAsync(context, _ => invalid), null);
        }

        var posted = await _posting.PostAsync(organization, input.ChannelId, SlackText.Plain(input.Text), SlackTime.OfMutation, request.Cancellation);
        if (posted.Refused is { } refused)
        {
            return new SendSlackNotificationPayload(await _runner.DecideAsync(context, _ => refused), null);
        }

        var sentAt = default(DateTimeOffset);
        var result = await _runner.DecideAsync(context, decision =>
        {
            sentAt = decision.Now;
            Record(decision, input, posted);
            return null;
        });
        return new SendSlackNotificationPayload(posted.Failed is { } failed ? result.Refused(context, failed.ToError()) : result, sentAt);
    }

    private static UserError? Check(OrganizationSnapshot organization, Caller caller, SendSlackNotificationInput input)
    {
        // The door lets pass what it cannot judge: nothing is sent anywhere before this is.
        if (input.Scope.ProjectId is not { } project || organization.Projects[project] is null || !ReadableProject.CanSee(organization, caller, project))
        {
            return NotFoundError.Of("project", "projectId");
        }

        return organization.Slack.HasWorkspace && organization.Slack.Find(input.ChannelId) is null
            ? new ValidationError("Messages go to channels that are selected for OrgGraph only, and this is none of them.", "channelId")
            : string.IsNullOrWhiteSpace(input.Text) || input.Text.Length > LongestText || input.Text.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
                ? new ValidationError($"A message holds 1 to {LongestText} characters, not all blank, and no control characters but line breaks and tabs.", "text")
            : null;
    }

    private static void Record(Decision decision, SendSlackNotificationInput input, SlackPost posted)
    {
        posted.Record(decision, alertId: null);
        if (posted.Failed is not null)
        {
            return;
        }

        var organization = decision.Organization();
        decision.Changes.Notes.Add(new AuditNote(
            decision.Now,
            decision.Changes.Actor,
            decision.Changes.ActorName,
            decision.Caller.Credential,
            decision.Caller.Preview,
            "slack.notificationSent",
            "slack",
            new GlobalId(NodeType.SlackIntegration, organization.OrganizationId, organization.OrganizationId).ToString(),
            organization.Slack.Label,
            AuditOutcome.Succeeded,
            $$"""[{"field":"channelId","before":null,"after":{{JsonSerializer.Serialize(input.ChannelId)}}}]""",
            IsForOwners: false,
            input.Scope.ProjectId));
    }
}
