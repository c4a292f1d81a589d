using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.ApiKeys;
using OrgGraph.Settings.DataPlane;
using OrgGraph.Settings.Environments;
using OrgGraph.Settings.EnvironmentVariables;
using OrgGraph.Settings.GitMetadata;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Invitations;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Credentials;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Loop;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;
using OrgGraph.Settings.ServiceAccounts;
using OrgGraph.Settings.Slack;

namespace OrgGraph.Settings;

/// <summary>One organization's settings at one version: the parts of all areas.</summary>
public sealed class OrganizationSnapshot : Snapshot
{
    private readonly State _state;

    private OrganizationSnapshot(State state) => _state = state;

    public override Guid OrganizationId => _state.Id;

    public override int Version => _state.Version;

    public override int Epoch => _state.Epoch;

    // What is archived belongs to nobody until it is restored.
    public override AccessIndex Access => IsArchived ? AccessIndex.Empty : _state.Access;

    public override bool IsArchived => Settings.ArchivedAt is not null;

    public override int Size =>
        Members.Count + Groups.Count + Grants.Count + Invitations.Count + ApiKeys.All.Count + ServiceAccounts.Count + ServiceTokens.All.Count + Projects.Count + Environments.Count + EnvironmentVariables.Count
        + Assignments.Count + AiProviders.All.Count + SlackAlerts.All.Count + SlackChannels.Count + 1;

    internal OrganizationSettings Settings => _state.Settings;

    internal EntitySet<MemberSnapshot> Members => _state.Members;

    internal EntitySet<PermissionGroupSnapshot> Groups => _state.Groups;

    internal EntitySet<GrantSnapshot> Grants => _state.Grants;

    internal EntitySet<InvitationSnapshot> Invitations => _state.Invitations;

    internal CredentialSet<ApiKeySnapshot> ApiKeys => _state.ApiKeys;

    internal EntitySet<ServiceAccountSnapshot> ServiceAccounts => _state.ServiceAccounts;

    internal CredentialSet<ServiceTokenSnapshot> ServiceTokens => _state.ServiceTokens;

    internal EntitySet<ProjectSnapshot> Projects => _state.Projects;

    internal EntitySet<EnvironmentSnapshot> Environments => _state.Environments;

    internal EnvironmentVariableSet EnvironmentVariables => _state.EnvironmentVariables;

    internal AssignmentSet Assignments => _state.Assignments;

    internal GitMetadataSnapshot GitMetadata => _state.GitMetadata;

    internal AiProviderSet AiProviders => _state.AiProviders;

    internal DataPlaneSnapshot DataPlane => _state.DataPlane;

    internal LoopSelection Loop => _state.Loop;

    internal SlackIntegrationSnapshot Slack => _state.Slack;

    internal SlackChannelList SlackChannels => _state.SlackChannels;

    internal SlackAlertSet SlackAlerts => _state.SlackAlerts;

    public static OrganizationSnapshot Empty(Guid organizationId, int epoch) => new(new State(
        organizationId,
        0,
        epoch,
        AccessIndex.Empty,
        OrganizationSettings.None,
        EntitySet<MemberSnapshot>.Empty(MemberSnapshot.ByEmail),
        EntitySet<PermissionGroupSnapshot>.Empty(PermissionGroupSnapshot.ByName),
        EntitySet<GrantSnapshot>.Empty(GrantSnapshot.ByCreation),
        EntitySet<InvitationSnapshot>.Empty(InvitationSnapshot.ByCreation),
        CredentialSet<ApiKeySnapshot>.Empty,
        EntitySet<ServiceAccountSnapshot>.Empty(ServiceAccountSnapshot.ByName),
        CredentialSet<ServiceTokenSnapshot>.Empty,
        EntitySet<ProjectSnapshot>.Empty(ProjectSnapshot.ByName),
        EntitySet<EnvironmentSnapshot>.Empty(EnvironmentSnapshot.ByName),
        AssignmentSet.Empty,
        GitMetadataSnapshot.None));

    public override string? NameOf(PrincipalRef principal) => principal.Kind == PrincipalKind.User ? Members[principal.Id]?.DisplayName : ServiceAccounts[principal.Id]?.Name;

    public override bool IsCredentialGood(Caller caller, DateTimeOffset now) => caller.CredentialId is not { } id || (!IsArchived && caller.Credential switch
    {
        CredentialKind.ApiKey => ApiKeys.All[id] is { } key && key.IsGood(now) && Members[key.CreatorId] is not null,
        CredentialKind.ServiceToken => ServiceTokens.All[id] is { } token && token.IsGood(now) && ServiceAccounts[token.AccountId] is not null,
        _ => false,
    });

    public override int? JoinedVersion(PrincipalRef principal) =>
        principal.Kind == PrincipalKind.User ? Members[principal.Id]?.JoinedVersion : ServiceAccounts[principal.Id]?.CreatedVersion;

    public override bool HasProject(Guid project) => Projects[project] is not null;

    public override IEnumerable<Guid> ProjectIds => Projects.All.Select(project => project.Id);

    public override object? Find(Type rowType, Guid id) => rowType switch
    {
        _ when rowType == typeof(OrganizationSettingsRow) => Version == 0 ? null : Settings,
        _ when rowType == typeof(MemberRow) => Members[id],
        _ when rowType == typeof(PermissionGroupRow) => Groups[id],
        _ when rowType == typeof(GrantRow) => Grants[id],
        _ when rowType == typeof(InvitationRow) => Invitations[id],
        _ when rowType == typeof(ApiKeyRow) => ApiKeys.All[id],
        _ when rowType == typeof(ServiceAccountRow) => ServiceAccounts[id],
        _ when rowType == typeof(ServiceTokenRow) => ServiceTokens.All[id],
        _ when rowType == typeof(ProjectRow) => Projects[id],
        _ when rowType == typeof(EnvironmentRow) => Environments[id],
        _ when rowType == typeof(EnvironmentAssignmentRow) => Assignments[id],
        _ when rowType == typeof(EnvironmentVariableRow) => EnvironmentVariables[id],
        _ when rowType == typeof(AiProviderRow) => AiProviders.All[id],
        _ when rowType == typeof(LoopRow) => Loop,
        _ when rowType == typeof(DataPlaneRow) => DataPlane,
        _ when rowType == typeof(GitMetadataRow) => GitMetadata,
        _ when rowType == typeof(SlackIntegrationRow) => Slack.Exists ? Slack : null,
        _ when rowType == typeof(SlackChannelListRow) => SlackChannels,
        _ when rowType == typeof(SlackAlertRow) => SlackAlerts.All[id],
        _ => throw new InvalidOperationException($"No part of the snapshot takes {rowType.Name}."),
    };

    public override Snapshot Apply(IReadOnlyList<SettingsRow> rows, int version)
    {
        var state = _state with { Version = version };
        foreach (var group in rows.GroupBy(row => row.GetType()))
        {
            state = Apply(state, group.Key, [.. group]);
        }

        return new OrganizationSnapshot(state);
    }

    /// <summary>The principal; null when it is not of this organization any more, or hidden from the caller.</summary>
    internal IPrincipal? PrincipalFor(Caller caller, PrincipalRef? principal) =>
        principal is not { } known || !CanSee(caller, known) ? null
        : known.Kind == PrincipalKind.User ? new User(Members[known.Id]!)
        : new ServiceAccount(this, ServiceAccounts[known.Id]!);

    /// <summary>Whether the principal is of this organization, and the caller may know of it.</summary>
    internal bool CanSee(Caller caller, PrincipalRef principal) => principal.Kind switch
    {
        PrincipalKind.User => Members[principal.Id] is not null,
        PrincipalKind.ServiceAccount => ServiceAccounts[principal.Id] is not null && ServiceAccount.CanSee(this, caller, principal.Id),
        _ => false,
    };

    /// <summary>People and service accounts by name, for lists of both.</summary>
    internal IReadOnlyList<PrincipalEntry> PrincipalsByName => _state.ByName.Get(Members, ServiceAccounts);

    private static State Apply(State state, Type table, SettingsRow[] rows) => table switch
    {
        _ when table == typeof(OrganizationSettingsRow) => state with { Settings = OrganizationSettings.Of((OrganizationSettingsRow)rows[^1]) },
        _ when table == typeof(MemberRow) => WithMembers(state, rows),
        _ when table == typeof(PermissionGroupRow) => WithGroups(state, rows),
        _ when table == typeof(GrantRow) => WithGrants(state, rows),
        _ when table == typeof(InvitationRow) => state with { Invitations = Change(state.Invitations, rows, row => InvitationSnapshot.Of((InvitationRow)row)) },
        _ when table == typeof(ApiKeyRow) => state with { ApiKeys = state.ApiKeys.With(rows, row => ApiKeySnapshot.Of((ApiKeyRow)row)) },
        _ when table == typeof(ServiceAccountRow) => WithAccounts(state, rows),
        _ when table == typeof(ServiceTokenRow) => state with { ServiceTokens = state.ServiceTokens.With(rows, row => ServiceTokenSnapshot.Of((ServiceTokenRow)row)) },
        _ when table == typeof(ProjectRow) => state with { Projects = Change(state.Projects, rows, row => ProjectSnapshot.Of((ProjectRow)row)) },
        _ when table == typeof(AiProviderRow) => state with { AiProviders = state.AiProviders.With(rows) },
        _ when table == typeof(LoopRow) => state with { Loop = LoopSelection.Of((LoopRow)rows[^1]) },
        _ when table == typeof(DataPlaneRow) => state with { DataPlane = DataPlaneSnapshot.Of((DataPlaneRow)rows[^1]) },
        _ when table == typeof(EnvironmentRow) => state with { Environments = Change(state.Environments, rows, row => EnvironmentSnapshot.Of((EnvironmentRow)row)) },
        _ when table == typeof(EnvironmentVariableRow) => state with { EnvironmentVariables = state.EnvironmentVariables.With(rows) },
        _ when table == typeof(EnvironmentAssignmentRow) => state with { Assignments = state.Assignments.With(rows) },
        _ when table == typeof(GitMetadataRow) => state with { GitMetadata = GitMetadataSnapshot.Of((GitMetadataRow)rows[^1]) },
        _ when table == typeof(SlackIntegrationRow) => state with { Slack = SlackIntegrationSnapshot.Of((SlackIntegrationRow)rows[^1]) },
        _ when table == typeof(SlackChannelListRow) => state with { SlackChannels = SlackChannelList.Of((SlackChannelListRow)rows[^1]) },
        _ when table == typeof(SlackAlertRow) => state with { SlackAlerts = state.SlackAlerts.With(rows) },
        _ => throw new InvalidOperationException($"No part of the snapshot takes {table.Name}."),
    };

    private static State WithMembers(State state, SettingsRow[] rows)
    {
        var access = state.Access;
        foreach (var row in rows.Cast<MemberRow>())
        {
            access = access.With(PrincipalRef.User(row.Id), row.IsDeleted ? null : IdList.Parse(row.GroupIds));
        }

        return state with { Members = Change(state.Members, rows, row => MemberSnapshot.Of((MemberRow)row)), Access = access, ByName = new PrincipalsByName() };
    }

    private static State WithAccounts(State state, SettingsRow[] rows)
    {
        var access = state.Access;
        foreach (var row in rows.Cast<ServiceAccountRow>())
        {
            access = access.With(PrincipalRef.ServiceAccount(row.Id), row.IsDeleted ? null : IdList.Parse(row.GroupIds));
        }

        return state with
        {
            ServiceAccounts = Change(state.ServiceAccounts, rows, row => ServiceAccountSnapshot.Of((ServiceAccountRow)row)),
            Access = access,
            ByName = new PrincipalsByName(),
        };
    }

    // A new name or description changes nobody's rights.
    private static State WithGroups(State state, SettingsRow[] rows)
    {
        var groups = Change(state.Groups, rows, row => PermissionGroupSnapshot.Of((PermissionGroupRow)row));
        var isNested = Array.Exists(rows, row => row.IsDeleted || state.Groups[row.Id] is not { } before || !before.MemberGroupIds.SequenceEqual(groups[row.Id]!.MemberGroupIds));
        return state with
        {
            Groups = groups,
            Access = isNested ? state.Access.With(new GroupGraph([.. groups.All.Select(group => new GroupFact(group.Id, group.BuiltIn, group.MemberGroupIds))])) : state.Access,
        };
    }

    private static State WithGrants(State state, SettingsRow[] rows)
    {
        var grants = Change(state.Grants, rows, row => GrantSnapshot.Of((GrantRow)row));
        var gone = rows.Select(row => state.Grants[row.Id]).OfType<GrantSnapshot>().Select(grant => grant.Fact);
        var come = rows.Where(row => !row.IsDeleted).Select(row => grants[row.Id]!.Fact);
        return state with { Grants = grants, Access = state.Access.WithGrants(gone, come) };
    }

    internal static EntitySet<T> Change<T>(EntitySet<T> set, SettingsRow[] rows, Func<SettingsRow, T> read)
        where T : class, IEntity
    {
        foreach (var row in rows.Where(row => row.IsDeleted))
        {
            set = set.Without(row.Id);
        }

        return set.WithAll([.. rows.Where(row => !row.IsDeleted).Select(read)]);
    }

    private sealed record State(
        Guid Id,
        int Version,
        int Epoch,
        AccessIndex Access,
        OrganizationSettings Settings,
        EntitySet<MemberSnapshot> Members,
        EntitySet<PermissionGroupSnapshot> Groups,
        EntitySet<GrantSnapshot> Grants,
        EntitySet<InvitationSnapshot> Invitations,
        CredentialSet<ApiKeySnapshot> ApiKeys,
        EntitySet<ServiceAccountSnapshot> ServiceAccounts,
        CredentialSet<ServiceTokenSnapshot> ServiceTokens,
        EntitySet<ProjectSnapshot> Projects,
        EntitySet<EnvironmentSnapshot> Environments,
        AssignmentSet Assignments,
        GitMetadataSnapshot GitMetadata)
    {
        public EnvironmentVariableSet EnvironmentVariables { get; init; } = EnvironmentVariableSet.Empty;

        public PrincipalsByName ByName { get; init; } = new();

        public AiProviderSet AiProviders { get; init; } = AiProviderSet.Empty;

        public LoopSelection Loop { get; init; } = LoopSelection.None;

        public SlackIntegrationSnapshot Slack { get; init; } = SlackIntegrationSnapshot.None;

        public SlackChannelList SlackChannels { get; init; } = SlackChannelList.None;

        public SlackAlertSet SlackAlerts { get; init; } = SlackAlertSet.Empty;

        public DataPlaneSnapshot DataPlane { get; init; } = DataPlaneSnapshot.None;
    }
}

internal static class OrganizationSnapshots
{
    /// <summary>The organization as it was before this decision.</summary>
    public static OrganizationSnapshot Organization(this Decision decision) => (OrganizationSnapshot)decision.Before;

    /// <summary>The organization with what this decision has changed so far.</summary>
    public static OrganizationSnapshot Changed(this Decision decision) => (OrganizationSnapshot)decision.Snapshot;

    public static OrganizationSnapshot Organization(this AppendResult result) => (OrganizationSnapshot)result.Snapshot;
}
