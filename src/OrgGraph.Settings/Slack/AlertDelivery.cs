using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Slack;

/// <summary>
/// Sends an alert's message. At least once: a process that died after Slack took it sends it a second time. What may pass is tried again for
/// a day; a channel that is not accessible any more gets nothing, whenever the message was written.
/// </summary>
public sealed class AlertDelivery : IWorkHandler
{
    internal const string Work = "slack.alert";

    private readonly SnapshotStore _store;
    private readonly Database _database;
    private readonly MutationRunner _runner;
    private readonly SlackPosting _posting;

    internal AlertDelivery(SnapshotStore store, Database database, MutationRunner runner, SlackPosting posting) => (_store, _database, _runner, _posting) = (store, database, runner, posting);

    public string Kind => Work;

    public async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        var organization = (OrganizationSnapshot?)await _store.GetAsync(item.OrganizationId, cancellation);
        if (organization is { IsArchived: true })
        {
            throw new WorkPutOffException("The organization is archived.");
        }

        var messages = await _database.QueryAsync(SlackMessageRow.Table, "Id = @id AND OrganizationId = @organization", cancellation, ("id", item.SubjectId), ("organization", item.OrganizationId));
        if (organization is null || messages.Count == 0 || organization.Slack is not { HasWorkspace: true } slack || slack.Find(messages[0].ChannelId) is null)
        {
            // The alert was deleted, or broke: whom it concerns has been told.
            await _runner.DecideAsSystemAsync(item.OrganizationId, decision => Finish(decision, item), cancellation);
            return;
        }

        var message = messages[0];
        var posted = await _posting.PostAsync(organization, message.ChannelId, message.Text, SlackTime.OfWork, cancellation);
        var isOver = posted is { Refused: null, Failed: null or { Failure: SlackFailure.ChannelRefused or SlackFailure.Refused } };
        if (!isOver && !item.IsLastAttempt)
        {
            await PutOffAsync(item, message, posted, cancellation);
        }

        if (posted is not { Refused: null, Failed: null })
        {
            item.GiveUp();
        }

        await _runner.DecideAsSystemAsync(item.OrganizationId, decision => End(decision, item, message, posted), cancellation);
    }

    // Told at once, and tried again by itself. That Slack has much to do is nothing to tell.
    private async Task PutOffAsync(WorkItem item, SlackMessageRow message, SlackPost posted, CancellationToken cancellation)
    {
        if (posted.Failed is { Failure: not SlackFailure.TooOften })
        {
            await _runner.DecideAsSystemAsync(item.OrganizationId, decision => Record(decision, message, posted), cancellation);
        }

        throw new WorkPutOffException(posted.Refused?.Message ?? posted.Failed!.Reason, posted.Failed?.RetryAfter ?? TimeSpan.Zero);
    }

    private static Refusal? Record(Decision decision, SlackMessageRow message, SlackPost posted)
    {
        if (posted.Refused is null)
        {
            posted.Record(decision, message.AlertId);
        }

        return null;
    }

    private static Refusal? End(Decision decision, WorkItem item, SlackMessageRow message, SlackPost posted)
    {
        Record(decision, message, posted);
        return Finish(decision, item);
    }

    private static Refusal? Finish(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        decision.Also(new SideChange.Delete(SlackMessageRow.Table, [(nameof(SlackMessageRow.Id), item.SubjectId)]));
        return null;
    }
}
