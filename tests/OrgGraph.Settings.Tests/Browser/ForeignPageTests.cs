using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Browser;

/// <summary>A page of another origin in a real browser: whatever a page can try, it reads nothing and changes nothing, not even with a stolen token.</summary>
public sealed class ForeignPageTests
{
    private const string Attempts = """
        async ({ api, token, mutation, subscription }) => {
            const body = JSON.stringify({ query: mutation });
            const authorization = "Bearer " + token;
            const reads = async (options, address = api) => {
                try {
                    const answer = await fetch(address, options);
                    return answer.type === "opaque" ? "blocked" : "read " + (await answer.text());
                } catch {
                    return "blocked";
                }
            };
            const opens = (source, opened) => new Promise(resolve => {
                source[opened] = () => resolve("opened");
                source.onmessage = () => resolve("opened");
                source.onerror = () => resolve("blocked");
            });
            const get = api + "?query=" + encodeURIComponent("{ __typename }");
            const loads = (element, address) => new Promise(resolve => {
                element.onload = () => resolve("loaded");
                element.onerror = () => resolve("blocked");
                element.src = address;
                document.body.append(element);
            });
            return {
                "simple get": await reads({}, get),
                "get that may not be read": await reads({ mode: "no-cors" }, get),
                "get with the token": await reads({ headers: { authorization } }, get),
                "post with pre-flight": await reads({ method: "POST", headers: { "content-type": "application/json", authorization }, body }),
                "post without pre-flight": await reads({ method: "POST", mode: "no-cors", headers: { "content-type": "text/plain" }, body }),
                "beacon": (navigator.sendBeacon(api, new Blob([body], { type: "text/plain" })), "blocked"),
                "schema": await reads({}, api + "?sdl"),
                "sign-in": await reads({ method: "POST", headers: { "content-type": "application/json" }, body: '{"email":"olivia@acme.test"}' }, api.replace("/graphql", "/demo/token")),
                "script": await loads(document.createElement("script"), get),
                "image": await loads(document.createElement("img"), get),
                "event source": await opens(new EventSource(api + "?query=" + encodeURIComponent(subscription)), "onopen"),
                "socket": await opens(new WebSocket(api.replace("http", "ws"), "graphql-transport-ws"), "onopen"),
            };
        }
        """;

    [SkippableFact]
    public async Task Nothing_is_read_or_changed_by_a_page_of_another_origin()
    {
        await using var app = await OrgGraphApp.StartAsync();
        await using var chromium = await HeadlessChromium.StartAsync();
        await using var evil = await ServeAsync();
        var olivia = await app.OliviaAsync();
        var before = (await olivia.PlaceAsync()).Version;
        await chromium.Page.GoToAsync(evil.Urls.Single());

        var outcomes = await chromium.Page.EvaluateFunctionAsync<Dictionary<string, string>>(Attempts, new
        {
            api = new Uri(app.Address, "/graphql").ToString(),
            token = olivia.Credential,
            mutation = $"mutation {{ createProject(input: {{organizationId: \"{app.Acme}\", name: \"Evil\"}}) {{ version }} }}",
            subscription = $"subscription {{ organizationEvents(organizationId: \"{app.Acme}\") {{ __typename }} }}",
        });

        Assert.All(outcomes, attempt => Assert.Equal((attempt.Key, "blocked"), (attempt.Key, attempt.Value)));
        Assert.Equal(12, outcomes.Count);
        Assert.Equal(before, (await olivia.PlaceAsync()).Version);
    }

    private static async Task<WebApplication> ServeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var site = builder.Build();
        site.MapGet("/", () => Results.Content("<!doctype html><title>Evil</title><body></body>", "text/html"));
        await site.StartAsync();
        return site;
    }
}
