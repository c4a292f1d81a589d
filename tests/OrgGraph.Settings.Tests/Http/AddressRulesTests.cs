using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using OrgGraph.Settings.Tests.Testing;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>One server for tests that leave nothing behind.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    public OrgGraphApp App { get; private set; } = null!;

    public async Task InitializeAsync() => App = await OrgGraphApp.StartAsync([("OrgGraph:AllowedHosts", "settings.acme.test"), ("OrgGraph:AllowedOrigins", "https://app.acme.test")]);

    public async Task DisposeAsync() => await App.DisposeAsync();
}

/// <summary>Who this server answers, and what every answer carries.</summary>
public sealed class AddressRulesTests(SharedServer server) : IClassFixture<SharedServer>
{
    private OrgGraphApp App => server.App;

    [Theory]
    [InlineData("evil.test", 400)]
    [InlineData("127.0.0.1.evil.test", 400)]
    [InlineData("settings.acme.test", 200)]
    [InlineData("SETTINGS.acme.test:80", 200)]
    [InlineData("localhost", 200)]
    [InlineData("[::1]", 200)]
    public async Task Status_depends_on_the_host(string host, int status)
    {
        using var request = Query();
        request.Headers.Host = host;

        using var answer = await App.Http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("https://evil.test", 403)]
    [InlineData("null", 403)]
    [InlineData("https://app.acme.test.evil.test", 403)]
    [InlineData("http://app.acme.test", 403)]
    [InlineData("https://app.acme.test", 200)]
    [InlineData("own", 200)]
    public async Task Status_depends_on_the_origin(string origin, int status)
    {
        using var request = Query();
        request.Headers.Add("Origin", origin == "own" ? App.Address.GetLeftPart(UriPartial.Authority) : origin);

        using var answer = await App.Http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("Origin", "https://evil.test", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "https://app.acme.test.evil.test", 403)]
    [InlineData("Origin", "https://app.acme.test", 101)]
    [InlineData("Origin", "own", 101)]
    [InlineData("Accept", "*/*", 101)]
    public async Task Socket_depends_on_the_origin(string header, string value, int status)
    {
        var line = $"{header}: {(value == "own" ? App.Address.GetLeftPart(UriPartial.Authority) : value)}";

        using var socket = await RawSocket.ConnectAsync(new Uri(App.Address, "/graphql"), headers: line);

        Assert.Equal(status, socket.Status);
    }

    [Theory]
    [InlineData("Origin", "https://evil.test", 403)]
    [InlineData("Origin", "null", 403)]
    [InlineData("Origin", "https://app.acme.test", 200)]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 200)]
    public async Task Stream_depends_on_origin_and_site(string header, string value, int status)
    {
        using var request = Query("GET", "/graphql?query=%7B__typename%7D", "text/event-stream");
        request.Headers.Add(header, value);

        using var answer = await App.Http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("POST", "/graphql", "application/json", 200)]
    [InlineData("GET", "/graphql?query=%7B__typename%7D", "application/json", 200)]
    [InlineData("GET", "/graphql?query=%7B", "application/graphql-response+json", 400)]
    [InlineData("GET", "/graphql?sdl", "*/*", 200)]
    [InlineData("GET", "/health/live", "*/*", 200)]
    [InlineData("GET", "/health/ready", "*/*", 200)]
    [InlineData("GET", "/nothing", "*/*", 404)]
    [InlineData("GET", "/graphql", "text/html", 404)]
    [InlineData("POST", "/demo/token", "*/*", 400)]
    public async Task Answer_carries_trace_id_and_security_headers(string method, string address, string accept, int status)
    {
        using var request = Query(method, address, accept);

        using var answer = await App.Http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Matches("^[0-9a-f]{32}$", Assert.Single(answer.Headers.GetValues("OrgGraph-Trace-Id")));
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(answer.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Trace_id_differs_when_requests_do()
    {
        using var first = await App.Http.SendAsync(Query());
        using var second = await App.Http.SendAsync(Query());

        Assert.NotEqual(first.Headers.GetValues("OrgGraph-Trace-Id"), second.Headers.GetValues("OrgGraph-Trace-Id"));
    }

    [Theory]
    [InlineData("POST", "/graphql", "application/json")]
    [InlineData("GET", "/graphql?sdl", "*/*")]
    [InlineData("GET", "/health/ready", "*/*")]
    public async Task Answer_is_never_stored(string method, string address, string accept)
    {
        using var answer = await App.Http.SendAsync(Query(method, address, accept));

        Assert.True(answer.Headers.CacheControl?.NoStore, $"Cache-Control: {answer.Headers.CacheControl}");
    }

    [Theory]
    [InlineData("/health/live", "{\"status\":\"healthy\",\"checks\":{}}")]
    [InlineData("/health/ready", "{\"status\":\"healthy\",\"checks\":{\"database\":\"healthy\",\"keyRing\":\"healthy\"}}")]
    public async Task Server_is_healthy(string address, string body)
    {
        using var answer = await App.Http.GetAsync(address);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Refused_when_a_page_of_another_site_asks_by_get()
    {
        using var request = Query("GET", "/graphql?query=%7B__typename%7D", "application/json");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");

        using var answer = await App.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    private static HttpRequestMessage Query(string method = "POST", string address = "/graphql", string accept = "application/json")
    {
        var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        if (method == "POST")
        {
            request.Content = new StringContent(JsonSerializer.Serialize(new { query = "{ __typename }" }), Encoding.UTF8, "application/json");
        }

        return request;
    }
}
