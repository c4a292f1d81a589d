using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Slack;

/// <summary>Tries an alert.</summary>
public sealed class TestSlackAlertInput : MutationInput, IScoped
{
    /// <summary>Which alert.</summary>
    [Id]
    public string SlackAlertId { get; set; } = "";

    [Ignore]
    public Scope Scope => SlackAlertScope.Of(SlackAlertId);
}

/// <summary>When the message was sent, or why it was not.</summary>
[Errors(typeof(NotFoundError), typeof(UpstreamError))]
public sealed class TestSlackAlertPayload(AppendResult result, DateTimeOffset? sentAt) : MutationPayload(result)
{
    /// <summary>When Slack took the message.</summary>
    public DateTimeOffset? SentAt { get; } = result.IsAccepted ? sentAt : null;
}

/// <summary>
/// Caller: UPDATE_PROJECT on the alert's project. Refused: an alert that is unknown or may not be seen; one whose channel is not accessible,
/// without a call; Slack does not do its part. Calls Slack, at most 10 times a minute for an organization. Writes: how it ended. Events:
/// SlackAlertSent or SlackAlertFailed; what it tells of the connection or the channel.
/// </summary>
public sealed class TestSlackAlertMutation
{
    private readonly MutationRunner _runner;
    private readonly SlackPosting _posting;

    internal TestSlackAlertMutation(MutationRunner runner, SlackPosting posting) => (_runner, _posting) = (runner, posting);

    /// <summary>Sends a message to the alert's channel that says it is a test.</summary>
    /// <param name="input">Which alert.</param>
    [Authorize(Policy.UpdateProject)]
    public async Task<TestSlackAlertPayload?> TestSlackAlertAsync(IResolveFieldContext context, TestSlackAlertInput input)
    {
        var request = context.Request();
        var organization = (OrganizationSnapshot)(await request.SnapshotAsync(input.Scope.OrganizationId!.Value))!;
        if (SlackAlertScope.Find(organization, request.Caller, input.SlackAlertId) is not { } alert)
        {
            return new TestSlackAlertPayload(await _runner.DecideAsync(context, _ => NotFoundError.Of("alert", "slackAlertId")), null);
        }

        using var place = request.Rates?.BeginConnectivityTest(organization.OrganizationId);
        var text = $"This is a test of the alert {AlertMessages.Short(alert.Name)} of {AlertMessages.Short(organization.Projects[alert.ProjectId]!.Name)}: nothing has happened. {_posting.Link}";
        var posted = await _posting.PostAsync(organization, alert.ChannelId, text, SlackTime.OfMutation, request.Cancellation);
        if (posted.Refused is { } refused)
        {
            return new TestSlackAlertPayload(await _runner.DecideAsync(context, _ => refused), null);
        }

        var sentAt = default(DateTimeOffset);
        var result = await _runner.DecideAsync(context, decision =>
        {
            sentAt = decision.Now;
            posted.Record(decision, alert.Id);
            return null;
        });
        return new TestSlackAlertPayload(posted.Failed is { } failed ? result.Refused(context, failed.ToError()) : result, sentAt);
    }
}

/// <summary>How it ended to post a message.</summary>
/// <param name="Refused">It may not be sent, and was not; null: it was tried.</param>
/// <param name="Failed">Slack did not take it; null: it did.</param>
internal sealed record SlackPost(string ChannelId, Guid TokenSecretId, UpstreamError? Refused, SlackAnswer.Failed? Failed)
{
    /// <summary>Writes down what it tells.</summary>
    /// <param name="alertId">Whose message it was; null: no alert's.</param>
    public void Record(Decision decision, Guid? alertId)
    {
        if (Failed is { } failed)
        {
            SlackDoor.NotSent(decision, alertId, ChannelId, TokenSecretId, failed);
        }
        else if (alertId is { } id)
        {
            SlackDoor.Sent(decision, id, ChannelId);
        }
        else
        {
            SlackDoor.SetProblem(decision, ChannelId, null);
        }
    }
}

/// <summary>The one way by which messages leave: into accessible channels only.</summary>
internal sealed class SlackPosting
{
    private readonly SlackWorkspace _workspace;
    private readonly SecretVault _vault;
    private readonly Invitations.IPublicAddress _address;

    internal SlackPosting(SlackWorkspace workspace, SecretVault vault, Invitations.IPublicAddress address) => (_workspace, _vault, _address) = (workspace, vault, address);

    /// <summary>Where to look at what messages tell of.</summary>
    public string Link => SlackText.Link(_address.Url + "/settings/environments", "Open environments");

    /// <summary>Posts a message, if the channel is accessible. That Slack refused it last time keeps nobody from trying again.</summary>
    public async Task<SlackPost> PostAsync(OrganizationSnapshot organization, string channelId, string text, TimeSpan whole, CancellationToken cancellation)
    {
        var slack = organization.Slack;
        if (slack.Status != IntegrationStatus.Connected || slack.Find(channelId) is null || slack.TokenSecretId is not { } id)
        {
            return new SlackPost(channelId, Guid.Empty, new UpstreamError(slack.WhyNot(channelId) ?? "Slack is not connected.", null), null);
        }

        if (await _vault.OpenAsync(organization.OrganizationId, id, SlackIntegrationSnapshot.TokenField, cancellation) is not { } token)
        {
            return new SlackPost(channelId, Guid.Empty, new UpstreamError("Slack was connected or disconnected meanwhile. Try again.", null), null);
        }

        return new SlackPost(channelId, id, null, await _workspace.PostAsync(token, channelId, text, _workspace.Begin(whole), cancellation) as SlackAnswer.Failed);
    }
}
