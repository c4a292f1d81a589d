using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Slack;

/// <summary>The part that events about an alert share.</summary>
/// <param name="ofAlert">Which alert.</param>
/// <param name="ofProject">Of which project: decides who may know.</param>
public abstract class SlackAlertEvent(Guid ofAlert, Guid ofProject) : OrganizationEvent
{
    [Ignore]
    public Guid OfAlert { get; } = ofAlert;

    [Ignore]
    public Guid OfProject { get; } = ofProject;

    // Who may read a project need not be who may see its alerts.
    [Ignore]
    public override bool IsForOwners() => true;

    [Ignore]
    public override bool CanBeSeenBy(Caller caller, Snapshot snapshot) => Slack.SlackAlert.CanSee(snapshot, caller, OfProject);

    /// <summary>Which alert.</summary>
    [Id]
    public string SlackAlertId() => GlobalIdOf(NodeType.SlackAlert, OfAlert);

    [Ignore]
    internal SlackAlert? Find(IResolveFieldContext context) => Slack.SlackAlert.Find(SnapshotOf(context), context.Caller(), OfAlert);
}

/// <summary>An alert was made or changed; or it works again, by itself.</summary>
[Name("SlackAlertSaved"), Implements(typeof(IOrganizationEvent)), EventKind("slackAlert.saved")]
public sealed class SlackAlertSaved(Guid ofAlert, Guid ofProject) : SlackAlertEvent(ofAlert, ofProject)
{
    /// <summary>The alert as it is now; null when gone or hidden.</summary>
    public SlackAlert? SlackAlert(IResolveFieldContext context) => Find(context);

    /// <summary>The alert with a cursor, for lists.</summary>
    public SlackAlertEdge? SlackAlertEdge(IResolveFieldContext context) => Find(context) is { } alert ? ProjectSlackAlerts.EdgeOf(alert) : null;
}

/// <summary>An alert was deleted: by itself, or because its environment or its project was.</summary>
[Name("SlackAlertDeleted"), Implements(typeof(IOrganizationEvent)), EventKind("slackAlert.deleted")]
public sealed class SlackAlertDeleted(Guid ofAlert, Guid ofProject) : SlackAlertEvent(ofAlert, ofProject);

/// <summary>Slack took a message of the alert.</summary>
[Name("SlackAlertSent"), Implements(typeof(IOrganizationEvent)), EventKind("slackAlert.sent")]
public sealed class SlackAlertSent(Guid ofAlert, Guid ofProject) : SlackAlertEvent(ofAlert, ofProject)
{
    /// <summary>The alert as it is now; null when gone or hidden.</summary>
    public SlackAlert? SlackAlert(IResolveFieldContext context) => Find(context);
}

/// <summary>The alert is broken, or a message of it could not be sent: its lastError says why. What may pass is tried again for a day.</summary>
[Name("SlackAlertFailed"), Implements(typeof(IOrganizationEvent)), EventKind("slackAlert.failed")]
public sealed class SlackAlertFailed(Guid ofAlert, Guid ofProject) : SlackAlertEvent(ofAlert, ofProject)
{
    /// <summary>The alert as it is now; null when gone or hidden.</summary>
    public SlackAlert? SlackAlert(IResolveFieldContext context) => Find(context);
}

/// <summary>What the audit log shows of alerts: to those who may see them.</summary>
internal sealed class SlackAlertAudit : IAuditedFields
{
    public string ResourceType => "slackAlert";

    public bool CanSee(Snapshot snapshot, Caller caller, Guid? project, string field) => project is { } id && SlackAlert.CanSee(snapshot, caller, id);
}
