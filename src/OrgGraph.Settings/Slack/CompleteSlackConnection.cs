using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Invitations;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Slack;

/// <summary>What Slack handed to the callback page.</summary>
public sealed class CompleteSlackConnectionInput : MutationInput, IScoped
{
    /// <summary>The organization for which it was begun.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>The code.</summary>
    public string Code { get; set; } = "";

    /// <summary>The state, whole: good once, for ten minutes, and only for the person who began.</summary>
    public string State { get; set; } = "";

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The connection, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(UpstreamError))]
public sealed class CompleteSlackConnectionPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The connection. Its channels are read at once, by the server itself.</summary>
    public SlackIntegration? Slack { get; } = result.IsAccepted ? SlackIntegration.Of(result.Organization()) : null;
}

/// <summary>
/// Caller: the person who began, with MANAGE_SETTINGS. Refused: a state that is not theirs, used or over; a code that Slack does not take.
/// Calls Slack. Writes: connection, sealed token; erases or revokes the one before; has the channels read. Events: SlackConnected, or
/// SlackDisconnected when it came to nothing; those of alerts that work again or break by it.
/// </summary>
public sealed class CompleteSlackConnectionMutation
{
    private const int LongestCode = 1024;

    private readonly MutationRunner _runner;
    private readonly SlackAttempts _attempts;
    private readonly SlackWorkspace _workspace;
    private readonly SecretVault _vault;
    private readonly IPublicAddress _address;

    internal CompleteSlackConnectionMutation(MutationRunner runner, SlackAttempts attempts, SlackWorkspace workspace, SecretVault vault, IPublicAddress address) =>
        (_runner, _attempts, _workspace, _vault, _address) = (runner, attempts, workspace, vault, address);

    /// <summary>Connects the workspace to which somebody consented on Slack's page. In place of another workspace; of the same one the selected channels stay.</summary>
    /// <param name="input">What Slack handed to the callback page.</param>
    [Authorize(Policy.Session), Authorize(Policy.ManageSettings)]
    public async Task<CompleteSlackConnectionPayload?> CompleteSlackConnectionAsync(IResolveFieldContext context, CompleteSlackConnectionInput input)
    {
        var request = context.Request();
        var organizationId = input.Scope.OrganizationId!.Value;
        if (input.Code.Length is 0 or > LongestCode)
        {
            return await RefuseAsync(context, new ValidationError("This is no code of Slack's. Pass it as the callback page got it.", "code"));
        }

        if (!await _attempts.TakeAsync(organizationId, request.Caller.Principal!.Value.Id, new Secret(input.State), request.Cancellation))
        {
            return await RefuseAsync(context, new ValidationError("Nothing that you began here within the last ten minutes has this state, or it was used. Begin again.", "state"));
        }

        var time = _workspace.Begin(SlackTime.OfMutation);
        var (grant, failed) = await _workspace.RedeemAsync(new Secret(input.Code), SlackCallback.Url(_address), time, request.Cancellation);
        if (grant is null)
        {
            // The way is used up: so it is over, and whoever watches must see that.
            var ended = await _runner.DecideAsync(context, End);
            UserError error = failed!.Error is "invalid_code" or "code_already_used" or "code_expired"
                ? new ValidationError("Slack does not take this code: it was used, or is too old. Begin again.", "code")
                : failed.ToError();
            return new CompleteSlackConnectionPayload(ended.Refused(context, error));
        }

        return await ConnectAsync(context, organizationId, grant);
    }

    private async Task<CompleteSlackConnectionPayload> ConnectAsync(IResolveFieldContext context, Guid organizationId, SlackGrant grant)
    {
        try
        {
            var token = await _vault.SealAsync(organizationId, SlackIntegrationSnapshot.TokenField, grant.Token, context.Request().Cancellation);
            return new CompleteSlackConnectionPayload(await _runner.DecideAsync(context, decision => Connect(decision, grant, token)));
        }
        catch
        {
            // What is not kept must not stay good: nobody could ever revoke it.
            await _workspace.RevokeAsync(grant.Token, _workspace.Begin(SlackTime.OfMutation), CancellationToken.None);
            throw;
        }
    }

    private async Task<CompleteSlackConnectionPayload> RefuseAsync(IResolveFieldContext context, ValidationError error) => new(await _runner.DecideAsync(context, _ => error));

    private static Refusal? End(Decision decision)
    {
        if (decision.Organization().Slack is { Status: IntegrationStatus.Connecting } slack)
        {
            SlackDoor.Change(decision, slack with { Status = IntegrationStatus.Disconnected }, new SlackDisconnected());
        }

        return null;
    }

    private static Refusal? Connect(Decision decision, SlackGrant grant, SealedWrite token)
    {
        var before = decision.Organization().Slack;
        var isSame = before.WorkspaceId == grant.WorkspaceId;
        if (before.TokenSecretId is { } old)
        {
            SlackTokenRevocation.Drop(decision, old, isSame);
        }

        decision.Keep(token);
        var after = before with
        {
            Status = IntegrationStatus.Connected,
            WorkspaceId = grant.WorkspaceId,
            WorkspaceName = grant.WorkspaceName,
            InstalledBy = decision.Caller.Principal,
            InstalledAt = decision.Now,
            TokenSecretId = token.SecretId,
            Accessible = isSame ? before.Accessible : [],
            ChannelsRefreshedAt = isSame ? before.ChannelsRefreshedAt : null,
            RefreshNumber = before.RefreshNumber + 1,
        };
        if (!isSame)
        {
            SlackDoor.SetList(decision, SlackChannelList.None);
        }

        decision.Schedule(SlackChannelRefresh.Work, decision.Before.OrganizationId, decision.Now, after.RefreshNumber);
        SlackDoor.Change(decision, after, new SlackConnected());
        return null;
    }
}

internal static class SlackRefusals
{
    /// <summary>What was decided is told as refused: Slack did not do its part, and that was written down.</summary>
    public static AppendResult Refused(this AppendResult result, IResolveFieldContext context, UserError error)
    {
        context.Request().Trail?.Refused(context, result.Snapshot, [error]);
        return new AppendResult(result.Snapshot, null, [error]);
    }
}
