using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

/// <summary>A test of invitations on the class's shared server.</summary>
public abstract class InvitationTest(SharedOrgGraph shared) : IClassFixture<SharedOrgGraph>
{
    protected const string Results = "results { email outcome message invitation { id email status delivery } } invitationEdges { cursor node { id } }";

    protected OrgGraphApp App { get; } = shared.App;

    protected async Task<Payload> InviteAsync(Client client, string[] emails, string group = "Viewers", bool sendEmails = true) =>
        await client.MutateAsync("inviteMembers", new { organizationId = App.Acme, emails, groupIds = new[] { await App.GroupIdAsync(group) }, sendEmails }, Results);

    protected static string[] Outcomes(Payload invited) =>
        [.. invited["results"].EnumerateArray().Select(one => $"{one.GetProperty("email").GetString()} {one.GetProperty("outcome").GetString()}")];

    protected static string? Status(System.Text.Json.JsonElement invitation) => invitation.GetProperty("status").GetString();
}
