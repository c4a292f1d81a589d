using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>A server that knows the two issuers of the scene, and no other.</summary>
public sealed class IssuerServer : IAsyncLifetime
{
    public IssuerScene Scene { get; } = new();

    public OrgGraphApp App { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await Scene.InitializeAsync();
        App = await OrgGraphApp.StartAsync(
        [
            ("OrgGraph:Demo", "false"),
            ("OrgGraph:Authentication:Issuers:0:Authority", Scene.Main.Authority),
            ("OrgGraph:Authentication:Issuers:0:Audience", "orggraph-test"),
            ("OrgGraph:Authentication:Issuers:0:TrustsEmail", "true"),
            ("OrgGraph:Authentication:Issuers:1:Authority", Scene.Other.Authority),
            ("OrgGraph:Authentication:Issuers:1:Audience", "orggraph-test"),
        ],
        clock: Scene.Time);
    }

    public async Task DisposeAsync()
    {
        await App.DisposeAsync();
        await Scene.DisposeAsync();
    }
}

/// <summary>The forged tokens once more, from outside: over HTTP, as a stream, and on a socket. One refusal to all of them.</summary>
public sealed class ForgedTokensByRouteTests(IssuerServer server) : IClassFixture<IssuerServer>
{
    private const string Query = "{ viewer { credential { kind } } }";

    // On the way a blank beside the token belongs to the header and not to the token.
    public static TheoryData<string> Forgeries => [.. ForgedTokens.All.Keys.Except(["a space before it", "a line break behind it"])];

    private OrgGraphApp App => server.App;

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task Refused_on_every_route_when_token_is_forged_or_wrong(string forgery)
    {
        await AssertGoodAsync();
        var token = ForgedTokens.All[forgery](server.Scene);

        foreach (var accept in new[] { "application/json", "application/graphql-response+json", "text/event-stream" })
        {
            var (status, challenge, text) = await AskAsync(token, accept);
            Assert.Equal((forgery, accept, HttpStatusCode.Unauthorized, "Bearer error=\"invalid_token\""), (forgery, accept, status, challenge));
            Assert.Equal((await AskAsync("unknown", accept)).Text, text);
        }

        await using (var socket = await TokenSocket.OpenAsync(App, token))
        {
            Assert.Equal((forgery, 4403), (forgery, await socket.ClosedAsync()));
        }

        Assert.DoesNotContain(App.Logs.Lines, line => token.Length > 20 && line.Contains(token, StringComparison.Ordinal));
        await AssertGoodAsync();
    }

    private async Task AssertGoodAsync()
    {
        var token = server.Scene.Token().Sign();
        foreach (var accept in new[] { "application/json", "text/event-stream" })
        {
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(token, accept)).Status);
        }

        await using var socket = await TokenSocket.OpenAsync(App, token);
        Assert.Equal("connection_ack", (await socket.ReceiveAsync())!.Value.GetProperty("type").GetString());
    }

    private async Task<(HttpStatusCode Status, string Challenge, string Text)> AskAsync(string token, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = new StringContent(JsonSerializer.Serialize(new { query = Query }), Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
        using var answer = await App.Http.SendAsync(request);
        return (answer.StatusCode, string.Join(", ", answer.Headers.WwwAuthenticate), await answer.Content.ReadAsStringAsync());
    }
}
