using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.ApiKeys;
using OrgGraph.Settings.Audit;
using OrgGraph.Settings.DataPlane;
using OrgGraph.Settings.Environments;
using OrgGraph.Settings.EnvironmentVariables;
using OrgGraph.Settings.GitMetadata;
using OrgGraph.Settings.Grants;
using OrgGraph.Settings.Groups;
using OrgGraph.Settings.Invitations;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Loop;
using OrgGraph.Settings.Members;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;
using OrgGraph.Settings.Runtime;
using OrgGraph.Settings.ServiceAccounts;
using OrgGraph.Settings.Slack;
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
            Events =
            [
                typeof(OrganizationUpdated), typeof(OrganizationDeletionRequested), typeof(OrganizationDeletionCancelled), typeof(OrganizationArchived), typeof(OrganizationRestored),
                typeof(StreamReset),
            ],
            Types = [typeof(Organization), typeof(Viewer)],
            Tables = [OrganizationSettingsRow.Table],
            WorkHandlers = [typeof(DeletionDue)],
            Services = [typeof(OrganizationArchive)],
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
        new("Grants")
        {
            Extensions = [(typeof(Organization), typeof(GrantQueries))],
            Mutations = [typeof(UpdateGrantsMutation)],
            Subscriptions = [typeof(GrantSubscriptions)],
            Events = [typeof(GrantsChanged)],
            Types = [typeof(Grant)],
            Tables = [GrantRow.Table],
            Nodes = [new NodeSource(NodeType.Grant, (snapshot, caller, id) => Of(snapshot).Grants[id] is { } row && Grant.CanSee(Of(snapshot), caller, row.Fact) ? new Grant(Of(snapshot), row) : null)],
            Services = [typeof(ProjectGrants), typeof(MemberGrants)],
        },
        new("Groups")
        {
            Extensions =
            [
                (typeof(Organization), typeof(PermissionGroupQueries)), (typeof(Organization), typeof(AccessQueries)), (typeof(Member), typeof(MemberGroupQueries)),
                (typeof(PermissionGroup), typeof(GroupGrantQueries)),
            ],
            Mutations =
            [
                typeof(CreatePermissionGroupMutation), typeof(UpdatePermissionGroupMutation), typeof(DeletePermissionGroupMutation), typeof(AddGroupMembersMutation), typeof(RemoveGroupMembersMutation),
            ],
            Subscriptions = [typeof(PermissionGroupSubscriptions)],
            Events = [typeof(PermissionGroupCreated), typeof(PermissionGroupUpdated), typeof(PermissionGroupMembersChanged), typeof(PermissionGroupDeleted), typeof(ViewerAccessChanged)],
            Types = [typeof(PermissionGroup)],
            Tables = [PermissionGroupRow.Table],
            Nodes = [new NodeSource(NodeType.PermissionGroup, (snapshot, _, id) => Of(snapshot).Groups[id] is { } row ? new PermissionGroup(Of(snapshot), row) : null)],
            Services = [typeof(BuiltInGroups), typeof(GroupPrincipals)],
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
            WorkHandlers = [typeof(InvitationMailTurn), typeof(InvitationMail), typeof(InvitationExpiry)],
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
        new("ServiceAccounts")
        {
            Extensions =
            [
                (typeof(Organization), typeof(ServiceAccountQueries)), (typeof(Organization), typeof(ServiceTokenQueries)), (typeof(ServiceAccount), typeof(ServiceAccountAccess)),
                (typeof(ServiceAccount), typeof(ServiceAccountTokens)), (typeof(PermissionGroup), typeof(GroupServiceAccounts)), (typeof(Grant), typeof(Grantees)),
            ],
            Mutations =
            [
                typeof(CreateServiceAccountMutation), typeof(UpdateServiceAccountMutation), typeof(DeleteServiceAccountMutation), typeof(CreateServiceTokenMutation),
                typeof(UpdateServiceTokenMutation), typeof(RotateServiceTokenMutation), typeof(RevokeServiceTokenMutation),
            ],
            Subscriptions = [typeof(ServiceAccountSubscriptions)],
            Events =
            [
                typeof(ServiceAccountCreated), typeof(ServiceAccountUpdated), typeof(ServiceAccountDeleted), typeof(ServiceTokenCreated), typeof(ServiceTokenUpdated),
                typeof(ServiceTokenRotated), typeof(ServiceTokenRevoked), typeof(ServiceTokenExpired), typeof(ServiceTokenUsed),
            ],
            Types = [typeof(ServiceAccount), typeof(ServiceToken)],
            Tables = [ServiceAccountRow.Table, ServiceTokenRow.Table],
            Nodes =
            [
                new NodeSource(NodeType.ServiceAccount, (snapshot, caller, id) => Of(snapshot).PrincipalFor(caller, PrincipalRef.ServiceAccount(id))),
                new NodeSource(NodeType.ServiceToken, (snapshot, caller, id) => ServiceToken.CanSee(snapshot, caller) ? ServiceToken.Find(Of(snapshot), id) : null),
            ],
            WorkHandlers = [typeof(ServiceTokenExpiry)],
            Services = [typeof(ServiceAccountGroups)],
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
        new("AiProviders")
        {
            Queries = [typeof(AiProviderTypeQueries)],
            Extensions = [(typeof(Organization), typeof(AiProviderQueries)), (typeof(Project), typeof(ProjectAiProviderQueries))],
            Mutations = [typeof(SaveAiProviderMutation), typeof(DeleteAiProviderMutation), typeof(TestAiProviderMutation)],
            Subscriptions = [typeof(AiProviderSubscriptions)],
            Events = [typeof(AiProviderCreated), typeof(AiProviderUpdated), typeof(AiProviderDeleted), typeof(AiProviderTested), typeof(AiProviderBecameStale)],
            Types = [typeof(AiProvider)],
            Tables = [AiProviderRow.Table],
            Nodes =
            [
                new NodeSource(NodeType.AiProvider, (snapshot, caller, id) =>
                    Of(snapshot).AiProviders.All[id] is { } row && AiProvider.CanSee(snapshot, caller, row.ProjectId) ? new AiProvider(Of(snapshot), row) : null),
            ],
            WorkHandlers = [typeof(AiProviderStaleness)],
            Services = [typeof(ProviderWriting), typeof(ProviderTesting), typeof(ProviderProbe), typeof(ProjectAiProviders), typeof(AiProviderAudit)],
        },
        new("Loop")
        {
            Extensions = [(typeof(Organization), typeof(LoopQueries))],
            Mutations = [typeof(SelectLoopModelsMutation)],
            Subscriptions = [typeof(LoopSubscriptions)],
            Events = [typeof(LoopChanged)],
            Tables = [LoopRow.Table],
            Services = [typeof(LoopAvailability)],
        },
        new("EnvironmentVariables")
        {
            Extensions = [(typeof(Organization), typeof(EnvironmentVariableQueries)), (typeof(Project), typeof(ProjectEnvironmentVariableQueries))],
            Mutations = [typeof(SetEnvironmentVariableMutation), typeof(ImportEnvironmentVariablesMutation), typeof(DeleteEnvironmentVariableMutation)],
            Subscriptions = [typeof(EnvironmentVariableSubscriptions)],
            Events = [typeof(EnvironmentVariableCreated), typeof(EnvironmentVariableUpdated), typeof(EnvironmentVariableDeleted)],
            Types = [typeof(EnvironmentVariable), typeof(EnvironmentVariableImportResult), typeof(EffectiveEnvironmentVariable)],
            Tables = [EnvironmentVariableRow.Table],
            Nodes =
            [
                new NodeSource(NodeType.EnvironmentVariable, (snapshot, caller, id) =>
                    Of(snapshot).EnvironmentVariables[id] is { } row && EnvironmentVariable.CanSee(snapshot, caller, row.ProjectId) ? new EnvironmentVariable(Of(snapshot), row) : null),
            ],
            Services = [typeof(VariableValues), typeof(ProjectEnvironmentVariables)],
        },
        new("Environments")
        {
            Extensions = [(typeof(Organization), typeof(EnvironmentQueries)), (typeof(Environment), typeof(AssignmentQueries))],
            Mutations =
            [
                typeof(CreateEnvironmentMutation), typeof(UpdateEnvironmentMutation), typeof(DeleteEnvironmentMutation), typeof(AssignVersionMutation), typeof(UnassignVersionMutation),
            ],
            Subscriptions = [typeof(EnvironmentSubscriptions)],
            Events = [typeof(EnvironmentCreated), typeof(EnvironmentUpdated), typeof(EnvironmentDeleted), typeof(VersionAssigned), typeof(VersionUnassigned)],
            Types = [typeof(Environment), typeof(EnvironmentAssignment)],
            Tables = [EnvironmentRow.Table, EnvironmentAssignmentRow.Table],
            Nodes =
            [
                new NodeSource(NodeType.Environment, (snapshot, _, id) => Of(snapshot).Environments[id] is { } row ? new Environment(Of(snapshot), row) : null),
                new NodeSource(NodeType.EnvironmentAssignment, (snapshot, caller, id) => EnvironmentAssignment.Find(Of(snapshot), caller, id)),
            ],
            Services = [typeof(AssignmentDoor), typeof(ProjectAssignments)],
        },
        new("GitMetadata")
        {
            Extensions = [(typeof(Organization), typeof(GitMetadataQueries))],
            Mutations = [typeof(UpdateGitMetadataMutation)],
            Subscriptions = [typeof(GitMetadataSubscriptions)],
            Events = [typeof(GitMetadataUpdated)],
            Types = [typeof(GitMetadataSettings), typeof(GitMetadataPolicy)],
            Tables = [GitMetadataRow.Table],
        },
        new("Slack")
        {
            Extensions = [(typeof(Organization), typeof(IntegrationQueries)), (typeof(Project), typeof(ProjectSlackAlerts))],
            Mutations =
            [
                typeof(ConnectSlackMutation), typeof(CompleteSlackConnectionMutation), typeof(DisconnectSlackMutation), typeof(RefreshSlackChannelsMutation), typeof(SetSlackChannelsMutation),
                typeof(SaveSlackAlertMutation), typeof(DeleteSlackAlertMutation), typeof(TestSlackAlertMutation), typeof(SendSlackNotificationMutation),
            ],
            Subscriptions = [typeof(IntegrationSubscriptions)],
            Events =
            [
                typeof(SlackConnecting), typeof(SlackConnected), typeof(SlackDisconnected), typeof(SlackNeedsReauthorization), typeof(SlackChannelsRefreshed),
                typeof(SlackChannelAccessChanged), typeof(SlackAlertSaved), typeof(SlackAlertDeleted), typeof(SlackAlertSent), typeof(SlackAlertFailed),
            ],
            Types = [typeof(SlackIntegration), typeof(SlackAlert)],
            Tables = [SlackIntegrationRow.Table, SlackChannelListRow.Table, SlackAlertRow.Table],
            Nodes =
            [
                new NodeSource(NodeType.SlackIntegration, (snapshot, _, id) => id == snapshot.OrganizationId ? SlackIntegration.Of(Of(snapshot)) : null),
                new NodeSource(NodeType.SlackAlert, (snapshot, caller, id) => SlackAlert.Find(Of(snapshot), caller, id)),
            ],
            WorkHandlers = [typeof(AlertDelivery), typeof(SlackChannelRefresh), typeof(SlackAttemptExpiry), typeof(SlackTokenRevocation)],
            Services =
            [
                typeof(SlackApi), typeof(SlackWorkspace), typeof(SlackPosting), typeof(SlackAttempts), typeof(SlackChannelReader), typeof(AlertMessages), typeof(ProjectAlerts),
                typeof(SlackAlertAudit),
            ],
        },
        new("DataPlane")
        {
            Extensions = [(typeof(Organization), typeof(DataPlaneQueries))],
            Mutations = [typeof(UpdateDataPlaneMutation), typeof(TestDataPlaneMutation), typeof(RefreshDataPlaneTokenMutation)],
            Subscriptions = [typeof(DataPlaneSubscriptions)],
            Events = [typeof(DataPlaneUpdated), typeof(DataPlaneTokenChanged), typeof(DataPlaneTested)],
            Types = [typeof(DataPlane.DataPlane), typeof(TestCommand), typeof(EndpointTest)],
            Tables = [DataPlaneRow.Table],
            WorkHandlers = [typeof(DataPlaneDelivery)],
            Services = [typeof(ManagedToken), typeof(DataPlaneClient)],
        },
        new("Runtime")
        {
            Queries = [typeof(RuntimeQueries)],
            Extensions =
            [
                (typeof(Runtime.Runtime), typeof(RuntimeEnvironmentVariables)), (typeof(Runtime.Runtime), typeof(RuntimeAiProviders)), (typeof(Runtime.Runtime), typeof(RuntimeDataPlane)),
                (typeof(Runtime.Runtime), typeof(RuntimeGitMetadata)), (typeof(Runtime.Runtime), typeof(RuntimeVersions)),
            ],
            Types = [typeof(Runtime.Runtime), typeof(ResolvedVariable), typeof(ResolvedCredential), typeof(ResolvedVersion)],
            Services = [typeof(SecretHandOut)],
        },
        new("Audit")
        {
            Extensions = [(typeof(Organization), typeof(AuditQueries))],
            Subscriptions = [typeof(AuditSubscriptions)],
            Types = [typeof(AuditLogEntry), typeof(FieldChange)],
            Services = [typeof(AuditEntryNodes)],
        },
    ];

    private static OrganizationSnapshot Of(Snapshot snapshot) => (OrganizationSnapshot)snapshot;
}
