using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Slack;

/// <summary>The part that events about the connection to Slack share.</summary>
public abstract class SlackEvent : OrganizationEvent
{
    // No field: the audit log finds by it what the event is about.
    [Ignore, Id]
    public string SlackIntegrationId() => GlobalIdOf(NodeType.SlackIntegration, Envelope.OrganizationId);

    /// <summary>The connection as it is now.</summary>
    public SlackIntegration Slack(IResolveFieldContext context) => new(SnapshotOf(context));
}

/// <summary>Somebody began to connect Slack, or to connect it again, and has ten minutes to consent.</summary>
[Name("SlackConnecting"), Implements(typeof(IOrganizationEvent)), EventKind("slack.connecting")]
public sealed class SlackConnecting : SlackEvent;

/// <summary>A Slack workspace was connected.</summary>
[Name("SlackConnected"), Implements(typeof(IOrganizationEvent)), EventKind("slack.connected")]
public sealed class SlackConnected : SlackEvent;

/// <summary>Slack was disconnected; or an attempt to connect it failed, or was not finished in time.</summary>
[Name("SlackDisconnected"), Implements(typeof(IOrganizationEvent)), EventKind("slack.disconnected")]
public sealed class SlackDisconnected : SlackEvent;

/// <summary>Slack does not accept the connection any more: somebody removed the app there, or revoked its token. Connect it again.</summary>
[Name("SlackNeedsReauthorization"), Implements(typeof(IOrganizationEvent)), EventKind("slack.needsReauthorization")]
public sealed class SlackNeedsReauthorization : SlackEvent;

/// <summary>The list of the workspace's channels was read anew.</summary>
[Name("SlackChannelsRefreshed"), Implements(typeof(IOrganizationEvent)), EventKind("slack.channelsRefreshed")]
public sealed class SlackChannelsRefreshed : SlackEvent;

/// <summary>Other channels are selected for OrgGraph, or one of those takes no messages any more, or takes them again.</summary>
[Name("SlackChannelAccessChanged"), Implements(typeof(IOrganizationEvent)), EventKind("slack.channelAccessChanged")]
public sealed class SlackChannelAccessChanged : SlackEvent;

/// <summary>The stream of integrations.</summary>
public sealed class IntegrationSubscriptions
{
    /// <summary>Slack is connected and disconnected, and its channels change. Alerts are made, changed, sent, fail and are deleted: those of projects that the subscriber may change.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last event seen; without it the stream is live only.</param>
    [Authorize(Policy.Member)]
    [SubscriptionField(
        "IntegrationEvent",
        "A change of an integration, or of an alert that goes through one.",
        typeof(SlackConnecting),
        typeof(SlackConnected),
        typeof(SlackDisconnected),
        typeof(SlackNeedsReauthorization),
        typeof(SlackChannelsRefreshed),
        typeof(SlackChannelAccessChanged),
        typeof(SlackAlertSaved),
        typeof(SlackAlertDeleted),
        typeof(SlackAlertSent),
        typeof(SlackAlertFailed),
        typeof(StreamReset))]
    public object IntegrationsChanged(IResolveFieldContext context, [Id] string organizationId, string? after) => context.RootValue!;
}
