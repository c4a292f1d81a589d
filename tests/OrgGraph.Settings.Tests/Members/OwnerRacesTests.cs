using System.Globalization;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Members;

/// <summary>What happens when two do the same, or the opposite, at the same moment: in one process, and in two on one database.</summary>
public sealed class OwnerRacesTests : OrgGraphTest
{
    private OrgGraphApp _second = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _second = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock);
    }

    public override async Task DisposeAsync()
    {
        await _second.DisposeAsync();
        await base.DisposeAsync();
    }

    [Theory]
    [InlineData(false, 20)]
    [InlineData(true, 10)]
    public async Task One_owner_is_left_when_two_take_each_other_out(bool onTwoServers, int rounds)
    {
        var team = await Team.FoundAsync(App);
        var other = await team.JoinAsync(team.Owners, team.Viewers);
        await team.Owner.Client.MutateAsync("addGroupMembers", new { permissionGroupId = team.Viewers, principalIds = new[] { team.Owner.UserId } });
        var (first, second) = (team.Owner.Client, onTwoServers ? _second.With(other.Client.Credential!) : other.Client);
        for (var round = 0; round < rounds; round++)
        {
            var answers = await Task.WhenAll(RemoveAsync(first, team, other), RemoveAsync(second, team, team.Owner));

            Assert.Equal(1, answers.Count(IsAccepted));
            var left = IsAccepted(answers[0]) ? team.Owner : other;
            Assert.Equal([left.Email], await team.OwnerEmailsAsync(left.Client));
            var removed = left == other ? team.Owner : other;
            Assert.Empty((await left.Client.MutateAsync("addGroupMembers", new { permissionGroupId = team.Owners, principalIds = new[] { removed.UserId } })).Errors);
            await CaughtUpAsync(team);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Last_owner_stays_when_both_leave(bool onTwoServers)
    {
        var team = await Team.FoundAsync(App);
        var other = await team.JoinAsync(team.Owners);
        await CaughtUpAsync(team);
        var second = onTwoServers ? _second.With(other.Client.Credential!) : other.Client;

        var answers = await Task.WhenAll(
            team.Owner.Client.SendMutationAsync("leaveOrganization", new { organizationId = team.Id }), second.SendMutationAsync("leaveOrganization", new { organizationId = team.Id }));

        Assert.Equal(1, answers.Count(answer => IsAccepted(answer, "leaveOrganization")));
        Assert.Single(await team.OwnerEmailsAsync(IsAccepted(answers[0], "leaveOrganization") ? other.Client : team.Owner.Client));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_is_written_after_the_removal_when_the_removed_acts_at_the_same_moment(bool onTwoServers)
    {
        var team = await Team.FoundAsync(App);
        for (var round = 0; round < 5; round++)
        {
            var other = await team.JoinAsync(team.Owners);
            await CaughtUpAsync(team);
            var client = onTwoServers ? _second.With(other.Client.Credential!) : other.Client;
            var name = string.Create(CultureInfo.InvariantCulture, $"Project {round}");

            var answers = await Task.WhenAll(
                team.Owner.Client.SendMutationAsync("removeMember", new { memberId = other.MemberId }), client.SendMutationAsync("createProject", new { organizationId = team.Id, name }));

            Assert.True(IsAccepted(answers[0], "removeMember"), answers[0].Text);
            if (IsAccepted(answers[1], "createProject"))
            {
                Assert.True(VersionOf(answers[1], "createProject") < VersionOf(answers[0], "removeMember"));
            }
            else
            {
                Assert.Equal(["AUTH_NOT_AUTHORIZED"], answers[1].Codes);
            }
        }
    }

    [Theory]
    [InlineData("createPermissionGroup", false)]
    [InlineData("createPermissionGroup", true)]
    [InlineData("createProject", false)]
    [InlineData("createProject", true)]
    [InlineData("createEnvironment", true)]
    public async Task One_wins_when_two_take_the_same_name(string mutation, bool onTwoServers)
    {
        var team = await Team.FoundAsync(App);
        var (first, second) = (team.Owner.Client, onTwoServers ? _second.With(team.Owner.Client.Credential!) : team.Owner.Client);
        await CaughtUpAsync(team);
        for (var round = 0; round < 5; round++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"Name {round}");

            var payloads = await Task.WhenAll(
                first.MutateAsync(mutation, new { organizationId = team.Id, name }), second.MutateAsync(mutation, new { organizationId = team.Id, name = name.ToUpperInvariant() }));

            Assert.Equal(1, payloads.Count(made => made.Errors.Length == 0));
            Assert.Equal(1, payloads.Count(made => made.Errors is ["ConflictError input.name"]));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task One_wins_when_two_found_an_organization_of_the_same_name(bool onTwoServers)
    {
        for (var round = 0; round < 5; round++)
        {
            var (first, second) = (await App.SignInAsync($"first{round}@races.test"), await (onTwoServers ? _second : App).SignInAsync($"second{round}@races.test"));

            var payloads = await Task.WhenAll(
                first.MutateAsync("createOrganization", new { name = $"Raced {round}" }), second.MutateAsync("createOrganization", new { name = $"RACED {round}" }));

            Assert.Equal(1, payloads.Count(made => made.Errors.Length == 0));
            Assert.Equal(1, payloads.Count(made => made.Errors is ["ConflictError input.name"]));
        }
    }

    private static Task<Answer> RemoveAsync(Client client, Team team, Teammate whom) =>
        client.SendMutationAsync("removeGroupMembers", new { permissionGroupId = team.Owners, principalIds = new[] { whom.UserId } });

    private static bool IsAccepted(Answer answer) => IsAccepted(answer, "removeGroupMembers");

    private static bool IsAccepted(Answer answer, string mutation) => answer.Errors is null && VersionOf(answer, mutation) is not null;

    private static int? VersionOf(Answer answer, string mutation) => new Payload(answer.Data.GetProperty(mutation)).Version;

    // Both servers have seen all that either of them wrote, so that both start from the same.
    private async Task CaughtUpAsync(Team team)
    {
        var version = Math.Max(await VersionOnAsync(App, team, 0), await VersionOnAsync(_second, team, 0));
        await VersionOnAsync(App, team, version);
        await VersionOnAsync(_second, team, version);
    }

    private static async Task<int> VersionOnAsync(OrgGraphApp app, Team team, int atLeast)
    {
        var client = app.With(team.Owner.Client.Credential!);
        var answer = await client.SendAsync(
            "query($id: ID!) { organization(id: $id) { version } }", new { id = team.Id }, ("OrgGraph-Min-Version", string.Create(CultureInfo.InvariantCulture, $"{team.Id}={atLeast}")));
        Assert.Equal(System.Net.HttpStatusCode.OK, answer.Status);
        var seen = answer.Data.GetProperty("organization");
        return seen.ValueKind == System.Text.Json.JsonValueKind.Null ? 0 : seen.GetProperty("version").GetInt32();
    }
}
