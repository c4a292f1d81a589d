using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrgGraph.Settings.Tests.Testing;
using Snapshooter.Xunit;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>The contract's HTTP table, a test a row, on whole answers: status, every header, body. What differs from run to run is masked.</summary>
public sealed partial class HttpTableTests : OrgGraphTest
{
    private const string Json = "application/json";
    private const string Response = "application/graphql-response+json";
    private const string Viewer = """{"query":"{ viewer { credential { kind } } }"}""";

    protected override (string Key, string Value)[] Settings => [("OrgGraph:RateLimiting", "true")];

    [Fact]
    public async Task Executed_with_or_without_field_errors()
    {
        var olivia = await App.OliviaAsync();
        var text = await TellAsync(
            Both("a query", Viewer, olivia),
            Both("a field error", Viewer),
            Both("a refused mutation", Query($$$"""mutation { createProject(input: {organizationId: \"{{{App.Acme}}}\", name: \"No\"}) { version } }"""), await App.VeraAsync()),
            [Get("a query by GET", "/graphql?query=%7Bviewer%7Bcredential%7Bkind%7D%7D%7D", olivia)]);

        Snapshot.Match(text, "HttpTable.Executed");
    }

    [Fact]
    public async Task Malformed_requests()
    {
        var text = await TellAsync(
            Both("no JSON", "{"),
            Both("no body", ""),
            Both("no query", "{}"),
            Both("variables of the wrong shape", """{"query":"{ __typename }","variables":"text"}"""),
            Both("a batch", """[{"query":"{ __typename }"}]"""),
            [Get("no query by GET", "/graphql?query=")]);

        Snapshot.Match(text, "HttpTable.Malformed");
    }

    [Fact]
    public async Task Parse_validation_and_variable_errors()
    {
        var text = await TellAsync(
            Both("parse", Query("{")),
            Both("validation", Query("{ unknown }")),
            Both("variable", """{"query":"query($id: ID!) { node(id: $id) { id } }","variables":{"id":null}}"""),
            Both("subscription without a stream", Query($$$"""subscription { projectsChanged(organizationId: \"{{{App.Acme}}}\") { __typename } }""")));

        Snapshot.Match(text, "HttpTable.RequestErrors");
    }

    [Fact]
    public async Task Credentials_that_are_not_good()
    {
        var vera = await App.VeraAsync();
        var brief = await App.SignInAsync("vera@acme.test", expiresIn: 30);
        var (revokedId, revoked) = await vera.MakeKeyAsync("Revoked");
        var (_, expired) = await vera.MakeKeyAsync("Expired", App.Clock.GetUtcNow().AddMinutes(1));
        await vera.MutateAsync("revokeApiKey", new { apiKeyId = revokedId });
        await App.PassAsync(TimeSpan.FromMinutes(1));
        var unknown = OrgGraph.Secrets.CredentialToken.Create(OrgGraph.Secrets.CredentialKind.ApiKey).Token.Reveal();

        var text = await TellAsync(
            Both("malformed", Viewer, App.With("malformed")),
            Both("unknown", Viewer, App.With(unknown)),
            Both("expired key", Viewer, expired),
            Both("expired session", Viewer, brief),
            Both("revoked", Viewer, revoked));

        Snapshot.Match(text, "HttpTable.Credentials");
    }

    [Fact]
    public async Task Cross_site_requests_of_browsers()
    {
        var text = await TellAsync(
            [
                Get("GET of another site's page", "/graphql?query=%7B__typename%7D", header: ("Sec-Fetch-Site", "cross-site")),
                Get("GET of another origin", "/graphql?query=%7B__typename%7D", header: ("Origin", "https://evil.test")),
                Post("POST of another origin", Viewer, header: ("Origin", "https://evil.test")),
                Post("POST of a sandboxed frame", Viewer, header: ("Origin", "null")),
                Post("event stream of another origin", Viewer, accept: "text/event-stream", header: ("Origin", "https://evil.test")),
                new Case("pre-flight", () => new HttpRequestMessage(HttpMethod.Options, "/graphql") { Headers = { { "Origin", "https://evil.test" }, { "Access-Control-Request-Method", "POST" } } }),
            ]);

        Snapshot.Match(text, "HttpTable.CrossSite");
    }

    [Fact]
    public async Task What_needs_post()
    {
        var olivia = await App.OliviaAsync();
        var text = await TellAsync(
            [
                Get("mutation by GET", "/graphql?query=mutation%7B__typename%7D", olivia),
                Get("invitation(token:) by GET", "/graphql?query=%7Binvitation(token%3A%22x%22)%7B__typename%7D%7D", olivia),
                Get("a fragment with invitation by GET", "/graphql?query=%7B...A%7Dfragment%20A%20on%20Query%7Bi%3Ainvitation(token%3A%22x%22)%7B__typename%7D%7D", olivia),
                new Case("another method", () => new HttpRequestMessage(HttpMethod.Put, "/graphql")),
            ]);

        Snapshot.Match(text, "HttpTable.NeedsPost");
    }

    [Fact]
    public async Task What_is_too_large_or_of_the_wrong_kind()
    {
        var large = Viewer.PadRight((256 * 1024) + 1);
        var text = await TellAsync(
            [
                Post("at the limit", Viewer.PadRight(256 * 1024)),
                Post("over the limit", large),
                new Case("over the limit in chunks", () => Chunked(Posted(large, Json))),
                Post("an address that is too long", Viewer, address: "/graphql?x=" + new string('x', 7000)),
                Get("a GET that is too long", "/graphql?query=%7B__typename%7D%23" + new string('x', 8 * 1024)),
                Post("text/plain", Viewer, type: "text/plain"),
                Post("a form", "query=%7B__typename%7D", type: "application/x-www-form-urlencoded"),
                Post("another charset", Viewer, type: "application/json; charset=utf-16"),
                Post("an Accept that cannot be served", Viewer, accept: "text/csv"),
            ]);

        Snapshot.Match(text, "HttpTable.Kinds");
    }

    [Fact]
    public async Task Rate_limited_when_a_principal_has_50_streams()
    {
        var olivia = await App.OliviaAsync();
        var events = $"subscription {{ projectsChanged(organizationId: \"{App.Acme}\") {{ __typename }} }}";
        var streams = new List<EventReader>();
        for (var i = 0; i < 50; i++)
        {
            streams.Add(await olivia.SubscribeAsync(events));
        }

        var text = await TellAsync([Post("one stream too many", Query(events.Replace("\"", "\\\"", StringComparison.Ordinal)), olivia, "text/event-stream")]);
        foreach (var stream in streams)
        {
            await stream.DisposeAsync();
        }

        Snapshot.Match(text, "HttpTable.RateLimited");
    }

    [Fact]
    public async Task Unavailable_when_the_database_is()
    {
        var vera = await App.VeraAsync();
        var name = Query($$$"""{ organization(id: \"{{{App.Acme}}}\") { name } }""");
        var unknown = OrgGraph.Secrets.CredentialToken.Create(OrgGraph.Secrets.CredentialKind.ApiKey).Token.Reveal();
        await TellAsync(Both("", name, vera));
        App.Database.IsDown = true;
        App.Clock.Advance(TimeSpan.FromSeconds(6));

        var text = await TellAsync(
            Both("a copy that was not confirmed for 5 s", name, vera),
            Both("a credential that cannot be looked up", Viewer, App.With(unknown)),
            [new Case("readiness", () => new HttpRequestMessage(HttpMethod.Get, "/health/ready"))]);
        App.Database.IsDown = false;

        Snapshot.Match(text, "HttpTable.DatabaseDown");
    }

    [Fact]
    public async Task Unavailable_when_shutting_down()
    {
        var olivia = await App.OliviaAsync();
        App.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        var text = await TellAsync(
            Both("a query", Viewer, olivia),
            [
                Post("a mutation", Query($$$"""mutation { createProject(input: {organizationId: \"{{{App.Acme}}}\", name: \"Late\"}) { version } }"""), olivia),
                Post("a stream", Query($$$"""subscription { projectsChanged(organizationId: \"{{{App.Acme}}}\") { __typename } }"""), olivia, "text/event-stream"),
                new Case("a socket", () => Upgrade()),
            ]);

        Snapshot.Match(text, "HttpTable.ShuttingDown");
    }

    private static string Query(string document) => $"{{\"query\":\"{document}\"}}";

    private static Case[] Both(string what, string body, Client? by = null) => [Post($"{what}, {Json}", body, by), Post($"{what}, {Response}", body, by, Response)];

    private static Case Post(
        string what, string body, Client? by = null, string accept = Json, string type = Json, string address = "/graphql", (string Name, string Value)? header = null) =>
        new(what, () => Signed(Posted(body, type, address), by, accept, header));

    private static Case Get(string what, string address, Client? by = null, (string Name, string Value)? header = null) =>
        new(what, () => Signed(new HttpRequestMessage(HttpMethod.Get, address), by, Json, header));

    private static HttpRequestMessage Posted(string body, string type, string address = "/graphql") => new(HttpMethod.Post, address)
    {
        Content = new StringContent(body, Encoding.UTF8) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type) } },
    };

    private static HttpRequestMessage Chunked(HttpRequestMessage request)
    {
        request.Headers.TransferEncodingChunked = true;
        return request;
    }

    private static HttpRequestMessage Upgrade() => new(HttpMethod.Get, "/graphql")
    {
        Headers = { { "Connection", "Upgrade" }, { "Upgrade", "websocket" }, { "Sec-WebSocket-Version", "13" }, { "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==" }, { "Sec-WebSocket-Protocol", "graphql-transport-ws" } },
    };

    private static HttpRequestMessage Signed(HttpRequestMessage request, Client? by, string accept, (string Name, string Value)? header)
    {
        request.Headers.TryAddWithoutValidation("Accept", accept);
        if (by?.Credential is { } credential)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", credential);
        }

        if (header is var (name, value))
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private async Task<string> TellAsync(params Case[][] cases)
    {
        var text = new StringBuilder();
        foreach (var (what, request) in cases.SelectMany(some => some))
        {
            using var response = await App.Http.SendAsync(request());
            text.Append(CultureInfo.InvariantCulture, $"=== {what}\n{(int)response.StatusCode} {response.ReasonPhrase}\n");
            foreach (var (name, values) in response.Headers.Concat(response.Content.Headers).OrderBy(header => header.Key, StringComparer.Ordinal))
            {
                text.Append(CultureInfo.InvariantCulture, $"{name}: {(name == "Date" ? "<date>" : string.Join(", ", values))}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"\n{await response.Content.ReadAsStringAsync()}\n\n");
        }

        return TraceId().Replace(text.ToString(), "<trace>").TrimEnd() + "\n";
    }

    [GeneratedRegex("(?<=OrgGraph-Trace-Id: )[0-9a-f]{32}")]
    private static partial Regex TraceId();

    private sealed record Case(string What, Func<HttpRequestMessage> Request);
}
