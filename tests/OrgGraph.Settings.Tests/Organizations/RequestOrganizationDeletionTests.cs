using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Organizations;

[Collection("Organizations")]
public sealed class RequestOrganizationDeletionTests(SharedServer server) : TeamTest(server)
{
    private const string Request = "organization { deletionRequest { requestedAt dueAt requestedBy { id } } }";

    [Fact]
    public async Task Due_in_30_days_when_an_owner_asks()
    {
        var vera = await Team.JoinAsync(Team.Viewers);
        await using var heard = await Team.WatchAsync(vera.Client, "organizationChanged");

        var asked = await Owner.MutateAsync("requestOrganizationDeletion", new { organizationId = Team.Id, confirmName = Team.Name }, Request);

        Assert.Empty(asked.Errors);
        var request = asked["organization", "deletionRequest"];
        Assert.Equal(request.GetProperty("requestedAt").GetDateTimeOffset().AddDays(30), request.GetProperty("dueAt").GetDateTimeOffset());
        Assert.Equal(App.Clock.GetUtcNow(), request.GetProperty("requestedAt").GetDateTimeOffset());
        Assert.Equal(Team.Owner.UserId, request.GetProperty("requestedBy").GetProperty("id").GetString());
        Assert.Equal(asked.Version, (await heard.NextEventAsync("OrganizationDeletionRequested")).GetProperty("version").GetInt32());
        var seen = await Team.QueryAsync(vera.Client, "deletionRequest { dueAt }");
        Assert.NotEqual(JsonValueKind.Null, seen.GetProperty("deletionRequest").ValueKind);
    }

    [Fact]
    public async Task Refused_when_one_stands_or_the_name_is_not_exactly_its()
    {
        foreach (var confirmName in new[] { "", Team.Name + " ", Team.Name.ToUpperInvariant() })
        {
            Assert.Equal(["ValidationError input.confirmName"], (await Owner.MutateAsync("requestOrganizationDeletion", new { organizationId = Team.Id, confirmName })).Errors);
        }

        await Owner.MutateAsync("requestOrganizationDeletion", new { organizationId = Team.Id, confirmName = Team.Name });
        var before = await Team.VersionAsync();

        var again = await Owner.MutateAsync("requestOrganizationDeletion", new { organizationId = Team.Id, confirmName = Team.Name }, Request);

        Assert.Equal(["ConflictError input"], again.Errors);
        Assert.Equal(JsonValueKind.Null, again["organization"].ValueKind);
        Assert.Equal(before, await Team.VersionAsync());
    }

    [Fact]
    public async Task Refused_when_the_caller_is_no_owner_or_a_key()
    {
        var (manager, key) = (await Team.JoinWithAsync("MANAGE_ACCESS", "ORGANIZATION"), await Team.KeyAsync(Team.Owner));
        var input = new { organizationId = Team.Id, confirmName = Team.Name };

        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await manager.Client.SendMutationAsync("requestOrganizationDeletion", input)).Codes);
        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("requestOrganizationDeletion", input)).Codes);
        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("cancelOrganizationDeletion", new { organizationId = Team.Id })).Codes);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() =>
        await WrongInput.OrganizationIdAsync(Team, "requestOrganizationDeletion", organizationId => new { organizationId, confirmName = Team.Name });
}
