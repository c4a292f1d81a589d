using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Slack;

/// <summary>Disconnects Slack.</summary>
public sealed class DisconnectSlackInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The connection that is no more, or why nothing was changed.</summary>
[Errors(typeof(NotFoundError))]
public sealed class DisconnectSlackPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>What is left of the connection.</summary>
    public SlackIntegration? Slack { get; } = result.IsAccepted ? SlackIntegration.Of(result.Organization()) : null;
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: nothing is connected. Writes: connection, with workspace, channels and attempts forgotten; has the token
/// revoked at Slack, and erased then. Events: SlackDisconnected, SlackAlertFailed for each alert.
/// </summary>
public sealed class DisconnectSlackMutation(MutationRunner runner)
{
    /// <summary>Disconnects Slack, or ends an attempt to connect it. The token is revoked at Slack; workspace and channels are forgotten. Alerts stay, and are broken.</summary>
    /// <param name="input">Of which organization.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<DisconnectSlackPayload?> DisconnectSlackAsync(IResolveFieldContext context, DisconnectSlackInput input) => new(await runner.DecideAsync(context, Decide));

    private static Refusal? Decide(Decision decision)
    {
        var slack = decision.Organization().Slack;
        if (slack.Status == IntegrationStatus.Disconnected)
        {
            return NotFoundError.Of("connection to Slack", "organizationId");
        }

        SlackAttempts.EndAll(decision);
        if (slack.TokenSecretId is { } token)
        {
            SlackTokenRevocation.Drop(decision, token, isStillGood: false);
        }

        SlackDoor.SetList(decision, SlackChannelList.None);
        var forgotten = SlackIntegrationSnapshot.None with { AttemptNumber = slack.AttemptNumber + 1, RefreshNumber = slack.RefreshNumber + 1 };
        SlackDoor.Change(decision, forgotten, new SlackDisconnected(), slack.Label);
        return null;
    }
}

/// <summary>Revokes a token at Slack that is not used any more, and erases it then: else it would be good for ever, in whose hands it may be.</summary>
public sealed class SlackTokenRevocation : IWorkHandler
{
    private const string Work = "slack.revoke";

    private readonly SnapshotStore _store;
    private readonly MutationRunner _runner;
    private readonly SlackWorkspace _workspace;
    private readonly SecretVault _vault;

    internal SlackTokenRevocation(SnapshotStore store, MutationRunner runner, SlackWorkspace workspace, SecretVault vault) => (_store, _runner, _workspace, _vault) = (store, runner, workspace, vault);

    public string Kind => Work;

    /// <summary>Gives up a token.</summary>
    /// <param name="isStillGood">It is the same as one that stays in use: Slack gives one token to a workspace.</param>
    internal static void Drop(Decision decision, Guid tokenSecretId, bool isStillGood)
    {
        if (isStillGood)
        {
            decision.Erase(tokenSecretId);
        }
        else
        {
            decision.Schedule(Work, tokenSecretId, decision.Now);
        }
    }

    public async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        // Whoever connected the workspace again in the meantime has, by Slack's doing, the same token: revoking it would end that too.
        var token = await _vault.OpenAsync(item.OrganizationId, item.SubjectId, SlackIntegrationSnapshot.TokenField, cancellation);
        if (token is not null && !await IsInUseAsync(item.OrganizationId, token.Reveal(), cancellation)
            && await _workspace.RevokeAsync(token, _workspace.Begin(SlackTime.OfWork), cancellation) is { } failed)
        {
            if (!item.IsLastAttempt)
            {
                throw new WorkPutOffException(failed.Reason, failed.RetryAfter);
            }

            item.GiveUp();
        }

        await _runner.DecideAsSystemAsync(item.OrganizationId, decision => Done(decision, item), cancellation);
    }

    private async Task<bool> IsInUseAsync(Guid organizationId, string token, CancellationToken cancellation) =>
        (OrganizationSnapshot?)await _store.GetAsync(organizationId, cancellation) is { Slack.TokenSecretId: { } current }
        && (await _vault.OpenAsync(organizationId, current, SlackIntegrationSnapshot.TokenField, cancellation))?.Reveal() == token;

    private static Refusal? Done(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        decision.Erase(item.SubjectId);
        return null;
    }
}
