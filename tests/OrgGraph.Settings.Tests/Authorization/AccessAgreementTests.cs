using System.Globalization;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authorization;

[CollectionDefinition("AccessAgreement")]
public sealed class AccessAgreementServer : ICollectionFixture<SharedServer>;

/// <summary>
/// Random groups, nestings and grants: what enforcement does, what viewerCan, access and whoCan say, and what a reference of a few lines says,
/// is the same.
/// </summary>
[Collection("AccessAgreement")]
public sealed class AccessAgreementTests(SharedServer server) : TeamTest(server)
{
    private static readonly string[] Permissions = ["CREATE", "READ", "UPDATE", "DELETE", "MANAGE_ACCESS", "RESOLVE_SECRETS"];
    private static readonly string[] Kinds = ["EXPERIMENT", "DATASET", "PROMPT", "FUNCTION", "PLAYGROUND", "LOGS"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task All_answers_agree(int seed) => AgreeAsync(seed, grants: 25);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(1000, 60)]
    public async Task All_answers_agree_over_many_seeds(int first, int count)
    {
        for (var seed = first; seed < first + count; seed++)
        {
            await InitializeAsync();
            await AgreeAsync(seed, grants: 10 + (seed % 40));
        }
    }

    private async Task AgreeAsync(int seed, int grants)
    {
        var world = await World.MakeAsync(Team, new Random(seed), grants);
        foreach (var resource in world.Resources)
        {
            foreach (var permission in Permissions)
            {
                var expected = world.Actors.Where(actor => world.Can(actor, permission, resource)).Select(actor => actor.Id).Order(StringComparer.Ordinal).ToArray();
                Assert.Equal((seed, permission, resource, string.Join(' ', expected)), (seed, permission, resource, string.Join(' ', await WhoCanAsync(permission, resource))));
            }
        }

        foreach (var actor in world.Actors)
        {
            var asked = world.Resources.SelectMany(resource => Permissions.Select(permission => (permission, resource))).ToArray();
            var can = new List<bool>();
            foreach (var part in asked.Chunk(100))
            {
                can.AddRange(await ViewerCanAsync(actor.Client, part));
            }

            for (var i = 0; i < asked.Length; i++)
            {
                Assert.Equal((seed, actor.Name, asked[i], world.Can(actor, asked[i].permission, asked[i].resource)), (seed, actor.Name, asked[i], can[i]));
            }

            foreach (var resource in world.Resources)
            {
                await ExplainedAsync(world, actor, resource, seed);
            }

            foreach (var (permission, resource, isAllowed) in await EnforcedAsync(world, actor))
            {
                Assert.Equal((seed, actor.Name, permission, resource, world.Can(actor, permission, resource)), (seed, actor.Name, permission, resource, isAllowed));
            }
        }
    }

    // Every permission is told with at least one way, and every way leads over inclusions that exist to a source that the reference knows.
    private async Task ExplainedAsync(World world, Actor actor, Thing resource, int seed)
    {
        var data = await Owner.QueryAsync(
            "query($id: ID!, $who: ID!, $what: ResourceInput!) { organization(id: $id) { access(principalId: $who, resource: $what) { permissions { permission because { builtIn groups { id } grant { id } } } } } }",
            new { id = Team.Id, who = actor.Id, what = resource.Input });
        var permissions = data.GetProperty("organization").GetProperty("access").GetProperty("permissions").EnumerateArray().ToList();
        Assert.Equal(
            (seed, actor.Name, resource, string.Join(' ', Permissions.Where(permission => world.Can(actor, permission, resource)))),
            (seed, actor.Name, resource, string.Join(' ', permissions.Select(one => one.GetProperty("permission").GetString()))));
        foreach (var one in permissions)
        {
            var told = one.GetProperty("because").EnumerateArray().Select(path => string.Join('>', path.GetProperty("groups").EnumerateArray().Select(group => group.GetProperty("id").GetString()))
                + "|" + (path.GetProperty("grant").ValueKind == JsonValueKind.Null ? path.GetProperty("builtIn").GetString() : path.GetProperty("grant").GetProperty("id").GetString())).ToArray();
            Assert.Equal(world.Ways(actor, one.GetProperty("permission").GetString()!, resource).Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
        }
    }

    private async Task<string[]> WhoCanAsync(string permission, Thing resource)
    {
        var data = await Owner.QueryAsync(
            "query($id: ID!, $permission: Permission!, $what: ResourceInput!) { organization(id: $id) { whoCan(permission: $permission, resource: $what, first: 100) { nodes { id } } } }",
            new { id = Team.Id, permission, what = resource.Input });
        return [.. data.GetProperty("organization").GetProperty("whoCan").GetProperty("nodes").EnumerateArray().Select(node => node.GetProperty("id").GetString()!).Order(StringComparer.Ordinal)];
    }

    private async Task<IEnumerable<bool>> ViewerCanAsync(Client client, (string permission, Thing resource)[] asked)
    {
        var data = await client.QueryAsync(
            "query($id: ID!, $checks: [PermissionCheckInput!]!) { organization(id: $id) { viewerCan(checks: $checks) } }",
            new { id = Team.Id, checks = asked.Select(one => new { one.permission, resource = one.resource.Input }) });
        return data.GetProperty("organization").GetProperty("viewerCan").EnumerateArray().Select(one => one.GetBoolean());
    }

    // What the server itself enforces, tried by requests that a rule refuses, or that change nothing, where the right is there.
    private async Task<List<(string Permission, Thing Resource, bool IsAllowed)>> EnforcedAsync(World world, Actor actor)
    {
        var found = new List<(string, Thing, bool)>();
        foreach (var resource in world.Resources.Where(resource => resource.Type is "PROJECT" or "PERMISSION_GROUP"))
        {
            if (resource.Type == "PERMISSION_GROUP")
            {
                found.Add(("MANAGE_ACCESS", resource, (await actor.Client.SendMutationAsync("updatePermissionGroup", new { permissionGroupId = resource.Id })).Codes.Length == 0));
                continue;
            }

            var seen = (await Team.NodeAsync(actor.Client, resource.Id!, "... on Project { name viewerPermissions }")) is { ValueKind: JsonValueKind.Object } project ? project : (JsonElement?)null;
            found.Add(("READ", resource, seen is not null));
            found.AddRange(Permissions.Select(permission => (permission, resource, seen?.GetProperty("viewerPermissions").EnumerateArray().Any(one => one.GetString() == permission) ?? false)));
            found.Add(("UPDATE", resource, Passes(await actor.Client.SendMutationAsync("renameProject", new { projectId = resource.Id, name = world.ProjectNames[resource.Id!] }), "renameProject")));
            found.Add(("DELETE", resource, Passes(await actor.Client.SendMutationAsync("deleteProject", new { projectId = resource.Id, confirmName = "No" }), "deleteProject")));
            found.Add(("MANAGE_ACCESS", resource, (await actor.Client.SendMutationAsync("updateGrants", new { organizationId = Team.Id, add = new[] { new { granteeId = Team.Owner.UserId, permission = "RESOLVE_SECRETS", resource = resource.Input } } })) is var given
                && (given.Codes.Length == 0 && !given.Text.Contains("\"NotFoundError\"", StringComparison.Ordinal))));
        }

        var (organization, members, all) = (new Thing("ORGANIZATION"), new Thing("MEMBERS"), new Thing("ALL_PROJECTS"));
        found.Add(("UPDATE", organization, (await actor.Client.SendMutationAsync("updateOrganization", new { organizationId = Team.Id })).Codes.Length == 0));
        found.Add(("CREATE", members, (await actor.Client.SendMutationAsync("inviteMembers", new { organizationId = Team.Id, emails = Array.Empty<string>(), groupIds = Array.Empty<string>() })).Codes.Length == 0));
        found.Add(("DELETE", members, (await actor.Client.SendMutationAsync("removeMember", new { memberId = Team.UnknownId(Kernel.Graph.NodeType.Member) })).Codes.Length == 0));
        found.Add(("CREATE", all, (await actor.Client.SendMutationAsync("createProject", new { organizationId = Team.Id, name = "" })).Codes.Length == 0));
        found.Add(("MANAGE_ACCESS", organization, (await actor.Client.SendMutationAsync("createPermissionGroup", new { organizationId = Team.Id, name = "" })).Codes.Length == 0));
        return found;
    }

    // An unknown project passes the door and is not found by the decision.
    private static bool Passes(Answer answer, string mutation) => answer.Codes.Length == 0
        && !answer.Data.GetProperty(mutation).GetProperty("errors").EnumerateArray().Any(error => error.GetProperty("__typename").GetString() == "NotFoundError");

    private sealed record Thing(string Type, string? Id = null, string? Project = null)
    {
        public object Input => new { type = Type, resourceId = Id, projectId = Project };
    }

    private sealed record Actor(string Id, string Name, Client Client, string[] Groups, bool IsAccount);

    private sealed record Source(string Id, string Holder, string Permission, Thing Resource, string? RestrictTo);

    /// <summary>The random organization, and the reference.</summary>
    private sealed class World
    {
        private readonly Dictionary<string, string[]> _includes = [];
        private readonly List<Source> _grants = [];

        public List<Actor> Actors { get; } = [];

        public List<Thing> Resources { get; } = [];

        public Dictionary<string, string> ProjectNames { get; } = [];

        private (string Owners, string Engineers, string Viewers) _builtIn;

        public static async Task<World> MakeAsync(Team team, Random random, int grants)
        {
            var world = new World { _builtIn = (team.Owners, team.Engineers, team.Viewers) };
            List<string> groups = [team.Owners, team.Engineers, team.Viewers];
            for (var i = 0; i < 7; i++)
            {
                // Each may include what was made before it, so there is no circle; built-in ones may be included too.
                string[] includes = [.. groups.Where(_ => random.Next(4) == 0)];
                var id = await team.GroupAsync(string.Create(CultureInfo.InvariantCulture, $"Group {i}"), memberGroupIds: includes);
                world._includes[id] = includes;
                groups.Add(id);
            }

            // A built-in group includes one of ours now and then.
            var included = groups[random.Next(3, groups.Count)];
            if (world._includes[included].Length == 0 && (await team.Owner.Client.MutateAsync("addGroupMembers", new { permissionGroupId = groups[random.Next(1, 3)], memberGroupIds = new[] { included } }, "permissionGroup { id }")) is { Errors.Length: 0 } nested)
            {
                world._includes[nested.Text("permissionGroup", "id")] = [included];
            }

            for (var i = 0; i < 2; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"Project {i}");
                var project = await team.ProjectAsync(name);
                world.ProjectNames[project] = name;
                world.Resources.AddRange([new Thing("PROJECT", project), new Thing(Kinds[random.Next(6)], "object", project), new Thing(Kinds[random.Next(6)], null, project)]);
            }

            world.Resources.AddRange([new Thing("ORGANIZATION"), new Thing("MEMBERS"), new Thing("AUDIT_LOG"), new Thing("ALL_PROJECTS"), new Thing("PERMISSION_GROUP", groups[4])]);
            for (var i = 0; i < 4; i++)
            {
                string[] own = [.. groups.Where(_ => random.Next(6) == 0).DefaultIfEmpty(groups[3])];
                var person = await team.JoinAsync(own);
                world.Actors.Add(new Actor(person.UserId, person.Email, person.Client, own, false));
            }

            string[] ofAccount = [groups[random.Next(groups.Count)]];
            var account = await team.AccountAsync("Account", ofAccount);
            world.Actors.Add(new Actor(account.Id, "account", account.Client, ofAccount, true));
            world.Actors.Add(new Actor(team.Owner.UserId, "owner", team.Owner.Client, [team.Owners], false));
            await world.GrantAsync(team, random, [.. groups.Skip(3), .. world.Actors.Select(actor => actor.Id)], grants);
            return world;
        }

        public bool Can(Actor actor, string permission, Thing resource) =>
            Ways(actor, permission, resource).Count > 0 && (resource.Type != "PROJECT" || Ways(actor, "READ", resource).Count > 0);

        /// <summary>Chains of groups, each with what gives the permission at its end.</summary>
        public List<string> Ways(Actor actor, string permission, Thing resource)
        {
            var ways = _grants.Where(grant => grant.Holder == actor.Id && Covers(grant, permission, resource)).Select(grant => "|" + grant.Id).ToList();
            foreach (var chain in actor.Groups.SelectMany(ChainsFrom))
            {
                ways.AddRange(_grants.Where(grant => grant.Holder == chain[^1] && grant.Permission != "RESOLVE_SECRETS" && Covers(grant, permission, resource)).Select(grant => string.Join('>', chain) + "|" + grant.Id));
                if (BuiltIn(chain[^1], permission, resource) is { } name)
                {
                    ways.Add(string.Join('>', chain) + "|" + name);
                }
            }

            return ways;
        }

        private IEnumerable<string[]> ChainsFrom(string group) => new[] { new[] { group } }
            .Concat(_includes.Where(pair => pair.Value.Contains(group)).SelectMany(pair => ChainsFrom(pair.Key).Select(chain => (string[])[group, .. chain])));

        private string? BuiltIn(string group, string permission, Thing resource)
        {
            var isProject = resource.Type is "ALL_PROJECTS" or "PROJECT" || Kinds.Contains(resource.Type);
            return group == _builtIn.Owners && permission != "RESOLVE_SECRETS" ? "OWNERS"
                : group == _builtIn.Engineers && isProject && permission is "CREATE" or "READ" or "UPDATE" or "DELETE" ? "ENGINEERS"
                : group == _builtIn.Viewers && isProject && permission == "READ" ? "VIEWERS"
                : null;
        }

        private static bool Covers(Source grant, string permission, Thing resource)
        {
            var isInside = Kinds.Contains(resource.Type);
            if (grant.Permission != permission || (permission == "RESOLVE_SECRETS" && isInside))
            {
                return false;
            }

            var goesDown = grant.Resource.Type == "ORGANIZATION" && (permission switch
            {
                "MANAGE_ACCESS" => resource.Type is not ("MEMBERS" or "AUDIT_LOG"),
                "RESOLVE_SECRETS" => resource.Type is "ALL_PROJECTS" or "PROJECT",
                _ => false,
            });
            var isWhole = grant.RestrictTo is null || grant.RestrictTo == resource.Type;
            return (grant.Resource == resource && grant.RestrictTo is null)
                || goesDown
                || (grant.Resource.Type == "ALL_PROJECTS" && isWhole && (isInside || resource.Type == "PROJECT"))
                || (grant.Resource.Type == "PROJECT" && isWhole && isInside && grant.Resource.Id == resource.Project)
                || (isInside && grant.Resource == resource with { Id = null });
        }

        private async Task GrantAsync(Team team, Random random, string[] holders, int count)
        {
            for (var i = 0; i < count; i++)
            {
                var holder = holders[random.Next(holders.Length)];
                var resource = Resources[random.Next(Resources.Count)];
                var permission = Permissions[random.Next(Permissions.Length)];
                var restrictTo = resource.Type is "PROJECT" or "ALL_PROJECTS" && random.Next(3) == 0 ? Kinds[random.Next(6)] : null;
                var made = await team.Owner.Client.MutateAsync("updateGrants", new { organizationId = team.Id, add = new[] { new { granteeId = holder, permission, resource = resource.Input, restrictTo } } }, "added { id }");
                if (made.Errors.Length == 0 && made.Version is not null)
                {
                    _grants.Add(new Source(made["added"][0].GetProperty("id").GetString()!, holder, permission, resource, restrictTo));
                }
                else
                {
                    Assert.True(made.Version is null && (permission == "RESOLVE_SECRETS" || made.Errors.Length == 0), string.Join(' ', made.Errors));
                }
            }
        }
    }
}
