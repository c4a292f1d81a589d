using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Organizations;

[Collection("Organizations")]
public sealed class CancelOrganizationDeletionTests(SharedServer server) : TeamTest(server)
{
    [Fact]
    public async Task Request_is_gone_when_cancelled()
    {
        await Owner.MutateAsync("requestOrganizationDeletion", new { organizationId = Team.Id, confirmName = Team.Name });
        await using var heard = await Team.WatchAsync(Owner, "organizationChanged");

        var cancelled = await Owner.MutateAsync("cancelOrganizationDeletion", new { organizationId = Team.Id }, "organization { deletionRequest { dueAt } }");
        var again = await Owner.MutateAsync("cancelOrganizationDeletion", new { organizationId = Team.Id }, "organization { id }");

        Assert.Empty(cancelled.Errors);
        Assert.Equal(JsonValueKind.Null, cancelled["organization", "deletionRequest"].ValueKind);
        Assert.Equal(cancelled.Version, (await heard.NextEventAsync("OrganizationDeletionCancelled")).GetProperty("version").GetInt32());
        Assert.Equal(["NotFoundError input"], again.Errors);
        Assert.Null(again.Version);
        Assert.Equal(JsonValueKind.Null, again["organization"].ValueKind);
    }

    [Fact]
    public async Task Refused_when_the_id_is_wrong() => await WrongInput.OrganizationIdAsync(Team, "cancelOrganizationDeletion", organizationId => new { organizationId });
}
