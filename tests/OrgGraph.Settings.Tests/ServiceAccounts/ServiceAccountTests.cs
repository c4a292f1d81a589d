using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.ServiceAccounts;

[CollectionDefinition("ServiceAccounts")]
public sealed class ServiceAccountsServer : ICollectionFixture<SharedServer>;

[Collection("ServiceAccounts")]
public sealed class CreateServiceAccountTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Account_acts_by_its_token_when_made_by_an_owner()
    {
        await using var heard = await Team.WatchAsync(Owner, "serviceAccountsChanged", "... on ServiceAccountCreated { serviceAccount { name } serviceAccountEdge { cursor } } ... on ServiceTokenCreated { serviceToken { preview } }");
        var before = await Team.VersionAsync();

        var made = await Owner.MutateAsync(
            "createServiceAccount",
            new { organizationId = Team.Id, name = " Runner ", tokenName = "Nightly", groupIds = new[] { Team.Viewers }, permissions = new[] { Team.Right("READ", "AUDIT_LOG") } },
            "secret serviceAccount { id name displayName managedBy groups { name } grants { totalCount } tokens { totalCount } createdBy { displayName } } serviceAccountEdge { cursor } serviceToken { name preview status }");

        Assert.Empty(made.Errors);
        Assert.Equal(before + 1, made.Version);
        Assert.Equal(("Runner", "OWNERS", "Viewers", 1, 1), (
            made.Text("serviceAccount", "name"),
            made.Text("serviceAccount", "managedBy"),
            made["serviceAccount", "groups"][0].GetProperty("name").GetString(),
            made["serviceAccount", "grants", "totalCount"].GetInt32(),
            made["serviceAccount", "tokens", "totalCount"].GetInt32()));
        var secret = made.Text("secret");
        Assert.StartsWith("bt-st-", secret);
        var viewer = (await App.With(secret).QueryAsync("{ viewer { principal { __typename id displayName } credential { kind preview organization { name } } organizations { totalCount } } }")).GetProperty("viewer");
        Assert.Equal(("ServiceAccount", "Runner"), (viewer.GetProperty("principal").GetProperty("__typename").GetString(), viewer.GetProperty("principal").GetProperty("displayName").GetString()));
        Assert.Equal(("SERVICE_TOKEN", Team.Name), (viewer.GetProperty("credential").GetProperty("kind").GetString(), viewer.GetProperty("credential").GetProperty("organization").GetProperty("name").GetString()));
        Assert.Equal(1, viewer.GetProperty("organizations").GetProperty("totalCount").GetInt32());
        var told = await heard.NextEventAsync("ServiceAccountCreated");
        Assert.Equal((made.Version, made.Text("serviceAccountEdge", "cursor")), (told.GetProperty("version").GetInt32(), told.GetProperty("serviceAccountEdge").GetProperty("cursor").GetString()));
        Assert.Equal(made.Text("serviceToken", "preview"), (await heard.NextEventAsync("ServiceTokenCreated")).GetProperty("serviceToken").GetProperty("preview").GetString());
    }

    [Fact]
    public async Task Token_is_accepted_wherever_a_key_is()
    {
        var account = await Team.AccountAsync("Everywhere", [Team.Engineers]);

        Assert.Empty((await account.Client.MutateAsync("createProject", new { organizationId = Team.Id, name = "By token" })).Errors);
        await using var stream = await account.Client.SubscribeAsync("subscription($id: ID!) { projectsChanged(organizationId: $id) { __typename ... on OrganizationEvent { actorName actor { id } } } }", new { id = Team.Id });
        await account.Client.MutateAsync("createProject", new { organizationId = Team.Id, name = "Heard" });
        var told = await stream.NextEventAsync();
        Assert.Equal(("Everywhere", account.Id), (told.GetProperty("actorName").GetString(), told.GetProperty("actor").GetProperty("id").GetString()));
        foreach (var (mutation, input) in new (string, object)[]
        {
            ("createApiKey", new { organizationId = Team.Id, name = "No" }), ("leaveOrganization", new { organizationId = Team.Id }), ("createOrganization", new { name = "No" }),
        })
        {
            Assert.Equal(["AUTH_SESSION_REQUIRED"], (await account.Client.SendMutationAsync(mutation, input)).Codes);
        }
    }

    [Fact]
    public async Task Account_is_no_member_and_no_last_owner()
    {
        var account = await Team.AccountAsync("Deputy", [Team.Owners]);

        var seen = await Team.QueryAsync("members { totalCount } permissionGroups { nodes { builtIn memberCount serviceAccountCount members { totalCount isComplete nodes { __typename } } } }");
        var left = await Owner.MutateAsync("leaveOrganization", new { organizationId = Team.Id });

        Assert.Equal(1, seen.GetProperty("members").GetProperty("totalCount").GetInt32());
        var owners = seen.GetProperty("permissionGroups").GetProperty("nodes").EnumerateArray().Single(group => group.GetProperty("builtIn").GetString() == "OWNERS");
        Assert.Equal("""{"builtIn":"OWNERS","memberCount":1,"serviceAccountCount":1,"members":{"totalCount":2,"isComplete":true,"nodes":[{"__typename":"ServiceAccount"},{"__typename":"User"}]}}""", owners.GetRawText());
        Assert.Equal(["LastOwnerError input"], left.Errors);
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Viewers, principalIds = new[] { Team.Owner.UserId } });
        Assert.Equal(["LastOwnerError input"], (await account.Client.MutateAsync("removeGroupMembers", new { permissionGroupId = Team.Owners, principalIds = new[] { Team.Owner.UserId } })).Errors);
    }

    [Fact]
    public async Task Account_in_owners_manages_tokens_by_its_own_token_and_keys_do_not()
    {
        var (deputy, other) = (await Team.AccountAsync("Deputy", [Team.Owners]), await Team.AccountAsync("Other", [Team.Viewers]));
        var key = await Team.KeyAsync(Team.Owner);
        object another = new { serviceAccountId = other.Id, name = "Second" };

        var made = await deputy.Client.MutateAsync("createServiceToken", another, "secret serviceToken { id createdBy { id } }");

        Assert.Empty(made.Errors);
        Assert.Equal(deputy.Id, made.Text("serviceToken", "createdBy", "id"));
        Assert.Equal(200, (int)(await App.With(made.Text("secret")).SendAsync("{ viewer { credential { kind } } }")).Status);
        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("createServiceToken", another, "secret")).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await other.Client.SendMutationAsync("createServiceToken", another, "secret")).Codes);
        Assert.Empty((await key.MutateAsync("revokeServiceToken", new { serviceTokenId = other.TokenId })).Errors);
    }

    [Fact]
    public async Task Refused_when_it_could_do_nothing()
    {
        object With(string[]? groupIds, object[]? permissions = null) => new { organizationId = Team.Id, name = "Idle", tokenName = "Token", groupIds, permissions };

        Assert.Equal(["ValidationError input.groupIds"], (await Owner.MutateAsync("createServiceAccount", With(null), "secret")).Errors);
        Assert.Equal(["ValidationError input.groupIds"], (await Owner.MutateAsync("createServiceAccount", With([], []), "secret")).Errors);
        Assert.Empty((await Owner.MutateAsync("createServiceAccount", With([], [Team.Right("READ", "ALL_PROJECTS")]), "secret")).Errors);
    }

    [Fact]
    public async Task Refused_when_names_or_expiry_are_bad()
    {
        await Team.AccountAsync("Café", [Team.Viewers]);
        object With(string name, string tokenName = "Token", DateTimeOffset? tokenExpiresAt = null) => new { organizationId = Team.Id, name, tokenName, tokenExpiresAt, groupIds = new[] { Team.Viewers } };

        Assert.Equal(["ConflictError input.name"], (await Owner.MutateAsync("createServiceAccount", With("CAFE\u0301"), "secret")).Errors);
        Assert.Equal(["ValidationError input.name"], (await Owner.MutateAsync("createServiceAccount", With("a\nb"), "secret")).Errors);
        Assert.Equal(["ValidationError input.tokenName"], (await Owner.MutateAsync("createServiceAccount", With("Good", " "), "secret")).Errors);
        Assert.Equal(["ValidationError input.tokenExpiresAt"], (await Owner.MutateAsync("createServiceAccount", With("Good", "Token", App.Clock.GetUtcNow()), "secret")).Errors);
        await WrongInput.OrganizationIdAsync(Team, "createServiceAccount", organizationId => new { organizationId, name = "A", tokenName = "T", groupIds = new[] { Team.Viewers } });
        await WrongInput.OtherIdAsync(Team, "createServiceAccount", "input.groupIds.0", NodeType.PermissionGroup, id => new { organizationId = Team.Id, name = "A", tokenName = "T", groupIds = new[] { id } });
    }
}

[Collection("ServiceAccounts")]
public sealed class UpdateServiceAccountTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Rights_follow_the_groups()
    {
        var account = await Team.AccountAsync("Runner", [Team.Viewers]);
        await using var own = await Team.WatchAsync(account.Client, "viewerAccessChanged", "... on ViewerAccessChanged { viewerAccess { groups { builtIn } } }");

        var changed = await Owner.MutateAsync("updateServiceAccount", new { serviceAccountId = account.Id, name = "Renamed", groupIds = new[] { Team.Engineers } }, "serviceAccount { name groups { builtIn } version }");

        Assert.Equal(("Renamed", changed.Version), (changed.Text("serviceAccount", "name"), changed["serviceAccount", "version"].GetInt32()));
        Assert.Equal("ENGINEERS", (await own.NextEventAsync()).GetProperty("viewerAccess").GetProperty("groups")[0].GetProperty("builtIn").GetString());
        Assert.Empty((await account.Client.MutateAsync("createProject", new { organizationId = Team.Id, name = "Made" })).Errors);
        Assert.Null((await Owner.MutateAsync("updateServiceAccount", new { serviceAccountId = account.Id, name = "Renamed" })).Version);
    }

    [Fact]
    public async Task Refused_when_the_input_is_bad()
    {
        var (account, other) = (await Team.AccountAsync("Runner", [Team.Viewers]), await Team.AccountAsync("Other", [Team.Viewers]));

        Assert.Equal(["ValidationError input.groupIds"], (await Owner.MutateAsync("updateServiceAccount", new { serviceAccountId = account.Id, groupIds = Array.Empty<string>() })).Errors);
        Assert.Equal(["ValidationError input.name"], (await Owner.MutateAsync("updateServiceAccount", new { serviceAccountId = account.Id, name = (string?)null })).Errors);
        Assert.Equal(["ConflictError input.name"], (await Owner.MutateAsync("updateServiceAccount", new { serviceAccountId = account.Id, name = "OTHER" })).Errors);
        Assert.Equal(["ConflictError input.expectedVersion"], (await Owner.MutateAsync("updateServiceAccount", new { serviceAccountId = account.Id, name = "New", expectedVersion = 1 })).Errors);
        await Team.GrantAsync(account.Id, "READ", new { type = "AUDIT_LOG" });
        Assert.Empty((await Owner.MutateAsync("updateServiceAccount", new { serviceAccountId = account.Id, groupIds = Array.Empty<string>() })).Errors);
        await WrongInput.TargetIdAsync(Team, "updateServiceAccount", "serviceAccountId", NodeType.ServiceAccount, serviceAccountId => new { serviceAccountId, name = "New" });
        Assert.NotEmpty(other.Id);
    }

    [Fact]
    public async Task Groups_take_accounts_in_and_let_them_go()
    {
        var account = await Team.AccountAsync("Runner", [Team.Viewers]);
        var custom = await Team.GroupAsync("Custom");
        await using var viewer = await Team.WatchAsync((await Team.JoinAsync(Team.Viewers)).Client, "permissionGroupsChanged");
        await using var owner = await Team.WatchAsync(Owner, "permissionGroupsChanged");

        var added = await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = custom, principalIds = new[] { account.Id } }, "permissionGroup { memberCount members { totalCount } version }");
        var again = await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = custom, principalIds = new[] { account.Id } });
        var removed = await Owner.MutateAsync("removeGroupMembers", new { permissionGroupId = Team.Viewers, principalIds = new[] { account.Id } });
        await Owner.MutateAsync("deletePermissionGroup", new { permissionGroupId = custom });

        Assert.Equal((0, 1), (added["permissionGroup", "memberCount"].GetInt32(), added["permissionGroup", "members", "totalCount"].GetInt32()));
        Assert.Null(again.Version);
        Assert.Empty(removed.Errors);
        Assert.Equal(["PermissionGroupMembersChanged", "PermissionGroupMembersChanged", "PermissionGroupDeleted"], [(await owner.NextEventAsync()).Kind(), (await owner.NextEventAsync()).Kind(), (await owner.NextEventAsync()).Kind()]);
        Assert.Equal("PermissionGroupDeleted", (await viewer.NextEventAsync()).Kind());
        var groups = await Team.NodeAsync(account.Id, "... on ServiceAccount { groups { id } }");
        Assert.Equal(0, groups.GetProperty("groups").GetArrayLength());
    }
}

[Collection("ServiceAccounts")]
public sealed class DeleteServiceAccountTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Tokens_and_grants_end_with_the_account()
    {
        var account = await Team.AccountAsync("Doomed", [Team.Viewers], Team.Right("READ", "AUDIT_LOG"));
        var second = await Owner.MutateAsync("createServiceToken", new { serviceAccountId = account.Id, name = "Second" }, "secret serviceToken { id }");
        await using var heard = await Team.WatchAsync(Owner, "organizationEvents");

        var deleted = await Owner.MutateAsync("deleteServiceAccount", new { serviceAccountId = account.Id }, "deletedServiceAccountId revokedServiceTokenCount");

        Assert.Equal((account.Id, 2), (deleted.Text("deletedServiceAccountId"), deleted["revokedServiceTokenCount"].GetInt32()));
        Assert.Equal(401, (int)(await account.Client.SendAsync("{ viewer { credential { kind } } }")).Status);
        Assert.Equal(401, (int)(await App.With(second.Text("secret")).SendAsync("{ viewer { credential { kind } } }")).Status);
        Assert.Equal(["ServiceAccountDeleted", "ServiceTokenRevoked", "ServiceTokenRevoked", "GrantsChanged"], [(await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind(), (await heard.NextEventAsync()).Kind()]);
        var left = await Team.QueryAsync("grants { totalCount } serviceAccounts { totalCount } serviceTokens(where: { status: [ACTIVE, EXPIRING, REVOKED, EXPIRED] }) { totalCount }");
        Assert.Equal("""{"grants":{"totalCount":0},"serviceAccounts":{"totalCount":0},"serviceTokens":{"totalCount":0}}""", left.GetRawText());
        Assert.Equal(JsonValueKind.Null, (await Team.NodeAsync(account.TokenId, "id")).ValueKind);
        Assert.Empty((await Owner.MutateAsync("createServiceAccount", new { organizationId = Team.Id, name = "Doomed", tokenName = "T", groupIds = new[] { Team.Viewers } }, "secret")).Errors);
    }

    [Fact]
    public async Task Refused_when_the_input_is_bad()
    {
        var account = await Team.AccountAsync("Kept", [Team.Viewers]);

        Assert.Equal(["ConflictError input.expectedVersion"], (await Owner.MutateAsync("deleteServiceAccount", new { serviceAccountId = account.Id, expectedVersion = 1 })).Errors);
        await WrongInput.TargetIdAsync(Team, "deleteServiceAccount", "serviceAccountId", NodeType.ServiceAccount, serviceAccountId => new { serviceAccountId });
    }
}
