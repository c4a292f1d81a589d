using System.Buffers.Text;
using System.Text;
using System.Web;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

public sealed class ConnectSlackTests : SlackTest
{
    [Fact]
    public async Task Address_of_consent_is_given_and_the_attempt_is_told()
    {
        Assert.Equal("null", (await Team.QueryAsync("slack { id }")).GetProperty("slack").GetRawText());
        await using var heard = await Team.WatchAsync(Owner, "integrationsChanged", "... on SlackConnecting { slack { status } }");

        var begun = await Owner.MutateAsync("connectSlack", new { organizationId = Team.Id }, $"authorizeUrl {Shown}");

        Assert.Empty(begun.Errors);
        var query = HttpUtility.ParseQueryString(new Uri(begun.Text("authorizeUrl")).Query);
        Assert.Equal(App.Address + "integrations/slack/callback", query["redirect_uri"]);
        Assert.Matches("^[0-9A-Za-z]{43}$", query["state"]);
        Assert.Equal("CONNECTING", begun.Text("slack", "status"));
        var told = await heard.NextEventAsync("SlackConnecting");
        Assert.Equal((begun.Version, "CONNECTING"), (told.GetProperty("version").GetInt32(), told.GetProperty("slack").GetProperty("status").GetString()));
        var integrations = (await Team.QueryAsync("integrations { __typename id kind status }")).GetProperty("integrations");
        Assert.Equal(("SLACK", "CONNECTING"), (integrations[0].GetProperty("kind").GetString(), integrations[0].GetProperty("status").GetString()));
        Assert.Equal("CONNECTING", (await Team.NodeAsync(integrations[0].GetProperty("id").GetString()!, "... on SlackIntegration { status }")).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Attempt_ends_after_ten_minutes_as_an_event()
    {
        await Owner.MutateAsync("connectSlack", new { organizationId = Team.Id });
        var cursor = await CursorAsync();

        await App.PassAsync(TimeSpan.FromMinutes(9));
        Assert.Equal("CONNECTING", await StatusAsync());
        await App.PassAsync(TimeSpan.FromMinutes(1));

        Assert.Equal("DISCONNECTED", await StatusAsync());
        Assert.Equal(["SlackDisconnected Slack OrgGraph"], await HeardAsync(cursor));
    }

    [Fact]
    public async Task What_is_connected_stays_so_while_somebody_begins_anew()
    {
        await ConnectAsync();

        await Owner.MutateAsync("connectSlack", new { organizationId = Team.Id });
        Assert.Equal("CONNECTED", await StatusAsync());
        await App.PassAsync(TimeSpan.FromMinutes(11));

        Assert.Equal("CONNECTED", await StatusAsync());
    }

    [Theory]
    [InlineData("/settings/integrations?tab=slack#top")]
    [InlineData("{0}settings/integrations?tab=slack#top")]
    public async Task Return_address_travels_with_the_state_when_it_is_of_this_server(string returnUrl)
    {
        var begun = await Owner.MutateAsync("connectSlack", new { organizationId = Team.Id, returnUrl = returnUrl.Replace("{0}", App.Address.ToString(), StringComparison.Ordinal) }, "authorizeUrl");

        var (code, state) = Slack.Consent(begun.Text("authorizeUrl"));
        Assert.Equal("/settings/integrations?tab=slack#top", Encoding.UTF8.GetString(Base64Url.DecodeFromChars(state.Split('.')[1])));
        Assert.Empty((await Owner.MutateAsync("completeSlackConnection", new { organizationId = Team.Id, code, state })).Errors);
    }

    [Theory]
    [InlineData("https://evil.test/settings")]
    [InlineData("//evil.test/")]
    [InlineData("/\\evil.test/")]
    [InlineData("\\\\evil.test")]
    [InlineData("javascript:alert(1)")]
    [InlineData("data:text/html,x")]
    [InlineData("http://user@127.0.0.1/")]
    [InlineData("http://127.0.0.1:1/")]
    [InlineData("https://127.0.0.1/")]
    [InlineData("/a b")]
    [InlineData("/a\nb")]
    [InlineData("")]
    public async Task Refused_when_the_return_address_is_elsewhere(string returnUrl)
    {
        var begun = await Owner.MutateAsync("connectSlack", new { organizationId = Team.Id, returnUrl }, "authorizeUrl");

        Assert.Equal(["ValidationError input.returnUrl"], begun.Errors);
        Assert.Equal("null", begun["authorizeUrl"].GetRawText());
        Assert.Equal("null", (await Team.QueryAsync("slack { id }")).GetProperty("slack").GetRawText());
    }

    [Fact]
    public async Task Refused_for_keys_and_for_who_may_not_manage_settings()
    {
        var key = await Team.KeyAsync(Team.Owner);
        var viewer = await Team.JoinAsync(Team.Viewers);

        Assert.Equal(["AUTH_SESSION_REQUIRED"], (await key.SendMutationAsync("connectSlack", new { organizationId = Team.Id })).Codes);
        Assert.Equal(["AUTH_NOT_AUTHORIZED"], (await viewer.Client.SendMutationAsync("connectSlack", new { organizationId = Team.Id })).Codes);
        await WrongInput.OrganizationIdAsync(Team, "connectSlack", organizationId => new { organizationId });
    }
}

/// <summary>A server without a Slack app.</summary>
public sealed class NoSlackAppTests : OrgGraphTest
{
    [Fact]
    public async Task Refused_with_what_an_operator_must_set()
    {
        var team = await Team.FoundAsync(App);

        var begun = await team.Owner.Client.MutateAsync("connectSlack", new { organizationId = team.Id });

        Assert.Equal(["UpstreamError input"], begun.Errors);
        Assert.Contains("OrgGraph__Slack__ClientId", begun["errors"][0].GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
