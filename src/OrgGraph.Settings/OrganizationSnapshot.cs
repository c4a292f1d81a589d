using OrgGraph.Settings.ApiKeys;
using OrgGraph.Settings.Environments;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Invitations;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings;

/// <summary>One organization's settings at one version: the parts of all areas.</summary>
public sealed class OrganizationSnapshot : Snapshot
{
    private readonly State _state;

    private OrganizationSnapshot(State state) => _state = state;

    public override Guid OrganizationId => _state.Id;

    public override int Version => _state.Version;

    public override int Epoch => _state.Epoch;

    public override AccessIndex Access => _state.Access;

    public override bool IsArchived => Settings.ArchivedAt is not null;

    public override int Size => Members.Count + Groups.Count + Grants.Count + Invitations.Count + ApiKeys.All.Count + Projects.Count + Environments.Count + 1;

    internal OrganizationSettings Settings => _state.Settings;

    internal EntitySet<MemberSnapshot> Members => _state.Members;

    internal EntitySet<PermissionGroupSnapshot> Groups => _state.Groups;

    internal EntitySet<GrantSnapshot> Grants => _state.Grants;

    internal EntitySet<InvitationSnapshot> Invitations => _state.Invitations;

    internal ApiKeySet ApiKeys => _state.ApiKeys;

    internal EntitySet<ProjectSnapshot> Projects => _state.Projects;

    internal EntitySet<EnvironmentSnapshot> Environments => _state.Environments;

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
        ApiKeySet.Empty,
        EntitySet<ProjectSnapshot>.Empty(ProjectSnapshot.ByName),
        EntitySet<EnvironmentSnapshot>.Empty(EnvironmentSnapshot.ByName)));

    public override string? NameOf(PrincipalRef principal) => principal.Kind == PrincipalKind.User ? Members[principal.Id]?.DisplayName : null;

    public override bool IsCredentialGood(Caller caller, DateTimeOffset now) =>
        caller.CredentialId is not { } id || ApiKeys.All[id] is { } key && key.IsGood(now) && Members[key.CreatorId] is not null && !IsArchived;

    public override int? JoinedVersion(PrincipalRef principal) => principal.Kind == PrincipalKind.User ? Members[principal.Id]?.JoinedVersion : null;

    public override bool HasProject(Guid project) => Projects[project] is not null;

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
        principal is { Kind: PrincipalKind.User, Id: var id } && Members[id] is { } member ? new User(member) : null;

    private static State Apply(State state, Type table, SettingsRow[] rows) => table switch
    {
        _ when table == typeof(OrganizationSettingsRow) => state with { Settings = OrganizationSettings.Of((OrganizationSettingsRow)rows[^1]) },
        _ when table == typeof(MemberRow) => WithMembers(state, rows),
        _ when table == typeof(PermissionGroupRow) => WithGroups(state, Change(state.Groups, rows, row => PermissionGroupSnapshot.Of((PermissionGroupRow)row))),
        _ when table == typeof(GrantRow) => WithGrants(state, Change(state.Grants, rows, row => GrantSnapshot.Of((GrantRow)row))),
        _ when table == typeof(InvitationRow) => state with { Invitations = Change(state.Invitations, rows, row => InvitationSnapshot.Of((InvitationRow)row)) },
        _ when table == typeof(ApiKeyRow) => state with { ApiKeys = state.ApiKeys.With(rows) },
        _ when table == typeof(ProjectRow) => state with { Projects = Change(state.Projects, rows, row => ProjectSnapshot.Of((ProjectRow)row)) },
        _ when table == typeof(EnvironmentRow) => state with { Environments = Change(state.Environments, rows, row => EnvironmentSnapshot.Of((EnvironmentRow)row)) },
        _ => throw new InvalidOperationException($"No part of the snapshot takes {table.Name}."),
    };

    private static State WithMembers(State state, SettingsRow[] rows)
    {
        var access = state.Access;
        foreach (var row in rows.Cast<MemberRow>())
        {
            access = access.With(PrincipalRef.User(row.Id), row.IsDeleted ? null : IdList.Parse(row.GroupIds));
        }

        return state with { Members = Change(state.Members, rows, row => MemberSnapshot.Of((MemberRow)row)), Access = access };
    }

    private static State WithGroups(State state, EntitySet<PermissionGroupSnapshot> groups) => state with
    {
        Groups = groups,
        Access = state.Access.With(new GroupGraph([.. groups.All.Select(group => new GroupFact(group.Id, group.BuiltIn, group.MemberGroupIds))])),
    };

    private static State WithGrants(State state, EntitySet<GrantSnapshot> grants) =>
        state with { Grants = grants, Access = state.Access.WithGrants(grants.All.Select(grant => grant.Fact)) };

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
        ApiKeySet ApiKeys,
        EntitySet<ProjectSnapshot> Projects,
        EntitySet<EnvironmentSnapshot> Environments);
}

internal static class OrganizationSnapshots
{
    /// <summary>The organization as it was before this decision.</summary>
    public static OrganizationSnapshot Organization(this Decision decision) => (OrganizationSnapshot)decision.Before;

    /// <summary>The organization with what this decision has changed so far.</summary>
    public static OrganizationSnapshot Changed(this Decision decision) => (OrganizationSnapshot)decision.Snapshot;

    public static OrganizationSnapshot Organization(this AppendResult result) => (OrganizationSnapshot)result.Snapshot;
}
