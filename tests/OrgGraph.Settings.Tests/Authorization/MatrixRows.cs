namespace OrgGraph.Settings.Tests.Authorization;

/// <summary>A valid request for one field.</summary>
public sealed record Sample(string Document, object? Variables)
{
    public static Sample Of(string document, object? variables = null) => new(document, variables);

    public static Sample Mutation(string field, object input) =>
        new($"mutation($input: {char.ToUpperInvariant(field[0])}{field[1..]}Input!) {{ {field}(input: $input) {{ version errors {{ __typename }} }} }}", new { input });
}

/// <summary>
/// One valid request for every field of the matrix. What it asks about is made anew each time, for some callers will change it. Rows of
/// fields that do not exist yet do no harm.
/// </summary>
internal static class MatrixRows
{
    private const string First100 = "first: 100";

    private static readonly Dictionary<string, Func<Stage, Task<Sample>>> Rows = new()
    {
        ["Query.viewer"] = _ => Now(Sample.Of("{ viewer { credential { kind } } }")),
        ["Query.node"] = async stage => Sample.Of("query($id: ID!) { node(id: $id) { id } }", new { id = await stage.ProjectAsync() }),
        ["Query.nodes"] = async stage => Sample.Of("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", new { ids = new[] { await stage.ProjectAsync() } }),
        ["Query.organization"] = stage => Now(Organization(stage, "name")),
        ["Query.invitation"] = _ => Now(Sample.Of("""{ invitation(token: "0123456789012345678901234567890123456789012") { status } }""")),
        ["Query.aiProviderTypes"] = _ => Now(Sample.Of("{ aiProviderTypes { type } }")),
        ["Query.runtime"] = stage => Now(Sample.Of("query($id: ID!) { runtime(organizationId: $id) { gitMetadata { collect } } }", new { id = stage.OrganizationId })),
        ["Runtime.aiProviderCredentials"] = stage => Now(Sample.Of("query($id: ID!) { runtime(organizationId: $id) { aiProviderCredentials { name secret } } }", new { id = stage.OrganizationId })),
        ["Runtime.environmentVariables"] = stage => Now(Sample.Of("query($id: ID!) { runtime(organizationId: $id) { environmentVariables { name value source } } }", new { id = stage.OrganizationId })),
        ["Organization.invitations"] = stage => Now(Organization(stage, "invitations { totalCount }")),
        ["Organization.grants"] = stage => Now(Organization(stage, "grants { totalCount }")),
        ["Organization.access"] = async stage => Organization(stage, $"access(principalId: \"{await stage.PersonAsync()}\", resource: {{ type: ALL_PROJECTS }}) {{ permissions {{ permission }} }}"),
        ["Organization.whoCan"] = stage => Now(Organization(stage, "whoCan(permission: READ, resource: { type: ALL_PROJECTS }) { totalCount }")),
        ["Organization.serviceAccounts"] = stage => Now(Organization(stage, "serviceAccounts { totalCount }")),
        ["Organization.serviceTokens"] = stage => Now(Organization(stage, "serviceTokens { totalCount }")),
        ["Organization.auditLog"] = stage => Now(Organization(stage, "auditLog { totalCount }")),
        ["Project.environmentVariables"] = async stage => Organization(stage, $"project(id: \"{await stage.ProjectAsync()}\") {{ environmentVariables {{ totalCount }} }}"),
        ["Project.effectiveEnvironmentVariables"] = async stage => Organization(stage, $"project(id: \"{await stage.ProjectAsync()}\") {{ effectiveEnvironmentVariables {{ name }} }}"),
        ["Member.apiKeyCount"] = stage => Now(Organization(stage, $"members({First100}) {{ nodes {{ apiKeyCount }} }}")),
        ["PermissionGroup.serviceAccountCount"] = stage => Now(Organization(stage, $"permissionGroups({First100}) {{ nodes {{ serviceAccountCount }} }}")),
        ["PermissionGroup.grants"] = stage => Now(Organization(stage, $"permissionGroups({First100}) {{ nodes {{ grants {{ totalCount }} }} }}")),
        ["ServiceAccount.grants"] = stage => Now(Organization(stage, $"serviceAccounts({First100}) {{ nodes {{ grants {{ totalCount }} }} }}")),
        ["ServiceAccount.tokens"] = stage => Now(Organization(stage, $"serviceAccounts({First100}) {{ nodes {{ tokens {{ totalCount }} }} }}")),
        ["Project.aiProviders"] = stage => Now(Organization(stage, $"projects({First100}) {{ nodes {{ aiProviders {{ totalCount }} }} }}")),
        ["Project.slackAlerts"] = async stage => Organization(stage, $"project(id: \"{await stage.ProjectAsync()}\") {{ slackAlerts {{ totalCount }} }}"),
        ["DataPlane.serviceToken"] = stage => Now(Organization(stage, "dataPlane { serviceToken { id } }")),
        ["Mutation.createOrganization"] = _ => Now(Sample.Mutation("createOrganization", new { name = Stage.NewName() })),
        ["Mutation.updateOrganization"] = stage => Now(Sample.Mutation("updateOrganization", new { organizationId = stage.OrganizationId, name = Stage.NewName() })),
        ["Mutation.requestOrganizationDeletion"] = async stage => Sample.Mutation("requestOrganizationDeletion", new { organizationId = stage.OrganizationId, confirmName = await stage.NameAsync() }),
        ["Mutation.cancelOrganizationDeletion"] = async stage =>
        {
            await stage.RequestDeletionAsync(await stage.NameAsync());
            return Sample.Mutation("cancelOrganizationDeletion", new { organizationId = stage.OrganizationId });
        },
        ["Mutation.inviteMembers"] = async stage =>
            Sample.Mutation("inviteMembers", new { organizationId = stage.OrganizationId, emails = new[] { Stage.NewName().Replace(' ', '-') + "@outside.test" }, groupIds = new[] { await stage.ViewersAsync() } }),
        ["Mutation.resendInvitation"] = async stage => Sample.Mutation("resendInvitation", new { invitationId = await stage.InvitationAsync() }),
        ["Mutation.updateInvitation"] = async stage => Sample.Mutation("updateInvitation", new { invitationId = await stage.InvitationAsync(), groupIds = new[] { await stage.GroupAsync() } }),
        ["Mutation.revokeInvitation"] = async stage => Sample.Mutation("revokeInvitation", new { invitationId = await stage.InvitationAsync() }),
        ["Mutation.acceptInvitation"] = async stage => Sample.Mutation("acceptInvitation", new { invitationId = await stage.InvitationAsync() }),
        ["Mutation.declineInvitation"] = async stage => Sample.Mutation("declineInvitation", new { invitationId = await stage.InvitationAsync() }),
        ["Mutation.removeMember"] = async stage => Sample.Mutation("removeMember", new { memberId = await stage.MemberAsync() }),
        ["Mutation.leaveOrganization"] = stage => Now(Sample.Mutation("leaveOrganization", new { organizationId = stage.OrganizationId })),
        ["Mutation.setMemberGroups"] = async stage => Sample.Mutation("setMemberGroups", new { memberId = await stage.MemberAsync(), groupIds = new[] { await stage.GroupAsync() } }),
        ["Mutation.createPermissionGroup"] = stage => Now(Sample.Mutation("createPermissionGroup", new { organizationId = stage.OrganizationId, name = Stage.NewName() })),
        ["Mutation.updatePermissionGroup"] = async stage => Sample.Mutation("updatePermissionGroup", new { permissionGroupId = await stage.GroupAsync(), name = Stage.NewName() }),
        ["Mutation.deletePermissionGroup"] = async stage => Sample.Mutation("deletePermissionGroup", new { permissionGroupId = await stage.GroupAsync() }),
        ["Mutation.addGroupMembers"] = async stage => Sample.Mutation("addGroupMembers", new { permissionGroupId = await stage.GroupAsync(), memberGroupIds = new[] { await stage.GroupAsync() } }),
        ["Mutation.removeGroupMembers"] = async stage => Sample.Mutation("removeGroupMembers", new { permissionGroupId = await stage.GroupAsync(), memberGroupIds = new[] { await stage.GroupAsync() } }),
        ["Mutation.updateGrants"] = async stage => Sample.Mutation("updateGrants", new
        {
            organizationId = stage.OrganizationId,
            add = new[] { new { granteeId = await stage.GroupAsync(), permission = "READ", resource = new { type = "AUDIT_LOG" } } },
        }),
        ["Mutation.createServiceAccount"] = async stage => Sample.Mutation(
            "createServiceAccount", new { organizationId = stage.OrganizationId, name = Stage.NewName(), tokenName = "Token", groupIds = new[] { await stage.ViewersAsync() } }),
        ["Mutation.updateServiceAccount"] = async stage => Sample.Mutation("updateServiceAccount", new { serviceAccountId = await stage.AccountAsync(), name = Stage.NewName() }),
        ["Mutation.deleteServiceAccount"] = async stage => Sample.Mutation("deleteServiceAccount", new { serviceAccountId = await stage.AccountAsync() }),
        ["Mutation.createServiceToken"] = async stage => Sample.Mutation("createServiceToken", new { serviceAccountId = await stage.AccountAsync(), name = Stage.NewName() }),
        ["Mutation.updateServiceToken"] = async stage => Sample.Mutation("updateServiceToken", new { serviceTokenId = await stage.TokenAsync(), name = Stage.NewName() }),
        ["Mutation.rotateServiceToken"] = async stage => Sample.Mutation("rotateServiceToken", new { serviceTokenId = await stage.TokenAsync() }),
        ["Mutation.revokeServiceToken"] = async stage => Sample.Mutation("revokeServiceToken", new { serviceTokenId = await stage.TokenAsync() }),
        ["Mutation.createApiKey"] = stage => Now(Sample.Mutation("createApiKey", new { organizationId = stage.OrganizationId, name = Stage.NewName() })),
        ["Mutation.updateApiKey"] = async stage => Sample.Mutation("updateApiKey", new { apiKeyId = await stage.KeyAsync(), name = Stage.NewName() }),
        ["Mutation.rotateApiKey"] = async stage => Sample.Mutation("rotateApiKey", new { apiKeyId = await stage.KeyAsync() }),
        ["Mutation.revokeApiKey"] = async stage => Sample.Mutation("revokeApiKey", new { apiKeyId = await stage.KeyAsync() }),
        ["Mutation.createProject"] = stage => Now(Sample.Mutation("createProject", new { organizationId = stage.OrganizationId, name = Stage.NewName() })),
        ["Mutation.renameProject"] = async stage => Sample.Mutation("renameProject", new { projectId = await stage.ProjectAsync(), name = Stage.NewName() }),
        ["Mutation.deleteProject"] = async stage => Sample.Mutation("deleteProject", new { projectId = await stage.ProjectAsync(), confirmName = "Sample" }),
        ["Mutation.updateGitMetadata"] = stage => Now(Sample.Mutation("updateGitMetadata", new { organizationId = stage.OrganizationId, policy = new { collect = "ALL" } })),
        ["Mutation.saveAiProvider"] = stage => Now(Sample.Mutation("saveAiProvider", new { organizationId = stage.OrganizationId, type = "openai", name = Stage.NewName(), secret = "of-the-matrix" })),
        ["Mutation.deleteAiProvider"] = async stage => Sample.Mutation("deleteAiProvider", new { aiProviderId = await stage.AiProviderAsync() }),
        ["Mutation.testAiProvider"] = stage => Now(Sample.Mutation("testAiProvider", new { organizationId = stage.OrganizationId, type = "custom", endpointUrl = "http://127.0.0.1:1/" })),
        ["Mutation.selectLoopModels"] = stage => Now(Sample.Mutation("selectLoopModels", new { organizationId = stage.OrganizationId, models = Array.Empty<string>() })),
        ["Mutation.connectSlack"] = stage => Now(Sample.Mutation("connectSlack", new { organizationId = stage.OrganizationId })),
        ["Mutation.completeSlackConnection"] = stage => Now(Sample.Mutation("completeSlackConnection", new { organizationId = stage.OrganizationId, code = "code", state = Stage.NewName() })),
        ["Mutation.disconnectSlack"] = async stage =>
        {
            await stage.ConnectSlackAsync();
            return Sample.Mutation("disconnectSlack", new { organizationId = stage.OrganizationId });
        },
        ["Mutation.refreshSlackChannels"] = async stage =>
        {
            await stage.ConnectSlackAsync();
            return Sample.Mutation("refreshSlackChannels", new { organizationId = stage.OrganizationId });
        },
        ["Mutation.setSlackChannels"] = async stage =>
        {
            await stage.ConnectSlackAsync();
            return Sample.Mutation("setSlackChannels", new { organizationId = stage.OrganizationId, add = new[] { "C000RANDOM" } });
        },
        ["Mutation.saveSlackAlert"] = async stage =>
        {
            await stage.ConnectSlackAsync();
            return Sample.Mutation("saveSlackAlert", new { projectId = await stage.ProjectAsync(), name = Stage.NewName(), trigger = "VERSION_ASSIGNED", channelId = "C000GENERAL" });
        },
        ["Mutation.deleteSlackAlert"] = async stage => Sample.Mutation("deleteSlackAlert", new { slackAlertId = await stage.SlackAlertAsync() }),
        ["Mutation.testSlackAlert"] = async stage => Sample.Mutation("testSlackAlert", new { slackAlertId = await stage.SlackAlertAsync() }),
        ["Mutation.sendSlackNotification"] = async stage =>
        {
            await stage.ConnectSlackAsync();
            return Sample.Mutation("sendSlackNotification", new { projectId = await stage.ProjectAsync(), channelId = "C000GENERAL", text = "Of the matrix" });
        },
        ["Mutation.setEnvironmentVariable"] = stage => Now(Sample.Mutation("setEnvironmentVariable", new { organizationId = stage.OrganizationId, name = Stage.NewName().Replace(' ', '_'), value = "1" })),
        ["Mutation.importEnvironmentVariables"] = stage =>
            Now(Sample.Mutation("importEnvironmentVariables", new { organizationId = stage.OrganizationId, dotenv = Stage.NewName().Replace(' ', '_') + "=1" })),
        ["Mutation.deleteEnvironmentVariable"] = async stage => Sample.Mutation("deleteEnvironmentVariable", new { environmentVariableId = await stage.VariableAsync() }),
        ["Mutation.updateDataPlane"] = stage => Now(Sample.Mutation("updateDataPlane", new { organizationId = stage.OrganizationId, proxyUrl = "https://dp.example/" + Stage.NewName().Replace(' ', '-') })),
        ["Mutation.testDataPlane"] = async stage => Sample.Mutation("testDataPlane", new { organizationId = await stage.WithDataPlaneAsync(), endpoints = new[] { "REALTIME" } }),
        ["Mutation.refreshDataPlaneToken"] = async stage => Sample.Mutation("refreshDataPlaneToken", new { organizationId = await stage.WithDataPlaneAsync() }),
        ["Mutation.createEnvironment"] = stage => Now(Sample.Mutation("createEnvironment", new { organizationId = stage.OrganizationId, name = Stage.NewName() })),
        ["Mutation.updateEnvironment"] = async stage => Sample.Mutation("updateEnvironment", new { environmentId = await stage.EnvironmentAsync(), name = Stage.NewName() }),
        ["Mutation.deleteEnvironment"] = async stage => Sample.Mutation("deleteEnvironment", new { environmentId = await stage.EnvironmentAsync() }),
        ["Mutation.assignVersion"] = async stage => Sample.Mutation(
            "assignVersion",
            new { environmentId = await stage.EnvironmentAsync(), projectId = await stage.ProjectAsync(), objectType = "PROMPT", objectId = "prompt", objectVersion = "1" }),
        ["Mutation.unassignVersion"] = async stage => Sample.Mutation("unassignVersion", new { assignmentId = await stage.AssignmentAsync() }),
    };

    /// <summary>A fresh request for the field, e.g. <c>Mutation.createApiKey</c>.</summary>
    public static Task<Sample> MakeAsync(string field, Stage stage)
    {
        // Every stream takes the same arguments. A cursor of no use is answered at once by StreamReset: so an accepted stream shows.
        if (field.StartsWith("Subscription.", StringComparison.Ordinal))
        {
            var name = field[13..];
            return Now(Sample.Of($"subscription($id: ID!) {{ {name}(organizationId: $id, after: \"garbled\") {{ __typename }} }}", new { id = stage.OrganizationId }));
        }

        return Rows.TryGetValue(field, out var row) ? row(stage) : throw new InvalidOperationException($"{field} has no row in the authorization matrix: add a valid request for it.");
    }

    private static Sample Organization(Stage stage, string selection) => Sample.Of($"query($id: ID!) {{ organization(id: $id) {{ {selection} }} }}", new { id = stage.OrganizationId });

    private static Task<Sample> Now(Sample sample) => Task.FromResult(sample);
}
