using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrgGraph.Server.Authentication.Issuers;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary><c>POST /demo/token</c> over real HTTP: who gets a token, and what those who do not are told.</summary>
public sealed class DemoTokenEndpointTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("orggraph-demo-");
    private HttpClient _client = null!;
    private WebApplication _app = null!;
    private IPAddress? _peer;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddPersonTokens([], isDevelopment: true, _folder.FullName);
        _app = builder.Build();
        _app.Use((context, next) =>
        {
            context.Connection.RemoteIpAddress = _peer ?? context.Connection.RemoteIpAddress;
            return next(context);
        });
        _app.MapDemoToken();
        await _app.StartAsync();
        _client = ClientOf(_app);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Token_and_no_store_when_email_is_given()
    {
        using var response = await _client.PostAsJsonAsync("/demo/token", new { email = "olivia@acme.test" });

        Assert.Equal((HttpStatusCode.OK, "no-store"), (response.StatusCode, response.Headers.CacheControl?.ToString()));
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(["accessToken", "expiresIn"], body.EnumerateObject().Select(property => property.Name));
        Assert.Equal(3600, body.GetProperty("expiresIn").GetInt32());
        var verifier = _app.Services.GetRequiredService<PersonTokenVerifier>();
        Assert.IsType<PersonTokenOutcome.Accepted>(await verifier.VerifyAsync(body.GetProperty("accessToken").GetString()!, CancellationToken.None));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3600)]
    public async Task Token_when_life_is_at_its_limit(int expiresIn)
    {
        using var response = await _client.PostAsJsonAsync("/demo/token", new { email = "anybody@new.test", expiresIn });

        Assert.Equal(expiresIn, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("expiresIn").GetInt32());
    }

    [Theory]
    [InlineData("", "valid JSON")]
    [InlineData("{", "valid JSON")]
    [InlineData("{\"email\":\"a@b.test\",\"email\":\"c@b.test\"}", "valid JSON")]
    [InlineData("[]", "object")]
    [InlineData("null", "object")]
    [InlineData("\"olivia@acme.test\"", "object")]
    [InlineData("{}", "email")]
    [InlineData("{\"email\":null}", "email")]
    [InlineData("{\"email\":1}", "email")]
    [InlineData("{\"email\":[\"olivia@acme.test\"]}", "email")]
    [InlineData("{\"email\":\"\"}", "email")]
    [InlineData("{\"email\":\"olivia\"}", "email")]
    [InlineData("{\"email\":\"@acme.test\"}", "email")]
    [InlineData("{\"email\":\"olivia@\"}", "email")]
    [InlineData("{\"email\":\"olivia@acme..test\"}", "email")]
    [InlineData("{\"email\":\"olivia@acme@test\"}", "email")]
    [InlineData("{\"email\":\"oli via@acme.test\"}", "email")]
    [InlineData("{\"email\":\"Olivia <olivia@acme.test>\"}", "email")]
    [InlineData("{\"email\":\"oli\\nvia@acme.test\"}", "email")]
    [InlineData("{\"email\":\"\\ud800@acme.test\"}", "email")]
    [InlineData("{\"email\":\"olivia@acme.test\",\"expiresIn\":0}", "expiresIn")]
    [InlineData("{\"email\":\"olivia@acme.test\",\"expiresIn\":3601}", "expiresIn")]
    [InlineData("{\"email\":\"olivia@acme.test\",\"expiresIn\":-1}", "expiresIn")]
    [InlineData("{\"email\":\"olivia@acme.test\",\"expiresIn\":1.5}", "expiresIn")]
    [InlineData("{\"email\":\"olivia@acme.test\",\"expiresIn\":\"60\"}", "expiresIn")]
    [InlineData("{\"email\":\"olivia@acme.test\",\"expiresIn\":null}", "expiresIn")]
    [InlineData("{\"email\":\"olivia@acme.test\",\"expiresIn\":1e99}", "expiresIn")]
    public async Task Bad_request_that_says_what_to_do_when_body_is_wrong(string body, string hint) =>
        await AssertBadRequest(new StringContent(body, Encoding.UTF8, "application/json"), hint);

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/jsonp")]
    public async Task Bad_request_when_media_type_is_unknown(string type) =>
        await AssertBadRequest(new StringContent("{\"email\":\"olivia@acme.test\"}", Encoding.UTF8, type), "Content-Type: application/json");

    [Fact]
    public async Task Bad_request_when_media_type_is_missing() => await AssertBadRequest(new ByteArrayContent("{}"u8.ToArray()), "Content-Type");

    [Fact]
    public async Task Bad_request_when_body_is_longer_than_4_KiB()
    {
        const string Body = "{\"email\":\"olivia@acme.test\"}";
        using var longest = await _client.PostAsync("/demo/token", new StringContent(Body.PadRight(4096), Encoding.UTF8, "application/json"));

        Assert.Equal(HttpStatusCode.OK, longest.StatusCode);
        await AssertBadRequest(new StringContent(Body.PadRight(4097), Encoding.UTF8, "application/json"), "4 KiB");
    }

    [Theory]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("x-forwarded-proto", "https")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("X-Original-For", "127.0.0.1:1234")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "https://evil.test")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "file://")]
    public async Task Not_found_when_request_comes_by_a_proxy_or_a_foreign_page(string header, string value) =>
        Assert.Equal(HttpStatusCode.NotFound, await StatusWith(header, value));

    [Fact]
    public async Task Not_found_when_a_foreign_name_resolves_to_this_machine()
    {
        using var request = Request();
        request.Headers.Host = "evil.test";
        request.Headers.Add("Origin", "http://evil.test");
        using var response = await _client.SendAsync(request);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Theory]
    [InlineData("10.0.0.1", HttpStatusCode.NotFound)]
    [InlineData("::ffff:10.0.0.1", HttpStatusCode.NotFound)]
    [InlineData("::1", HttpStatusCode.OK)]
    [InlineData("::ffff:127.0.0.1", HttpStatusCode.OK)]
    public async Task Not_found_when_peer_is_not_loopback(string peer, HttpStatusCode status)
    {
        _peer = IPAddress.Parse(peer);
        using var response = await _client.SendAsync(Request());

        Assert.Equal(status, response.StatusCode);
    }

    [Fact]
    public async Task Token_when_origin_is_the_servers_own() => Assert.Equal(HttpStatusCode.OK, await StatusWith("Origin", _app.Urls.Single()));

    private static HttpClient ClientOf(WebApplication app) =>
        new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.Single()) };

    private static HttpRequestMessage Request() => new(HttpMethod.Post, "/demo/token") { Content = JsonContent.Create(new { email = "olivia@acme.test" }) };

    private async Task<HttpStatusCode> StatusWith(string header, string value)
    {
        using var request = Request();
        request.Headers.TryAddWithoutValidation(header, value);
        using var response = await _client.SendAsync(request);
        return response.StatusCode;
    }

    private async Task AssertBadRequest(HttpContent content, string hint)
    {
        using var response = await _client.PostAsync("/demo/token", content);

        Assert.Equal((HttpStatusCode.BadRequest, "no-store"), (response.StatusCode, response.Headers.CacheControl?.ToString()));
        Assert.Contains(hint, (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString(), StringComparison.Ordinal);
    }
}
