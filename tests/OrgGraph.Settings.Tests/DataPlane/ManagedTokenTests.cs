using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.DataPlane;

/// <summary>The managed account is the server's: by hand its token can only be revoked or refreshed.</summary>
[Collection("DataPlane")]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "IAsyncLifetime disposes of it.")]
public sealed class ManagedTokenTests(SharedServer server) : TeamTest(server)
{
    private readonly PlayedDataPlane _plane = new();

    private (string Account, string Token) _managed;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Team.DeliveredAsync(_plane);
        var token = (await Team.DataPlaneAsync()).GetProperty("serviceToken");
        _managed = (token.GetProperty("serviceAccount").GetProperty("id").GetString()!, token.GetProperty("id").GetString()!);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        await _plane.DisposeAsync();
    }

    [Fact]
    public async Task Refused_when_somebody_changes_it_by_hand()
    {
        var before = await Team.VersionAsync();
        (string Mutation, object Input)[] all =
        [
            ("updateServiceAccount", new { serviceAccountId = _managed.Account, name = "Mine" }),
            ("deleteServiceAccount", new { serviceAccountId = _managed.Account }),
            ("createServiceToken", new { serviceAccountId = _managed.Account, name = "Another" }),
            ("updateServiceToken", new { serviceTokenId = _managed.Token, name = "Mine" }),
            ("rotateServiceToken", new { serviceTokenId = _managed.Token }),
            ("updateGrants", new { organizationId = Team.Id, add = new[] { new { granteeId = _managed.Account, permission = "UPDATE", resource = new { type = "ORGANIZATION" } } } }),
            ("addGroupMembers", new { permissionGroupId = Team.Owners, principalIds = new[] { _managed.Account } }),
        ];

        foreach (var (mutation, input) in all)
        {
            var refused = await Owner.MutateAsync(mutation, input);
            Assert.StartsWith("ManagedError ", Assert.Single(refused.Errors), StringComparison.Ordinal);
        }

        Assert.Equal(before, await Team.VersionAsync());
        Assert.True(await App.LetsInAsync(_plane.Tokens[0]));
    }

    [Fact]
    public async Task None_is_left_when_it_is_revoked_by_hand_and_a_refresh_makes_it_anew()
    {
        await using var heard = await Team.WatchAsync(Owner, "dataPlaneChanged", "... on DataPlaneTokenChanged { dataPlane { tokenDelivery serviceToken { id } } }");

        Assert.Empty((await Owner.MutateAsync("revokeServiceToken", new { serviceTokenId = _managed.Token })).Errors);

        var told = (await heard.NextEventAsync("DataPlaneTokenChanged")).GetProperty("dataPlane");
        Assert.Equal(("NONE", JsonValueKind.Null), (told.GetProperty("tokenDelivery").GetString(), told.GetProperty("serviceToken").ValueKind));
        Assert.False(await App.LetsInAsync(_plane.Tokens[0]));
        Assert.Null((await Team.SaveAsync(new { apiUrl = _plane.Address })).Version);

        Assert.Empty((await RefreshAsync(Owner, false)).Errors);
        await Team.EventuallyAsync("DELIVERED");
        Assert.Equal((2, (1, 1)), (_plane.Tokens.Count, await Team.ManagedAsync()));
        Assert.True(await App.LetsInAsync(_plane.Tokens[1]));
    }

    [Fact]
    public async Task Replaced_at_once_when_refreshed()
    {
        await using var heard = await Team.WatchAsync(Owner, "serviceAccountsChanged", "... on ServiceTokenRotated { previousServiceTokenId }");

        var refreshed = await RefreshAsync(Owner, false);

        Assert.Empty(refreshed.Errors);
        Assert.Equal(("PENDING", JsonValueKind.Null), (refreshed.Text("organization", "dataPlane", "tokenDelivery"), refreshed["secret"].ValueKind));
        Assert.Equal(_managed.Token, (await heard.NextEventAsync("ServiceTokenRotated")).GetProperty("previousServiceTokenId").GetString());
        Assert.False(await App.LetsInAsync(_plane.Tokens[0]));
        await Team.EventuallyAsync("DELIVERED");
        Assert.Equal((2, (1, 1), true), (_plane.Tokens.Count, await Team.ManagedAsync(), await App.LetsInAsync(_plane.Kept.Single().Value)));
    }

    [Fact]
    public async Task Shown_and_not_delivered_when_it_is_to_be_installed_by_hand()
    {
        var refreshed = await RefreshAsync(Owner, true);

        Assert.Empty(refreshed.Errors);
        Assert.Equal("MANUAL", refreshed.Text("organization", "dataPlane", "tokenDelivery"));
        await App.DoDueWorkAsync();
        Assert.Equal((2, 1), (_plane.Heard.Count, _plane.Tokens.Count));
        Assert.Equal(("MANUAL", """["DATA_RETENTION"]"""), (await Team.DeliveryAsync(), (await Team.DataPlaneAsync()).GetProperty("capabilities").GetRawText()));
        Assert.True(await App.LetsInAsync(refreshed.Text("secret")));
        Assert.False(await App.LetsInAsync(_plane.Tokens[0]));
        Assert.Equal((1, 1), await Team.ManagedAsync());
    }

    [Fact]
    public async Task Shown_to_people_only()
    {
        var program = (await Team.AccountAsync("Robot owner", [Team.Owners])).Client;
        var before = await Team.VersionAsync();

        var refused = await program.SendMutationAsync("refreshDataPlaneToken", new { organizationId = Team.Id, reveal = true }, "secret");

        Assert.Equal(["AUTH_SESSION_REQUIRED"], refused.Codes);
        Assert.Equal((before, true), (await Team.VersionAsync(), await App.LetsInAsync(_plane.Tokens[0])));
        Assert.Empty((await RefreshAsync(program, false)).Errors);
        await Eventually.TrueAsync(async () =>
            (await Team.QueryAsync("auditLog(first: 100, where: { action: \"refreshDataPlaneToken\" }) { nodes { outcome } }")).GetProperty("auditLog").GetProperty("nodes").GetRawText().Contains("DENIED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Not_found_when_there_is_no_address()
    {
        await Team.SaveAsync(new { apiUrl = (string?)null });

        Assert.Equal(["NotFoundError input"], (await RefreshAsync(Owner, false)).Errors);
        Assert.Equal(["NotFoundError input"], (await RefreshAsync(Owner, true)).Errors);
    }

    [Fact]
    public async Task Everything_about_it_is_hidden_from_who_is_no_owner()
    {
        var vera = await Team.JoinAsync(Team.Viewers);

        var seen = await vera.Client.SendAsync("query($id: ID!) { organization(id: $id) { dataPlane { apiUrl tokenDelivery serviceToken { id } } serviceAccounts { totalCount } } }", new { id = Team.Id });

        Assert.Equal(["AUTH_NOT_AUTHORIZED", "AUTH_NOT_AUTHORIZED"], seen.Codes);
        var plane = seen.Data.GetProperty("organization").GetProperty("dataPlane");
        Assert.Equal((_plane.Address, JsonValueKind.Null), (plane.GetProperty("apiUrl").GetString(), plane.GetProperty("serviceToken").ValueKind));
    }

    private Task<Payload> RefreshAsync(Client client, bool reveal) =>
        client.MutateAsync("refreshDataPlaneToken", new { organizationId = Team.Id, reveal }, "secret organization { dataPlane { tokenDelivery } }");
}
