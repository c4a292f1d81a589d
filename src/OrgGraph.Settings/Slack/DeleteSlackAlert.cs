using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Slack;

/// <summary>Deletes an alert.</summary>
public sealed class DeleteSlackAlertInput : MutationInput, IScoped
{
    /// <summary>Which alert.</summary>
    [Id]
    public string SlackAlertId { get; set; } = "";

    [Ignore]
    public Scope Scope => SlackAlertScope.Of(SlackAlertId);
}

/// <summary>What was deleted, or why nothing was.</summary>
[Errors(typeof(NotFoundError))]
public sealed class DeleteSlackAlertPayload(AppendResult result, string id) : MutationPayload(result)
{
    /// <summary>The alert that was deleted.</summary>
    [Id]
    public string? DeletedSlackAlertId { get; } = result.IsAccepted ? id : null;
}

/// <summary>
/// Caller: UPDATE_PROJECT on the alert's project. Refused: an alert that is unknown or may not be seen. Writes: alert; drops messages of it
/// that are still to be sent. Events: SlackAlertDeleted.
/// </summary>
public sealed class DeleteSlackAlertMutation(MutationRunner runner)
{
    /// <summary>Deletes an alert. Messages of it that were not sent yet are dropped.</summary>
    /// <param name="input">Which alert.</param>
    [Authorize(Policy.UpdateProject)]
    public async Task<DeleteSlackAlertPayload?> DeleteSlackAlertAsync(IResolveFieldContext context, DeleteSlackAlertInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)), input.SlackAlertId);

    private static Refusal? Decide(Decision decision, DeleteSlackAlertInput input)
    {
        if (SlackAlertScope.Find(decision.Organization(), decision.Caller, input.SlackAlertId) is not { } alert)
        {
            return NotFoundError.Of("alert", "slackAlertId");
        }

        decision.Also(new SideChange.Delete(SlackMessageRow.Table, [(nameof(SlackMessageRow.AlertId), alert.Id)]));
        SlackDoor.Delete(decision, alert);
        return null;
    }
}

/// <summary>A project's alerts go with it, after they have told of what goes too.</summary>
internal sealed class ProjectAlerts : IProjectContent
{
    public void Delete(Decision decision, Guid project, DeletedContent counts)
    {
        foreach (var alert in decision.Changed().SlackAlerts.In(project).All)
        {
            SlackDoor.Delete(decision, alert);
        }
    }
}
