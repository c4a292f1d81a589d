using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;
using Environment = OrgGraph.Settings.Environments.Environment;

namespace OrgGraph.Settings.Slack;

/// <summary>A project's message to a Slack channel when something happens. Only who may change the project sees it.</summary>
[Name("SlackAlert"), Implements(typeof(INode))]
public sealed class SlackAlert : INode
{
    private readonly OrganizationSnapshot _organization;

    internal SlackAlert(OrganizationSnapshot organization, SlackAlertSnapshot row) => (_organization, Row) = (organization, row);

    [Ignore]
    internal SlackAlertSnapshot Row { get; }

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.SlackAlert, _organization.OrganizationId, Row.Id).ToString();

    /// <summary>The name: several alerts may have the same.</summary>
    public string Name => Row.Name;

    /// <summary>The project that it is of.</summary>
    public Project Project => new(_organization, _organization.Projects[Row.ProjectId]!);

    /// <summary>Upon what it sends a message.</summary>
    public AlertTrigger Trigger => Row.Trigger;

    /// <summary>The environment in which that must happen; null: in any.</summary>
    public Environment? Environment => Row.EnvironmentId is { } id && _organization.Environments[id] is { } row ? new Environment(_organization, row) : null;

    /// <summary>The channel that it writes to, as it was called when it was last known.</summary>
    public SlackChannel Channel => _organization.Slack.Find(Row.ChannelId)?.Shown ?? new SlackChannel(Row.ChannelId, Row.ChannelName, Row.IsChannelPrivate, isAccessible: false);

    /// <summary>Whether it can send messages.</summary>
    public AlertStatus Status => Row.Status;

    /// <summary>When Slack last took a message of it, a test's included; null: not yet.</summary>
    public DateTimeOffset? LastSentAt => Row.LastSentAt;

    /// <summary>Why it is broken, or why its last message could not be sent, for people; null: it could.</summary>
    public string? LastError => Row.LastError;

    /// <summary>Who made it; null when that principal is not of the organization any more, or hidden from the caller.</summary>
    public IPrincipal? CreatedBy(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), Row.CreatedBy);

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>The organization's version at which this last changed, by being sent too: pass it as expectedVersion.</summary>
    public int Version => Row.Version;

    internal static bool CanSee(Snapshot snapshot, Caller caller, Guid project)
    {
        var rights = Policies.RightsOf(caller, snapshot);
        return rights.Can(Permission.Read, ResourceRef.Project(project)) && rights.Can(Permission.Update, ResourceRef.Project(project));
    }

    /// <summary>The alert; null when there is none, or the caller may not see it.</summary>
    internal static SlackAlert? Find(OrganizationSnapshot organization, Caller caller, Guid id) =>
        organization.SlackAlerts.All[id] is { } row && CanSee(organization, caller, row.ProjectId) ? new SlackAlert(organization, row) : null;
}

/// <summary>A page of alerts.</summary>
[Name("SlackAlertConnection")]
public sealed class SlackAlertConnection(Page<SlackAlert> page) : Connection<SlackAlert, SlackAlertEdge>(page);

/// <summary>An alert, and its place in the list.</summary>
[Name("SlackAlertEdge")]
public sealed class SlackAlertEdge : Edge<SlackAlert>;

/// <summary>The alerts of a project.</summary>
public sealed class ProjectSlackAlerts
{
    private const string Name = "Project.slackAlerts";

    /// <summary>The project's messages to Slack channels when something happens, by name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    [Authorize(Policy.UpdateProject)]
    public SlackAlertConnection? SlackAlerts([Parent] Project project, int? first, string? after, int? last, string? before)
    {
        var organization = project.Snapshot;
        var page = Paging.Of(Name, organization.SlackAlerts.In(project.Row.Id).All, SlackAlertSnapshot.ByName, new PageArguments(first, after, last, before));
        return new SlackAlertConnection(page.Select(row => new SlackAlert(organization, row)));
    }

    internal static SlackAlertEdge EdgeOf(SlackAlert alert) => new()
    {
        Node = alert,
        Cursor = new PageCursor($"{Name}.{SlackAlertSnapshot.ByName.Tag}+", SlackAlertSnapshot.ByName.Key(alert.Row), alert.Row.Id).ToString(),
    };
}

/// <summary>What an input is about that names an alert alone.</summary>
internal static class SlackAlertScope
{
    public static Scope Of(string slackAlertId)
    {
        var id = GlobalId.Parse(slackAlertId, "slackAlertId");
        return new Scope(id.Organized, ProjectIn: snapshot => Row((OrganizationSnapshot)snapshot, id)?.ProjectId ?? Guid.Empty);
    }

    /// <summary>The alert that an id names, if the caller may see it.</summary>
    public static SlackAlertSnapshot? Find(OrganizationSnapshot organization, Caller caller, string slackAlertId) =>
        Row(organization, GlobalId.Parse(slackAlertId, "slackAlertId")) is { } row && SlackAlert.CanSee(organization, caller, row.ProjectId) ? row : null;

    private static SlackAlertSnapshot? Row(OrganizationSnapshot organization, GlobalId id) =>
        id.In(NodeType.SlackAlert, organization.OrganizationId) is { } alert ? organization.SlackAlerts.All[alert] : null;
}
