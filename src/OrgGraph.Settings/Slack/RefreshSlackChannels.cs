using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Slack;

/// <summary>Reads the workspace's channels anew.</summary>
public sealed class RefreshSlackChannelsInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The connection with its channels, or why they were not read.</summary>
[Errors(typeof(NotFoundError), typeof(UpstreamError))]
public sealed class RefreshSlackChannelsPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The connection.</summary>
    public SlackIntegration? Slack { get; } = result.IsAccepted ? SlackIntegration.Of(result.Organization()) : null;
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: Slack is not connected, or does not do its part. Calls Slack, at most 10 times a minute for an
/// organization. Writes: list of channels, what is known of the selected ones; the next reading in seven days. Events:
/// SlackChannelsRefreshed; SlackNeedsReauthorization when Slack does not take the token; those of alerts that break or work again by it.
/// </summary>
public sealed class RefreshSlackChannelsMutation
{
    private readonly MutationRunner _runner;
    private readonly SlackChannelReader _reader;

    internal RefreshSlackChannelsMutation(MutationRunner runner, SlackChannelReader reader) => (_runner, _reader) = (runner, reader);

    /// <summary>Reads the workspace's channels anew: up to 100,000 of them. A very large workspace may need it more than once; each time it goes on where it stopped.</summary>
    /// <param name="input">Of which organization.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<RefreshSlackChannelsPayload?> RefreshSlackChannelsAsync(IResolveFieldContext context, RefreshSlackChannelsInput input)
    {
        var request = context.Request();
        var organization = (OrganizationSnapshot)(await request.SnapshotAsync(input.Scope.OrganizationId!.Value))!;
        if (SlackTokens.WhyNone(organization.Slack, "organizationId") is { } none)
        {
            return new RefreshSlackChannelsPayload(await _runner.DecideAsync(context, _ => none));
        }

        using var place = request.Rates?.BeginConnectivityTest(organization.OrganizationId);
        var used = organization.Slack.TokenSecretId!.Value;
        var (read, failed) = await _reader.ReadAsync(organization.OrganizationId, organization.Slack, SlackTime.OfMutation, request.Cancellation);
        var result = await _runner.DecideAsync(context, decision => Decide(decision, used, read, failed));
        return new RefreshSlackChannelsPayload(failed is null ? result : result.Refused(context, failed.ToError()));
    }

    private static Refusal? Decide(Decision decision, Guid used, ReadChannels? read, SlackAnswer.Failed? failed)
    {
        if (failed is { Failure: SlackFailure.TokenRefused })
        {
            SlackDoor.TokenRefused(decision, used);
        }

        if (failed is not null)
        {
            return null;
        }

        if (read is null || decision.Organization().Slack.TokenSecretId != used)
        {
            return new UpstreamError("Slack was connected or disconnected meanwhile. Try again.", null);
        }

        SlackChannelReader.Record(decision, used, read);
        return null;
    }
}

/// <summary>Reads the workspace's channels after it was connected, and every seven days.</summary>
public sealed class SlackChannelRefresh : IWorkHandler
{
    internal const string Work = "slack.refresh";

    private readonly SnapshotStore _store;
    private readonly MutationRunner _runner;
    private readonly SlackChannelReader _reader;

    internal SlackChannelRefresh(SnapshotStore store, MutationRunner runner, SlackChannelReader reader) => (_store, _runner, _reader) = (store, runner, reader);

    public string Kind => Work;

    public async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        var organization = (OrganizationSnapshot?)await _store.GetAsync(item.OrganizationId, cancellation);
        if (organization is { IsArchived: true })
        {
            throw new WorkPutOffException("The organization is archived.");
        }

        // Read by hand since, or connected anew: that has an item of its own.
        if (organization is null || organization.Slack.RefreshNumber != item.Ordinal || organization.Slack.TokenSecretId is not { } used)
        {
            await _runner.DecideAsSystemAsync(item.OrganizationId, decision => Finish(decision, item), cancellation);
            return;
        }

        var (read, failed) = await _reader.ReadAsync(item.OrganizationId, organization.Slack, SlackTime.OfWork, cancellation);
        if (read is null && failed is not { Failure: SlackFailure.TokenRefused } && !item.IsLastAttempt)
        {
            throw new WorkPutOffException(failed?.Reason ?? "Slack was connected or disconnected meanwhile.", failed?.RetryAfter ?? TimeSpan.Zero);
        }

        await _runner.DecideAsSystemAsync(item.OrganizationId, decision => Decide(decision, item, used, read, failed), cancellation);
    }

    private static Refusal? Decide(Decision decision, WorkItem item, Guid used, ReadChannels? read, SlackAnswer.Failed? failed)
    {
        decision.Finish(item);
        if (read is not null && decision.Organization().Slack.RefreshNumber == item.Ordinal)
        {
            SlackChannelReader.Record(decision, used, read);
        }
        else if (failed is { Failure: SlackFailure.TokenRefused })
        {
            SlackDoor.TokenRefused(decision, used);
        }
        else if (failed is not null)
        {
            // A day of trying was not enough: the next time is as if it had been read.
            item.GiveUp();
            decision.Schedule(Work, item.SubjectId, decision.Now + SlackChannelReader.Every, item.Ordinal);
        }

        return null;
    }

    private static Refusal? Finish(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        return null;
    }
}

/// <summary>Whether there is a token to call Slack with.</summary>
internal static class SlackTokens
{
    /// <summary>Why there is none; null: there is one.</summary>
    /// <param name="path">What named the organization.</param>
    public static UserError? WhyNone(SlackIntegrationSnapshot slack, string path) =>
        !slack.HasWorkspace ? NotFoundError.Of("connection to Slack", path)
        : slack.TokenSecretId is null ? new UpstreamError("Slack does not accept the connection any more: connect it again.", null)
        : null;
}
