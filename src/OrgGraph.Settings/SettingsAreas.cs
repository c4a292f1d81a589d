using OrgGraph.Settings.ApiKeys;
using OrgGraph.Settings.Environments;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Invitations;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;
using Environment = OrgGraph.Settings.Environments.Environment;

namespace OrgGraph.Settings;

/// <summary>The one list of all areas, and what each contributes.</summary>
public static class SettingsAreas
{
    public static IReadOnlyList<SettingsArea> All { get; } =
    [
        new("Organizations")
        {
            Queries = [typeof(OrganizationQueries), typeof(ViewerQueries)],
            Mutations = [typeof(CreateOrganizationMutation), typeof(UpdateOrganizationMutation), typeof(RequestOrganizationDeletionMutation), typeof(CancelOrganizationDeletionMutation)],
            Subscriptions = [typeof(OrganizationSubscriptions)],
            Events = [typeof(OrganizationUpdated), typeof(OrganizationDeletionRequested), typeof(OrganizationDeletionCancelled), typeof(StreamReset)],
            Types = [typeof(Organization), typeof(Viewer)],
            Tables = [OrganizationSettingsRow.Table],
        },
        new("Members")
        {
            Extensions = [(typeof(Organization), typeof(MemberQueries))],
            Mutations = [typeof(RemoveMemberMutation), typeof(LeaveOrganizationMutation), typeof(SetMemberGroupsMutation)],
            Subscriptions = [typeof(MemberSubscriptions)],
            Events = [typeof(MemberJoined), typeof(MemberUpdated), typeof(MemberGroupsChanged), typeof(MemberRemoved), typeof(MemberActive)],
            Types = [typeof(User), typeof(Member)],
            Tables = [MemberRow.Table],
            Nodes = [new NodeSource(NodeType.Member, (snapshot, _, id) => Of(snapshot).Members[id] is { } row ? new Member(Of(snapshot), row) : null)],
            Services = [typeof(MemberDepartures), typeof(MemberProfiles)],
        },
        new("Groups")
        {
            Extensions = [(typeof(Organization), typeof(PermissionGroupQueries)), (typeof(Member), typeof(MemberGroupQueries))],
            Mutations =
            [
                typeof(CreatePermissionGroupMutation), typeof(UpdatePermissionGroupMutation), typeof(DeletePermissionGroupMutation), typeof(AddGroupMembersMutation), typeof(RemoveGroupMembersMutation),
            ],
            Subscriptions = [typeof(PermissionGroupSubscriptions)],
            Events = [typeof(PermissionGroupCreated), typeof(PermissionGroupUpdated), typeof(PermissionGroupMembersChanged), typeof(PermissionGroupDeleted), typeof(ViewerAccessChanged)],
            Types = [typeof(PermissionGroup)],
            Tables = [PermissionGroupRow.Table, GrantRow.Table],
            Nodes = [new NodeSource(NodeType.PermissionGroup, (snapshot, _, id) => Of(snapshot).Groups[id] is { } row ? new PermissionGroup(Of(snapshot), row) : null)],
            Services = [typeof(BuiltInGroups), typeof(ProjectGrants)],
        },
        new("Invitations")
        {
            Queries = [typeof(InvitationLookup)],
            Extensions = [(typeof(Organization), typeof(InvitationQueries)), (typeof(Viewer), typeof(ViewerInvitations))],
            Mutations =
            [
                typeof(InviteMembersMutation), typeof(ResendInvitationMutation), typeof(UpdateInvitationMutation), typeof(RevokeInvitationMutation), typeof(AcceptInvitationMutation),
                typeof(DeclineInvitationMutation),
            ],
            Subscriptions = [typeof(InvitationSubscriptions)],
            Events =
            [
                typeof(InvitationCreated), typeof(InvitationUpdated), typeof(InvitationSent), typeof(InvitationFailed), typeof(InvitationResent), typeof(InvitationRevoked),
                typeof(InvitationAccepted), typeof(InvitationDeclined), typeof(InvitationExpired),
            ],
            Types = [typeof(Invitation)],
            Tables = [InvitationRow.Table],
            Nodes =
            [
                new NodeSource(NodeType.Invitation, (snapshot, caller, id) =>
                    Of(snapshot).Invitations[id] is { } row && Invitation.CanSee(Of(snapshot), caller) ? new Invitation(Of(snapshot), row) : null),
            ],
            WorkHandlers = [typeof(InvitationMail), typeof(InvitationExpiry)],
            Services = [typeof(InvitationFinder), typeof(InvitationPreviews), typeof(InvitationGroups)],
        },
        new("ApiKeys")
        {
            Extensions = [(typeof(Organization), typeof(ApiKeyQueries)), (typeof(Member), typeof(MemberApiKeyQueries))],
            Mutations = [typeof(CreateApiKeyMutation), typeof(UpdateApiKeyMutation), typeof(RotateApiKeyMutation), typeof(RevokeApiKeyMutation)],
            Subscriptions = [typeof(ApiKeySubscriptions)],
            Events = [typeof(ApiKeyCreated), typeof(ApiKeyUpdated), typeof(ApiKeyRotated), typeof(ApiKeyRevoked), typeof(ApiKeyExpired), typeof(ApiKeyUsed)],
            Types = [typeof(ApiKey)],
            Tables = [ApiKeyRow.Table],
            Nodes =
            [
                new NodeSource(NodeType.ApiKey, (snapshot, caller, id) =>
                    Of(snapshot).ApiKeys.All[id] is { } row && ApiKey.CanSee(Of(snapshot), caller, row.CreatorId) ? new ApiKey(Of(snapshot), row) : null),
            ],
            WorkHandlers = [typeof(ApiKeyExpiry)],
            Services = [typeof(EndedApiKeys), typeof(ApiKeyRevocation)],
        },
        new("Projects")
        {
            Extensions = [(typeof(Organization), typeof(ProjectQueries))],
            Mutations = [typeof(CreateProjectMutation), typeof(RenameProjectMutation), typeof(DeleteProjectMutation)],
            Subscriptions = [typeof(ProjectSubscriptions)],
            Events = [typeof(ProjectCreated), typeof(ProjectUpdated), typeof(ProjectDeleted)],
            Types = [typeof(Project)],
            Tables = [ProjectRow.Table],
            Nodes =
            [
                new NodeSource(NodeType.Project, (snapshot, caller, id) =>
                    Of(snapshot).Projects[id] is { } row && Project.CanSee(snapshot, caller, id) ? new Project(Of(snapshot), row) : null),
            ],
        },
        new("Environments")
        {
            Extensions = [(typeof(Organization), typeof(EnvironmentQueries))],
            Mutations = [typeof(CreateEnvironmentMutation), typeof(UpdateEnvironmentMutation), typeof(DeleteEnvironmentMutation)],
            Subscriptions = [typeof(EnvironmentSubscriptions)],
            Events = [typeof(EnvironmentCreated), typeof(EnvironmentUpdated), typeof(EnvironmentDeleted)],
            Types = [typeof(Environment)],
            Tables = [EnvironmentRow.Table],
            Nodes = [new NodeSource(NodeType.Environment, (snapshot, _, id) => Of(snapshot).Environments[id] is { } row ? new Environment(Of(snapshot), row) : null)],
        },
    ];

    private static OrganizationSnapshot Of(Snapshot snapshot) => (OrganizationSnapshot)snapshot;
}

/// <summary>What the kernel must know of the areas.</summary>
internal sealed class SettingsModel : ISnapshotModel, IEventModel
{
    public IReadOnlyList<RowTable> Tables { get; } = [.. SettingsAreas.All.SelectMany(area => area.Tables)];

    public IReadOnlyList<RowTable> OtherTables { get; } =
    [
        OrganizationRow.Table, EventRow.Table, WorkItemRow.Table, UsageRow.Table, PersonRow.Table, MembershipRow.Table, CredentialRow.Table, InvitationLinkRow.Table, AllowanceRow.Table,
    ];

    public Snapshot Empty(Guid organizationId, int epoch) => OrganizationSnapshot.Empty(organizationId, epoch);

    public SettingsEvent Reset(string reason) => new StreamReset(reason);

    public SettingsEvent OwnAccessChanged(SettingsEvent cause) => new ViewerAccessChanged { Envelope = cause.Envelope };

    public SettingsEvent? Used(Snapshot snapshot, Guid subject)
    {
        var organization = (OrganizationSnapshot)snapshot;
        if (organization.ApiKeys.All[subject] is { } key)
        {
            return Live(new ApiKeyUsed(key.Id, key.CreatorId), organization, PrincipalRef.User(key.CreatorId), key.Name);
        }

        var person = UsageTracker.KeyOf(organization.OrganizationId, subject);
        return organization.Members[person] is { } member ? Live(new MemberActive(person), organization, PrincipalRef.User(person), member.DisplayName) : null;
    }

    private static OrganizationEvent Live(OrganizationEvent happened, OrganizationSnapshot organization, PrincipalRef actor, string subject)
    {
        happened.Envelope = new EventEnvelope(organization.OrganizationId, organization.Epoch, organization.Version, 0, default, actor, organization.NameOf(actor) ?? "", subject);
        return happened;
    }
}
