using GraphQL;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Slack;

/// <summary>Which service an integration is with.</summary>
public enum IntegrationKind
{
    /// <summary>Slack.</summary>
    Slack,
}

/// <summary>A connection of the organization to another service.</summary>
[Name("Integration"), Implements(typeof(INode))]
public interface IIntegration : INode
{
    /// <summary>Which service it is with.</summary>
    IntegrationKind Kind { get; }

    /// <summary>How it stands with the connection.</summary>
    IntegrationStatus Status { get; }
}

/// <summary>The connection of the organization to a Slack workspace, for alerts and notifications. Messages go to selected channels only.</summary>
[Name("SlackIntegration"), Implements(typeof(INode)), Implements(typeof(IIntegration))]
public sealed class SlackIntegration : IIntegration
{
    private const string ListName = "SlackIntegration.channels";

    private readonly OrganizationSnapshot _organization;
    private readonly SlackIntegrationSnapshot _row;

    internal SlackIntegration(OrganizationSnapshot organization) => (_organization, _row) = (organization, organization.Slack);

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.SlackIntegration, _organization.OrganizationId, _organization.OrganizationId).ToString();

    /// <summary>SLACK.</summary>
    public IntegrationKind Kind => IntegrationKind.Slack;

    /// <summary>How it stands with the connection.</summary>
    public IntegrationStatus Status => _row.Status;

    /// <summary>Slack's own id of the workspace; null while there is none.</summary>
    public string? WorkspaceId => _row.WorkspaceId;

    /// <summary>The workspace's name; null while there is none.</summary>
    public string? WorkspaceName => _row.WorkspaceName;

    /// <summary>Who connected it; null while it is not connected, or when that person is not of the organization any more.</summary>
    public IPrincipal? InstalledBy(IResolveFieldContext context) => _organization.PrincipalFor(context.Caller(), _row.InstalledBy);

    /// <summary>When it was connected; null while it is not.</summary>
    public DateTimeOffset? InstalledAt => _row.InstalledAt;

    /// <summary>The channels that the workspace shows to OrgGraph, by name, as they were when the list was last read: those that are not archived, private ones only when the app was invited into them.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="search">Part of the name, in any case, or a channel's whole id.</param>
    public SlackChannelConnection Channels(int? first, string? after, int? last, string? before, string? search)
    {
        var arguments = new PageArguments(first, after, last, before);
        var text = search?.Trim().TrimStart('#');
        var page = string.IsNullOrEmpty(text)
            ? Paging.Of(ListName, _organization.SlackChannels.All, SlackChannelSnapshot.ByName, arguments)
            : Paging.Of(
                ListName,
                _organization.SlackChannels.All,
                SlackChannelSnapshot.ByName,
                arguments,
                channel => channel.Name.Contains(text, StringComparison.OrdinalIgnoreCase) || string.Equals(channel.ChannelId, text, StringComparison.OrdinalIgnoreCase));
        var accessible = _row.Accessible.Select(channel => channel.ChannelId).ToHashSet(StringComparer.Ordinal);
        return new SlackChannelConnection(page.Select(channel => new SlackChannel(channel.ChannelId, channel.Name, channel.IsPrivate, accessible.Contains(channel.ChannelId))));
    }

    /// <summary>The channels that are selected for OrgGraph, by name: up to 1,000.</summary>
    public IEnumerable<SlackChannel> AccessibleChannels => _row.Accessible.Select(channel => channel.Shown);

    /// <summary>When the list of channels was last read, which happens every seven days by itself; null: not yet.</summary>
    public DateTimeOffset? ChannelsRefreshedAt => _row.ChannelsRefreshedAt;

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => _row.Version;

    /// <summary>The integration; null when nobody ever began to connect Slack.</summary>
    internal static SlackIntegration? Of(OrganizationSnapshot organization) => organization.Slack.Exists ? new SlackIntegration(organization) : null;
}

/// <summary>The integrations of an organization.</summary>
public sealed class IntegrationQueries
{
    /// <summary>The connections to other services: those that somebody ever began.</summary>
    public IEnumerable<IIntegration> Integrations([Parent] Organization organization) => Slack(organization) is { } slack ? [slack] : [];

    /// <summary>The connection to Slack; null when nobody ever began to connect it.</summary>
    public SlackIntegration? Slack([Parent] Organization organization) => SlackIntegration.Of(organization.Snapshot);
}
