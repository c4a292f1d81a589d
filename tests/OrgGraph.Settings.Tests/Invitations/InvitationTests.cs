using System.Net.Http.Headers;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

/// <summary>What the join page asks before anybody signs in.</summary>
public sealed class InvitationTests(SharedOrgGraph shared) : InvitationTest(shared)
{
    private const string Preview = "query($token: String!) { invitation(token: $token) { organizationName email invitedBy groupNames status expiresAt } }";

    [Fact]
    public async Task Shown_to_anybody_who_holds_the_token()
    {
        var olivia = await App.OliviaAsync();
        await olivia.InviteAsync("pat@preview.test", "Engineers");
        var token = await App.TokenOfAsync("pat@preview.test");

        var shown = (await App.Anonymous.QueryAsync(Preview, new { token })).GetProperty("invitation");

        Assert.Equal(("Acme", "pat@preview.test", "Olivia", "PENDING"), (Text("organizationName"), Text("email"), Text("invitedBy"), Text("status")));
        Assert.Equal("Engineers", shown.GetProperty("groupNames")[0].GetString());
        string Text(string name) => shown.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task Null_when_the_token_is_unknown_or_void()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("void@preview.test");
        var token = await App.TokenOfAsync("void@preview.test");
        await olivia.MutateAsync("revokeInvitation", new { invitationId = id });

        foreach (var one in new[] { token, new string('x', 43), "", "short", new string('x', 10_000) })
        {
            Assert.Equal(System.Text.Json.JsonValueKind.Null, (await App.Anonymous.QueryAsync(Preview, new { token = one })).GetProperty("invitation").ValueKind);
        }
    }

    [Theory]
    [InlineData("{ invitation(token: \"x\") { status } }")]
    [InlineData("{ ...f } fragment f on Query { a: invitation(token: \"x\") { status } }")]
    public async Task Not_by_get(string query)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/graphql?query=" + Uri.EscapeDataString(query));
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        using var response = await App.Http.SendAsync(request);

        Assert.Equal(405, (int)response.StatusCode);
        Assert.Equal("POST", response.Content.Headers.Allow.Single());
    }

    [Fact]
    public async Task Nowhere_else_does_a_token_show()
    {
        var olivia = await App.OliviaAsync();
        await olivia.InviteAsync("hidden@preview.test");
        var token = await App.TokenOfAsync("hidden@preview.test");

        Assert.DoesNotContain(App.Logs.Lines, line => line.Contains(token, StringComparison.Ordinal));
    }
}
