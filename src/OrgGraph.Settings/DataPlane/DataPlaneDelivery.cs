using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.DataPlane;

/// <summary>
/// Brings the managed token to the data plane. A failure is told at once and tried again by itself for a day. Only the newest token is
/// delivered, and only when nobody can still be delivering an older one: so the one that arrives last is the one that works.
/// </summary>
public sealed class DataPlaneDelivery : IWorkHandler
{
    private readonly SnapshotStore _store;
    private readonly MutationRunner _runner;
    private readonly SecretVault _vault;
    private readonly WorkQueue _queue;
    private readonly DataPlaneClient _client;

    internal DataPlaneDelivery(SnapshotStore store, MutationRunner runner, SecretVault vault, WorkQueue queue, DataPlaneClient client) =>
        (_store, _runner, _vault, _queue, _client) = (store, runner, vault, queue, client);

    public string Kind => ManagedToken.DeliveryWork;

    public async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        var organization = (OrganizationSnapshot?)await _store.GetAsync(item.OrganizationId, cancellation);
        if (organization is { IsArchived: true })
        {
            // It was archived after the item was taken: the token waits for its being restored.
            throw new WorkPutOffException("The organization is archived.");
        }

        if (organization is null || !IsWanted(organization, item))
        {
            await _runner.DecideAsSystemAsync(item.OrganizationId, decision => Drop(decision, item), cancellation);
            return;
        }

        if (await _queue.IsOvertakenUnderWayAsync(item, cancellation))
        {
            throw new WorkPutOffException("An earlier token is still being delivered.");
        }

        var failure = await DeliverAsync(organization, cancellation);
        if (failure is null)
        {
            await _runner.DecideAsSystemAsync(item.OrganizationId, decision => Delivered(decision, item), cancellation);
            return;
        }

        if (item.IsLastAttempt)
        {
            item.GiveUp();
            await _runner.DecideAsSystemAsync(item.OrganizationId, decision => GivenUp(decision, item, failure + " It is not tried any more: refresh the token."), cancellation);
            return;
        }

        await _runner.DecideAsSystemAsync(item.OrganizationId, decision => Failed(decision, item, failure + " It is tried again by itself."), cancellation);
        throw new WorkPutOffException(failure);
    }

    private async Task<string?> DeliverAsync(OrganizationSnapshot organization, CancellationToken cancellation)
    {
        try
        {
            return await _vault.OpenAsync(organization.OrganizationId, organization.DataPlane.SecretId!.Value, ManagedToken.SecretField, cancellation) is { } token
                ? await _client.DeliverAsync(organization, token, cancellation)
                : "The token was replaced meanwhile.";
        }
        catch (SecretUnreadableException)
        {
            return "The token that was kept for it cannot be read.";
        }
    }

    private static bool IsWanted(OrganizationSnapshot organization, WorkItem item) =>
        organization.DataPlane is { ApiUrl: not null, SecretId: not null } state && state.DeliveryNumber == item.Ordinal;

    private static Refusal? Drop(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        return null;
    }

    private static Refusal? Delivered(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        return Settle(decision, item, TokenDelivery.Delivered, null, isOver: true);
    }

    private static Refusal? GivenUp(Decision decision, WorkItem item, string reason)
    {
        decision.Finish(item);
        return Settle(decision, item, TokenDelivery.Failed, reason, isOver: true);
    }

    private static Refusal? Failed(Decision decision, WorkItem item, string reason) => Settle(decision, item, TokenDelivery.Failed, reason, isOver: false);

    // Of a token that was replaced or revoked meanwhile nothing is told. What is over needs the token no longer.
    private static Refusal? Settle(Decision decision, WorkItem item, TokenDelivery delivery, string? error, bool isOver)
    {
        var state = decision.Organization().DataPlane;
        if (!IsWanted(decision.Organization(), item) || (!isOver && (state.TokenDelivery, state.TokenDeliveryError) == (delivery, error)))
        {
            return null;
        }

        if (isOver)
        {
            decision.Erase(state.SecretId!.Value);
        }

        decision.Put(DataPlaneRow.Table, (state with { TokenDelivery = delivery, TokenDeliveryError = error, SecretId = isOver ? null : state.SecretId }).ToRow(decision.Before.OrganizationId));
        decision.Raise(new DataPlaneTokenChanged(), ManagedToken.Subject);
        return null;
    }
}
