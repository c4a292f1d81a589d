using GraphQL;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Slack;

/// <summary>A new alert, or changes of one.</summary>
public sealed class SaveSlackAlertInput : MutationInput, IScoped
{
    /// <summary>The project that it is of.</summary>
    [Id]
    public string ProjectId { get; set; } = "";

    /// <summary>Which alert of the project to change; left out or null: a new one is made.</summary>
    [Id]
    public string? SlackAlertId { get; set; }

    /// <summary>Its name: 1 to 256 characters. Several may have the same.</summary>
    public string Name { get; set; } = "";

    /// <summary>Upon what it sends a message.</summary>
    public AlertTrigger Trigger { get; set; }

    /// <summary>The environment in which that must happen. Null: in any. Left out, the one of before stays; a new alert is for any.</summary>
    [Id]
    public string? EnvironmentId { get; set; }

    /// <summary>Slack's own id of the channel that it writes to: one of the accessible ones.</summary>
    public string ChannelId { get; set; } = "";

    /// <summary>The alert's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => ProjectScope.Of(ProjectId);
}

/// <summary>The alert as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(LimitReachedError))]
public sealed class SaveSlackAlertPayload : MutationPayload
{
    internal SaveSlackAlertPayload(AppendResult result, Guid id, bool isNew)
        : base(result)
    {
        if (result.IsAccepted && result.Organization().SlackAlerts.All[id] is { } row)
        {
            SlackAlert = new SlackAlert(result.Organization(), row);
            SlackAlertEdge = isNew ? ProjectSlackAlerts.EdgeOf(SlackAlert) : null;
            Created = isNew;
        }
    }

    /// <summary>The alert.</summary>
    public SlackAlert? SlackAlert { get; }

    /// <summary>The alert with a cursor, for lists; null when it was there before.</summary>
    public SlackAlertEdge? SlackAlertEdge { get; }

    /// <summary>Whether it is new.</summary>
    public bool? Created { get; }
}

/// <summary>
/// Caller: UPDATE_PROJECT. Refused: a project, alert or environment that is unknown, a bad name, a channel that is not accessible, stale
/// version, too many. Writes: alert. Events: SlackAlertSaved; none when all is as it was.
/// </summary>
public sealed class SaveSlackAlertMutation(MutationRunner runner, SettingsLimits limits)
{
    /// <summary>Makes or changes a project's message to a Slack channel when something happens. It is sent at least once, and tried for a day.</summary>
    /// <param name="input">The alert.</param>
    [Authorize(Policy.UpdateProject)]
    public async Task<SaveSlackAlertPayload?> SaveSlackAlertAsync(IResolveFieldContext context, SaveSlackAlertInput input)
    {
        var (id, isNew) = (Guid.Empty, false);
        var result = await runner.DecideAsync(context, decision => Decide(decision, input, out id, out isNew));
        return new SaveSlackAlertPayload(result, id, isNew);
    }

    private Refusal? Decide(Decision decision, SaveSlackAlertInput input, out Guid id, out bool isNew)
    {
        (id, isNew) = (Guid.Empty, false);
        var organization = decision.Organization();
        if (ReadableProject.Find(decision, input.ProjectId, "projectId") is not { } project)
        {
            return NotFoundError.Of("project", "projectId");
        }

        if (Find(decision, input, project.Id, out var stored) is { } refused)
        {
            return refused;
        }

        if (InputRules.Name(input.Name, "name", out var name) is { } badName)
        {
            return badName;
        }

        if (Environment(organization, input.EnvironmentId, out var environment) is { } unknown)
        {
            return unknown;
        }

        if (organization.Slack.Find(input.ChannelId) is not { } channel)
        {
            return new ValidationError("Messages go to channels that are selected for OrgGraph only, and this is none of them: who manages the organization's settings can select it.", "channelId");
        }

        var origin = stored ?? new SlackAlertSnapshot(decision.NewId(), 0, project.Id, name, input.Trigger, channel.ChannelId) { CreatedAt = decision.Now, CreatedBy = decision.Caller.Principal };
        (id, isNew) = (origin.Id, stored is null);
        Write(decision, stored, origin with { EnvironmentId = input.Has("environmentId") ? environment : origin.EnvironmentId }, (name, input.Trigger, channel));
        return null;
    }

    private UserError? Find(Decision decision, SaveSlackAlertInput input, Guid project, out SlackAlertSnapshot? stored)
    {
        stored = null;
        var organization = decision.Organization();
        if (input.SlackAlertId is not { } id)
        {
            return input.ExpectedVersion is not null ? new ConflictError("A new alert has no version yet.", null, "expectedVersion")
                : SettingsLimits.Reached(limits.SlackAlerts, organization.SlackAlerts.In(project).Count)
                    ? new LimitReachedError($"A project holds at most {limits.SlackAlerts} alerts.", limits.SlackAlerts)
                : null;
        }

        stored = SlackAlertScope.Find(organization, decision.Caller, id);
        return stored is null || stored.ProjectId != project ? NotFoundError.Of("alert", "slackAlertId") : ConflictError.IfStale(input.ExpectedVersion, stored.Version);
    }

    private static NotFoundError? Environment(OrganizationSnapshot organization, string? environmentId, out Guid? environment)
    {
        environment = environmentId is null ? null : GlobalId.Parse(environmentId, "environmentId").In(NodeType.Environment, organization.OrganizationId);
        return environmentId is not null && (environment is not { } id || organization.Environments[id] is null) ? NotFoundError.Of("environment", "environmentId") : null;
    }

    private static void Write(Decision decision, SlackAlertSnapshot? stored, SlackAlertSnapshot origin, (string Name, AlertTrigger Trigger, AccessibleChannel Channel) given)
    {
        var reason = decision.Organization().Slack.WhyNot(given.Channel.ChannelId);
        var isOther = stored?.ChannelId != given.Channel.ChannelId || reason is not null || stored.Status == AlertStatus.Broken;
        var changed = new SlackAlertSnapshot(origin.Id, origin.Version, origin.ProjectId, given.Name, given.Trigger, given.Channel.ChannelId)
        {
            EnvironmentId = origin.EnvironmentId,
            ChannelName = given.Channel.Name,
            IsChannelPrivate = given.Channel.IsPrivate,
            Status = reason is null ? AlertStatus.Active : AlertStatus.Broken,
            LastError = isOther ? reason : origin.LastError,
            LastSentAt = origin.LastSentAt,
            CreatedBy = origin.CreatedBy,
            CreatedAt = origin.CreatedAt,
        };
        if (changed != stored)
        {
            SlackDoor.Put(decision, changed, new SlackAlertSaved(changed.Id, changed.ProjectId));
        }
    }
}
