using System.Globalization;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Authorization;

[CollectionDefinition("GivingSequences")]
public sealed class GivingSequencesServer : ICollectionFixture<SharedServer>;

/// <summary>
/// Who are owners is compared before and after each decision of random sequences of mutations, sent by everybody who may give something away
/// without being an owner, and by owners' API keys.
/// </summary>
[Collection("GivingSequences")]
public sealed class GivingSequencesTests(SharedServer server, ITestOutputHelper output) : TeamTest(server)
{
    private readonly List<string> _groups = [];
    private readonly List<Teammate> _people = [];
    private readonly List<string> _accounts = [];
    private int _accepted;
    private int _guests;

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public Task Owners_stay_the_same(int seed) => RunAsync(new Random(seed), 250, together: 1);

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(4711)]
    public Task Owners_stay_the_same_over_long_sequences(int seed) => RunAsync(new Random(seed), 100_000, together: 10);

    // Compared after each request, and a request holds as many mutations as are told.
    private async Task RunAsync(Random random, int steps, int together)
    {
        await SetAsync();
        var givers = await GiversAsync();
        var owners = await OwnersAsync();
        var rights = await HeldAsync();
        for (var step = 0; step < steps; step += together)
        {
            var (name, client, mayGiveAny) = givers[random.Next(givers.Count)];
            List<(string Mutation, object Input)> mutations = [.. Enumerable.Range(0, together).Select(_ => Next(random))];
            var answer = await client.SendMutationsAsync(mutations);
            Assert.True(answer.Codes.All(code => code is "AUTH_NOT_AUTHORIZED" or "AUTH_SESSION_REQUIRED"), answer.Text);
            var accepted = mutations.Where((_, i) => answer.Data.GetProperty($"m{i}") is { ValueKind: JsonValueKind.Object } payload && new Payload(payload).Version is not null).ToList();
            if (accepted.Count == 0)
            {
                continue;
            }

            _accepted += accepted.Count;
            await KeepAsync(accepted);
            var told = (step, name, string.Join(' ', accepted.Select(one => one.Mutation)));
            Assert.Equal((told, owners), (told, await OwnersAsync()));
            var after = await HeldAsync();
            if (!mayGiveAny)
            {
                // Whoever manages one project or group alone gives nothing on the organization that it does not hold itself.
                Assert.Equal((told, ""), (told, string.Join(' ', after.Except(rights))));
            }

            rights = after;
        }

        output.WriteLine($"{_accepted:N0} of {steps:N0} mutations were accepted.");
        Assert.True(_accepted > steps / 20, $"Only {_accepted} of {steps} were accepted.");
    }

    private async Task SetAsync()
    {
        var inner = await Team.GroupAsync("Deputies");
        await Owner.MutateAsync("addGroupMembers", new { permissionGroupId = Team.Owners, memberGroupIds = new[] { inner } });
        _groups.AddRange([Team.Owners, Team.Engineers, Team.Viewers, inner]);
        foreach (var number in Enumerable.Range(0, 4))
        {
            _groups.Add(await Team.GroupAsync(string.Create(CultureInfo.InvariantCulture, $"Group {number}"), memberGroupIds: number % 2 == 1 ? [_groups[^1]] : null));
        }

        _people.AddRange([await Team.JoinAsync(inner, Team.Viewers), await Team.JoinAsync(Team.Viewers), await Team.JoinAsync(_groups[4], Team.Viewers), await Team.JoinAsync(Team.Engineers, Team.Viewers)]);
        _accounts.Add((await Team.AccountAsync("Account", [Team.Viewers])).Id);
    }

    private async Task<List<(string Name, Client Client, bool MayGiveAny)>> GiversAsync()
    {
        var manager = await Team.JoinAsync(await Team.GroupAsync("Managers", permissions: [Team.Right("MANAGE_ACCESS", "ORGANIZATION"), Team.Right("CREATE", "MEMBERS"), Team.Right("DELETE", "MEMBERS"), Team.Right("READ", "ALL_PROJECTS")]));
        var account = await Team.AccountAsync("Managing", null, Team.Right("MANAGE_ACCESS", "ORGANIZATION"), Team.Right("CREATE", "MEMBERS"));
        var ofOne = await Team.JoinAsync(await Team.GroupAsync("Of one", permissions: [Team.Right("MANAGE_ACCESS", "PERMISSION_GROUP", _groups[5]), Team.Right("MANAGE_ACCESS", "PERMISSION_GROUP", Team.Owners)]));
        var ofInner = await Team.JoinAsync(await Team.GroupAsync("Of deputies", permissions: Team.Right("MANAGE_ACCESS", "PERMISSION_GROUP", _groups[3])));
        return
        [
            ("manager", manager.Client, true), ("manager's key", await Team.KeyAsync(manager), true), ("account", account.Client, true),
            ("of one group", ofOne.Client, false), ("of deputies", ofInner.Client, false),
        ];
    }

    private (string Mutation, object Input) Next(Random random)
    {
        string Group() => _groups[random.Next(_groups.Count)];
        Teammate Person() => _people[random.Next(_people.Count)];
        string[] Some(Func<string> one) => [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => one()).Distinct()];
        string Principal() => random.Next(4) == 0 ? _accounts[random.Next(_accounts.Count)] : Person().UserId;
        object Right() => new { permission = random.Next(2) == 0 ? "READ" : "MANAGE_ACCESS", resource = new { type = random.Next(2) == 0 ? "ORGANIZATION" : "ALL_PROJECTS" } };
        var name = string.Create(CultureInfo.InvariantCulture, $"Made {Team.NextNumber()}");
        return random.Next(8) switch
        {
            0 => ("setMemberGroups", new { memberId = Person().MemberId, groupIds = Some(Group) }),
            1 or 2 => ("addGroupMembers", new { permissionGroupId = Group(), principalIds = random.Next(2) == 0 ? Some(Principal) : null, memberGroupIds = random.Next(2) == 0 ? Some(Group) : null }),
            3 => ("removeGroupMembers", new { permissionGroupId = Group(), principalIds = random.Next(2) == 0 ? Some(Principal) : null, memberGroupIds = random.Next(2) == 0 ? Some(Group) : null }),
            4 => ("createPermissionGroup", new { organizationId = Team.Id, name, principalIds = Some(() => Person().UserId), memberGroupIds = Some(Group), permissions = new[] { Right() } }),
            5 when _groups.Count > 9 => ("deletePermissionGroup", new { permissionGroupId = _groups[random.Next(8, _groups.Count)], reassignToGroupId = Group() }),
            6 when _guests < 40 => ("inviteMembers", new { organizationId = Team.Id, emails = new[] { name.Replace(' ', '-') + "@teams.test" }, groupIds = Some(Group), sendEmails = false }),
            _ => ("updateGrants", new { organizationId = Team.Id, add = new[] { new { granteeId = random.Next(2) == 0 ? Group() : Person().UserId, permission = "READ", resource = new { type = "AUDIT_LOG" } } } }),
        };
    }

    // New groups take part; invited people join, which must make no owner either.
    private async Task KeepAsync(List<(string Mutation, object Input)> accepted)
    {
        if (accepted.Exists(one => one.Mutation is "createPermissionGroup" or "deletePermissionGroup"))
        {
            var all = (await Team.QueryAsync("permissionGroups(first: 100) { nodes { id name } }")).GetProperty("permissionGroups").GetProperty("nodes").EnumerateArray().ToList();
            _groups.RemoveAll(id => all.All(group => group.GetProperty("id").GetString() != id));
            _groups.AddRange(all.Where(group => group.GetProperty("name").GetString()!.StartsWith("Made ", StringComparison.Ordinal)).Select(group => group.GetProperty("id").GetString()!).Except(_groups).Take(12 - Math.Min(12, _groups.Count)));
        }

        foreach (var (_, input) in accepted.Where(one => one.Mutation == "inviteMembers"))
        {
            _guests++;
            var email = JsonSerializer.SerializeToElement(input).GetProperty("emails")[0].GetString()!;
            var guest = await App.SignInAsync(email);
            var invitations = (await guest.QueryAsync("{ viewer { invitations { invitationId } } }")).GetProperty("viewer").GetProperty("invitations");
            Assert.Empty((await guest.MutateAsync("acceptInvitation", new { invitationId = invitations[0].GetProperty("invitationId").GetString() })).Errors);
        }
    }

    private async Task<string> OwnersAsync()
    {
        var owners = await Team.QueryAsync("permissionGroups(where: { search: $text }) { nodes { memberCount serviceAccountCount } } whoCan(permission: DELETE, resource: { type: AUDIT_LOG }, first: 100) { nodes { id } }", "Owners");
        return owners.GetRawText();
    }

    // Who may do what with the organization itself, beyond its projects.
    private async Task<string[]> HeldAsync()
    {
        var held = await Team.QueryAsync(
            "m: whoCan(permission: MANAGE_ACCESS, resource: { type: ORGANIZATION }, first: 100) { nodes { id } } c: whoCan(permission: CREATE, resource: { type: MEMBERS }, first: 100) { nodes { id } } d: whoCan(permission: DELETE, resource: { type: MEMBERS }, first: 100) { nodes { id } }");
        return [.. held.EnumerateObject().SelectMany(right => right.Value.GetProperty("nodes").EnumerateArray().Select(node => right.Name + node.GetProperty("id").GetString()))];
    }
}
