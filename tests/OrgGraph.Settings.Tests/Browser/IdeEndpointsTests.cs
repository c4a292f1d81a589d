using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using OrgGraph.Server.Ide;

namespace OrgGraph.Settings.Tests.Browser;

public sealed class IdeEndpointsTests : IDisposable
{
    private const string Browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

    private readonly DirectoryInfo _content = Directory.CreateTempSubdirectory("orggraph-ide-");

    public IdeEndpointsTests()
    {
        DirectoryInfo bundle = _content.CreateSubdirectory("wwwroot/graphql");
        File.WriteAllText(Path.Combine(bundle.FullName, "index.html"), "<title>IDE</title>");
        File.WriteAllText(Path.Combine(bundle.FullName, "manifest.webmanifest"), "{}");
        File.WriteAllText(Path.Combine(bundle.FullName, "LICENSE"), "terms");
        File.WriteAllText(Path.Combine(bundle.CreateSubdirectory("static").FullName, "main.0349187e.js"), "1");
    }

    public void Dispose() => _content.Delete(recursive: true);

    [Theory]
    [InlineData("GET", "/graphql", Browser, 307)]
    [InlineData("HEAD", "/graphql", Browser, 307)]
    [InlineData("GET", "/GraphQL", "text/html", 307)]
    [InlineData("GET", "/graphql/", Browser, 200)]
    [InlineData("GET", "/graphql/index.html", "*/*", 200)]
    [InlineData("GET", "/graphql/nothing.js", "*/*", 404)]
    [InlineData("GET", "/graphql/..%2f..%2fsecret", "*/*", 404)]
    [InlineData("GET", "/graphql", "*/*", 418)]
    [InlineData("GET", "/graphql", "application/json", 418)]
    [InlineData("GET", "/graphql", "text/html;q=0, application/json", 418)]
    [InlineData("GET", "/graphql", "text/event-stream", 418)]
    [InlineData("GET", "/graphql", "garbled;;,,", 418)]
    [InlineData("GET", "/graphql?query={viewer{id}}", Browser, 418)]
    [InlineData("GET", "/graphql?sdl", Browser, 418)]
    [InlineData("POST", "/graphql", Browser, 418)]
    [InlineData("POST", "/graphql/", Browser, 418)]
    [InlineData("GET", "/graphqlx", Browser, 418)]
    public async Task Browsers_get_the_ide_and_clients_the_api(string method, string address, string accept, int status)
    {
        await using WebApplication app = await StartAsync(isOn: true);
        using HttpResponseMessage answer = await SendAsync(app, method, address, accept);
        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 307)
        {
            Assert.Equal("/graphql/", answer.Headers.Location!.OriginalString);
            Assert.True(answer.Headers.CacheControl!.NoStore);
        }
    }

    [Theory]
    [InlineData("/graphql")]
    [InlineData("/graphql/")]
    [InlineData("/graphql/index.html")]
    [InlineData("/graphql/bcp-config.json")]
    public async Task Is_not_found_when_switched_off(string address)
    {
        await using WebApplication app = await StartAsync(isOn: false);
        using HttpResponseMessage answer = await SendAsync(app, "GET", address, Browser);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Says_so_when_the_bundle_was_not_built()
    {
        // The other place that is looked at, beside the assembly, holds a bundle in a published server only.
        Directory.Delete(Path.Combine(_content.FullName, "wwwroot", "graphql"), recursive: true);
        await using WebApplication app = await StartAsync(isOn: true);
        using HttpResponseMessage answer = await SendAsync(app, "GET", "/graphql", Browser);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Node", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using HttpResponseMessage api = await SendAsync(app, "POST", "/graphql", "application/json");
        Assert.Equal(418, (int)api.StatusCode);
    }

    [Theory]
    [InlineData("/graphql/", "text/html", "no-cache")]
    [InlineData("/graphql/manifest.webmanifest", "application/manifest+json", "no-cache")]
    [InlineData("/graphql/LICENSE", "text/plain", "no-cache")]
    [InlineData("/graphql/static/main.0349187e.js", "text/javascript", "public, max-age=31536000, immutable")]
    public async Task Files_have_their_type_and_the_relaxed_policy(string address, string type, string caching)
    {
        await using WebApplication app = await StartAsync(isOn: true);
        using HttpResponseMessage answer = await SendAsync(app, "GET", address, Browser);
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(caching, string.Join(", ", answer.Headers.GetValues("Cache-Control")));
        Assert.Contains("'unsafe-eval'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Api_keeps_the_strict_policy()
    {
        await using WebApplication app = await StartAsync(isOn: true);
        using HttpResponseMessage answer = await SendAsync(app, "POST", "/graphql", "application/json");
        Assert.Equal("default-src 'none'", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
    }

    [Fact]
    public async Task Configuration_speaks_to_this_server_alone()
    {
        await using WebApplication app = await StartAsync(isOn: true);
        using HttpResponseMessage answer = await SendAsync(app, "GET", "/graphql/bcp-config.json", "*/*");
        using JsonDocument configuration = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(
            ["title", "useBrowserUrlAsEndpoint", "disableTelemetry", "graphQLDocument"],
            configuration.RootElement.EnumerateObject().Select(option => option.Name));
        Assert.True(configuration.RootElement.GetProperty("disableTelemetry").GetBoolean());
        Assert.Equal("{ viewer { id } } # \"first\"", configuration.RootElement.GetProperty("graphQLDocument").GetString());
    }

    private static Task<HttpResponseMessage> SendAsync(WebApplication app, string method, string address, string accept)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), address);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        return app.GetTestClient().SendAsync(request);
    }

    private async Task<WebApplication> StartAsync(bool isOn)
    {
        WebApplicationBuilder builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = _content.FullName });
        builder.WebHost.UseTestServer();
        WebApplication app = builder.Build();
        app.Use((context, next) =>
        {
            context.Response.Headers.ContentSecurityPolicy = "default-src 'none'";
            return next(context);
        });
        app.UseIde(isOn, "{ viewer { id } } # \"first\"");
        // Stands for the API, which matches /graphql/ as well.
        app.Map("/graphql", () => Results.StatusCode(418));
        app.MapFallback(() => Results.StatusCode(418));
        await app.StartAsync();
        return app;
    }
}
