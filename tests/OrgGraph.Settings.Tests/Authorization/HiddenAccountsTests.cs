using System.Text.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authorization;

[CollectionDefinition("HiddenAccounts")]
public sealed class HiddenAccountsServer : ICollectionFixture<SharedServer>;

/// <summary>Service accounts do not exist for others than owners: every path of the schema is walked, by a viewer, by who manages access, and by another account.</summary>
[Collection("HiddenAccounts")]
public sealed class HiddenAccountsTests(SharedServer server) : TeamTest(server)
{
    private const string Planted = "Planted account";

    private readonly Dictionary<string, string> _arguments = [];
    private ServiceAccountOf _account = null!;
    private string _project = null!;
    private string _group = null!;
    private string _grant = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _project = await Team.ProjectAsync("Project");
        _group = await Team.GroupAsync("Custom");
        _account = await Team.AccountAsync(Planted, [Team.Engineers, Team.Owners, _group], Team.Right("READ", "AUDIT_LOG"));
        _grant = await Team.GrantAsync(_account.Id, "UPDATE", new { type = "PROJECT", resourceId = _project });

        // Traces that it leaves elsewhere: who invited, gave, asked.
        await _account.Client.MutateAsync("inviteMembers", new { organizationId = Team.Id, emails = new[] { $"guest{Team.NextNumber()}@teams.test" }, groupIds = new[] { Team.Viewers }, sendEmails = false });
        await _account.Client.MutateAsync("updateGrants", new { organizationId = Team.Id, add = new[] { new { granteeId = _group, permission = "READ", resource = new { type = "AUDIT_LOG" } } } });
        var environmentId = await Team.EnvironmentAsync("Production");
        await _account.Client.MutateAsync("assignVersion", new { environmentId, projectId = _project, objectType = "PROMPT", objectId = "prompt-1", objectVersion = "1" });
        _arguments["Organization.project"] = "name: \"Project\"";
        _arguments["Organization.environment"] = "slug: \"production\"";
        _arguments["Organization.access"] = $"principalId: \"{_account.Id}\", resource: {{ type: PROJECT, resourceId: \"{_project}\" }}";
        _arguments["Organization.whoCan"] = $"first: 4, permission: UPDATE, resource: {{ type: PROJECT, resourceId: \"{_project}\" }}";
        _arguments["Organization.viewerCan"] = "checks: [{ permission: READ, resource: { type: ALL_PROJECTS } }]";
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("manager")]
    [InlineData("account")]
    public async Task Account_is_on_no_path_when_others_than_owners_look(string who)
    {
        var client = await WhoAsync(who);
        var isSeenByOwner = false;
        foreach (var (_, selection) in SchemaWalk.FieldsOf("Organization", 3, _arguments))
        {
            var document = $"query($id: ID!) {{ organization(id: $id) {{ {selection} }} }}";
            IsClean(await client.SendAsync(document, new { id = Team.Id }));
            var own = await Owner.SendAsync(document, new { id = Team.Id });
            Assert.True(own.Errors is null, own.Text);
            isSeenByOwner |= own.Text.Contains(_account.Id, StringComparison.Ordinal);
        }

        Assert.True(isSeenByOwner);
        foreach (var id in new[] { _account.Id, _account.TokenId, _grant })
        {
            var seen = await client.QueryAsync("query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } }", new { id });
            Assert.Equal((JsonValueKind.Null, JsonValueKind.Null), (seen.GetProperty("node").ValueKind, seen.GetProperty("nodes")[0].ValueKind));
            Assert.Equal(id, (await Team.NodeAsync(id, "id")).GetProperty("id").GetString());
        }

        IsClean(await client.SendAsync($"{{ viewer {{ {string.Join(' ', SchemaWalk.FieldsOf("Viewer", 3, _arguments).Select(field => field.Selection))} }} }}"));
    }

    [Theory]
    [InlineData("viewer")]
    [InlineData("manager")]
    [InlineData("account")]
    public async Task Account_is_in_no_event_when_others_than_owners_listen(string who)
    {
        var client = await WhoAsync(who);
        var cursor = (await Team.QueryAsync("cursor")).GetProperty("cursor").GetString();
        await using var live = await client.SubscribeAsync("subscription($id: ID!) { organizationEvents(organizationId: $id) { __typename subjectName actor { id displayName } } }", new { id = Team.Id });

        await ActAsync();

        var (told, own) = (new List<string>(), new List<string>());
        await ReadAsync(live, told);

        // All kinds of events with all their fields are more than one document may hold.
        foreach (var kinds in SchemaWalk.Possible("OrganizationEvent", 2, _arguments).Chunk(6))
        {
            var document = $"subscription($id: ID!, $after: String) {{ organizationEvents(organizationId: $id, after: $after) {{ __typename subjectName {string.Join(' ', kinds)} }} }}";
            await using var replayed = await client.SubscribeAsync(document, new { id = Team.Id, after = cursor });
            await ReadAsync(replayed, told);
            await using var owners = await Owner.SubscribeAsync(document, new { id = Team.Id, after = cursor });
            await ReadAsync(owners, own, mayKnow: true);
        }

        Assert.DoesNotContain(told, one => one.StartsWith("Service", StringComparison.Ordinal));
        Assert.Contains("ServiceTokenRotated", own);
        Assert.Contains("GrantsChanged", own);
    }

    [Fact]
    public async Task Account_counts_as_unknown_when_a_manager_names_it()
    {
        var manager = await WhoAsync("manager");
        var unknown = Team.UnknownId(NodeType.ServiceAccount);
        foreach (var (mutation, input) in new (string, Func<string, object>)[]
        {
            ("addGroupMembers", id => new { permissionGroupId = _group, principalIds = new[] { id } }),
            ("removeGroupMembers", id => new { permissionGroupId = _group, principalIds = new[] { id } }),
            ("createPermissionGroup", id => new { organizationId = Team.Id, name = "New", principalIds = new[] { id } }),
            ("updateGrants", id => new { organizationId = Team.Id, add = new[] { new { granteeId = id, permission = "READ", resource = new { type = "AUDIT_LOG" } } } }),
        })
        {
            var (hidden, none) = (await manager.SendMutationAsync(mutation, input(_account.Id)), await manager.SendMutationAsync(mutation, input(unknown)));
            Assert.Equal(none.Text, hidden.Text);
            Assert.Contains("NotFoundError", hidden.Text, StringComparison.Ordinal);
        }

        var (taken, never) = (
            await manager.SendMutationAsync("updateGrants", new { organizationId = Team.Id, remove = new[] { _grant } }),
            await manager.SendMutationAsync("updateGrants", new { organizationId = Team.Id, remove = new[] { Team.UnknownId(NodeType.Grant) } }));
        Assert.Equal(never.Text, taken.Text);
        foreach (var mutation in new[] { "deleteServiceAccount", "updateServiceAccount" })
        {
            var (hidden, none) = (await manager.SendMutationAsync(mutation, new { serviceAccountId = _account.Id }), await manager.SendMutationAsync(mutation, new { serviceAccountId = unknown }));
            Assert.Equal(none.Text, hidden.Text);
            Assert.Equal(["AUTH_NOT_AUTHORIZED"], hidden.Codes);
        }

        var filtered = await Team.QueryAsync(manager, "grants(where: { granteeId: $ref }) { totalCount }", reference: _account.Id);
        Assert.Equal(0, filtered.GetProperty("grants").GetProperty("totalCount").GetInt32());
        var can = await Team.QueryAsync(manager, $"whoCan({_arguments["Organization.whoCan"]}) {{ isComplete }}");
        Assert.False(can.GetProperty("whoCan").GetProperty("isComplete").GetBoolean());
        var all = await Team.QueryAsync($"whoCan({_arguments["Organization.whoCan"]}) {{ isComplete nodes {{ id }} }}");
        Assert.True(all.GetProperty("whoCan").GetProperty("isComplete").GetBoolean());
        Assert.Contains(_account.Id, all.GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Account_sees_itself_and_its_like_do_not()
    {
        var (self, like) = (await Team.AccountAsync("Self", [Team.Viewers]), await Team.AccountAsync("Like", [Team.Viewers]));
        const string Watch = "subscription($id: ID!) { organizationEvents(organizationId: $id) { __typename actor { id } } }";
        await using var own = await self.Client.SubscribeAsync(Watch, new { id = Team.Id });
        await using var others = await like.Client.SubscribeAsync(Watch, new { id = Team.Id });

        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Engineers, principalIds = new[] { self.Id } });
        await self.Client.MutateAsync("createProject", new { organizationId = Team.Id, name = "By self" });

        Assert.Equal("ServiceAccountUpdated", (await own.NextEventAsync()).Kind());
        Assert.Equal(self.Id, (await own.NextEventAsync("ProjectCreated")).GetProperty("actor").GetProperty("id").GetString());
        var told = await others.NextEventAsync();
        Assert.Equal(("ProjectCreated", JsonValueKind.Null), (told.Kind(), told.GetProperty("actor").ValueKind));
        var seen = await self.Client.QueryAsync("query($id: ID!, $other: ID!) { own: node(id: $id) { ... on ServiceAccount { name groups { name } } } other: node(id: $other) { id } }", new { id = self.Id, other = like.Id });
        Assert.Equal(("Self", JsonValueKind.Null), (seen.GetProperty("own").GetProperty("name").GetString(), seen.GetProperty("other").ValueKind));
    }

    private async Task ActAsync()
    {
        var renamed = await Owner.MutateAsync("updateServiceAccount", new { serviceAccountId = _account.Id, groupIds = new[] { Team.Owners } });
        Assert.Empty(renamed.Errors);
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = _group, principalIds = new[] { _account.Id } });
        await Owner.MutateAsync("removeGroupMembers", new { permissionGroupId = _group, principalIds = new[] { _account.Id } });
        await Owner.MutateAsync("updateGrants", new { organizationId = Team.Id, remove = new[] { _grant }, add = new[] { new { granteeId = _account.Id, permission = "DELETE", resource = new { type = "ALL_PROJECTS" } } } });
        await Owner.MutateAsync("createServiceToken", new { serviceAccountId = _account.Id, name = Planted + " second" });
        await _account.Client.MutateAsync("createProject", new { organizationId = Team.Id, name = "Made by it" });
        await Owner.MutateAsync("rotateServiceToken", new { serviceTokenId = _account.TokenId, overlapSeconds = 60 });
        await Owner.MutateAsync("deleteServiceAccount", new { serviceAccountId = _account.Id });
        await Owner.MutateAsync("createProject", new { organizationId = Team.Id, name = "The last" });
    }

    private async Task ReadAsync(EventReader events, List<string> kinds, bool mayKnow = false)
    {
        while (true)
        {
            var next = await events.NextAsync();
            if (!mayKnow)
            {
                IsClean(next.GetRawText());
            }

            var happened = next.GetProperty("data").EnumerateObject().Single().Value;
            kinds.Add(happened.Kind());
            if (happened.GetProperty("subjectName").GetString() == "The last")
            {
                return;
            }
        }
    }

    private void IsClean(Answer answer)
    {
        Assert.True(answer.Codes.All(code => code is "AUTH_NOT_AUTHORIZED"), answer.Text);
        IsClean(answer.Text);
    }

    private void IsClean(string text)
    {
        foreach (var trace in new[] { Planted, _account.Id, _account.TokenId, _account.Preview, _grant })
        {
            Assert.DoesNotContain(trace, text, StringComparison.Ordinal);
        }
    }

    private async Task<Client> WhoAsync(string who) => who switch
    {
        "viewer" => (await Team.JoinAsync(Team.Viewers)).Client,
        "manager" => (await Team.JoinAsync(Team.Viewers, await Team.GroupAsync("Managers", permissions: [Team.Right("MANAGE_ACCESS", "ORGANIZATION"), Team.Right("CREATE", "MEMBERS")]))).Client,
        _ => (await Team.AccountAsync("Another", [Team.Engineers])).Client,
    };
}
