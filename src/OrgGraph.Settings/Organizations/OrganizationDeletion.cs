using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Organizations;

/// <summary>Asks for an organization to be deleted.</summary>
public sealed class RequestOrganizationDeletionInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>Its name, exactly as it is: to be sure that the right one is meant.</summary>
    public string ConfirmName { get; set; } = "";

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The organization with its request for deletion, or why there is none.</summary>
[Errors(typeof(ValidationError), typeof(ConflictError))]
public sealed class RequestOrganizationDeletionPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The organization.</summary>
    public Organization? Organization { get; } = result.IsAccepted ? new Organization(result.Organization()) : null;
}

/// <summary>
/// Caller: an owner by session. Refused: another name, a request that stands. Writes: settings. Events: OrganizationDeletionRequested.
/// Work: DeletionDue, which tells the operators when it is due; one of them archives it.
/// </summary>
public sealed class RequestOrganizationDeletionMutation(MutationRunner runner)
{
    private static readonly TimeSpan Grace = TimeSpan.FromDays(30);

    /// <summary>Asks for the organization to be deleted: due in 30 days, until then it can be cancelled.</summary>
    /// <param name="input">Which organization.</param>
    [Authorize(Policy.Session), Authorize(Policy.Owner)]
    public async Task<RequestOrganizationDeletionPayload?> RequestOrganizationDeletionAsync(IResolveFieldContext context, RequestOrganizationDeletionInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)));

    private static Refusal? Decide(Decision decision, RequestOrganizationDeletionInput input)
    {
        var settings = decision.Organization().Settings;
        if (input.ConfirmName != settings.Name)
        {
            return new ValidationError("This is not the organization's name. Type it exactly as it is.", "confirmName");
        }

        if (settings.Deletion is { } standing)
        {
            return new ConflictError($"Deletion was requested already and is due on {standing.DueAt:yyyy-MM-dd}.", null);
        }

        var request = new DeletionRequestSnapshot(decision.Now, decision.Caller.Principal, decision.Now + Grace);
        decision.Put(OrganizationSettingsRow.Table, (settings with { Deletion = request }).ToRow(decision.Before.OrganizationId));
        decision.Schedule(DeletionDue.Work, decision.Before.OrganizationId, request.DueAt);
        decision.Raise(new OrganizationDeletionRequested(), settings.Name);
        return null;
    }
}

/// <summary>Takes a request for deletion back.</summary>
public sealed class CancelOrganizationDeletionInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The organization without its request for deletion, or why not.</summary>
[Errors(typeof(NotFoundError))]
public sealed class CancelOrganizationDeletionPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The organization.</summary>
    public Organization? Organization { get; } = result.IsAccepted ? new Organization(result.Organization()) : null;
}

/// <summary>Caller: an owner by session. Refused: no request stands. Writes: settings. Events: OrganizationDeletionCancelled.</summary>
public sealed class CancelOrganizationDeletionMutation(MutationRunner runner)
{
    /// <summary>Takes the request for deletion back: the organization stays.</summary>
    /// <param name="input">Which organization.</param>
    [Authorize(Policy.Session), Authorize(Policy.Owner)]
    public async Task<CancelOrganizationDeletionPayload?> CancelOrganizationDeletionAsync(IResolveFieldContext context, CancelOrganizationDeletionInput input) =>
        new(await runner.DecideAsync(context, Decide));

    private static Refusal? Decide(Decision decision)
    {
        var settings = decision.Organization().Settings;
        if (settings.Deletion is null)
        {
            return new NotFoundError("Nobody has requested the deletion of this organization.");
        }

        decision.Put(OrganizationSettingsRow.Table, (settings with { Deletion = null }).ToRow(decision.Before.OrganizationId));
        decision.Raise(new OrganizationDeletionCancelled(), settings.Name);
        return null;
    }
}
