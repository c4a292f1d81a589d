using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>What leaves the process as spans: the walk of a request, and nothing of what was sent.</summary>
public sealed class TracesTests
{
    private static readonly string[] Allowed =
    [
        "http.request.method", "http.route", "http.response.status_code", "network.protocol.version", "url.scheme", "server.port", "error.type",
        "graphql.operation.type", "graphql.operation.name", "orggraph.document.hash", "orggraph.mutation.name", "orggraph.mutation.outcome", "orggraph.writer.batch.size", "orggraph.work.kind", "orggraph.work.attempt",
    ];

    [Fact]
    public async Task Mutation_shows_its_operation_its_append_and_the_commit_that_it_shared()
    {
        using var spans = new Spans();
        await using var app = await spans.StartAsync();
        var olivia = await app.OliviaAsync();

        var trace = await SendAsync(app, olivia, "mutation Make($i: CreateProjectInput!) { createProject(input: $i) { version } }", new { i = new { organizationId = app.Acme, name = "Traced" } });
        var refused = await SendAsync(app, olivia, "mutation Make($i: CreateProjectInput!) { createProject(input: $i) { version } }", new { i = new { organizationId = app.Acme, name = "" } });

        var all = await spans.OfAsync(trace);
        var (request, operation, append) = (all.Single(span => span.Kind == ActivityKind.Server), all.Single(span => span.DisplayName == "mutation"), all.Single(span => span.DisplayName == "append"));
        Assert.Equal((request.SpanId, operation.SpanId), (operation.ParentSpanId, append.ParentSpanId));
        Assert.Equal("/graphql", request.GetTagItem("http.route"));
        Assert.Equal("Make", operation.GetTagItem("graphql.operation.name"));
        Assert.Equal(("createProject", "accepted"), (append.GetTagItem("orggraph.mutation.name"), append.GetTagItem("orggraph.mutation.outcome")));
        var commit = Assert.Single(spans.All, span => span.DisplayName == "commit" && span.Links.Any(link => link.Context.SpanId == append.SpanId));
        Assert.NotEqual(append.TraceId, commit.TraceId);
        var second = (await spans.OfAsync(refused)).Single(span => span.DisplayName == "append");
        Assert.Equal(("refused", "VALIDATION"), (second.GetTagItem("orggraph.mutation.outcome"), second.GetTagItem("error.type")));
    }

    [Fact]
    public async Task Spans_say_nothing_of_what_was_sent()
    {
        using var spans = new Spans();
        await using var app = await spans.StartAsync();
        var olivia = await app.OliviaAsync();
        await SendAsync(app, olivia, "query Named($canary: ID!) { node(id: $canary) { id } other: __typename @include(if: true) }", new { canary = "canary-variable" });
        using var byGet = await app.Http.GetAsync("/graphql?query=%7B__typename%7D&variables=%7B%22canary%22%3A1%7D&canary=canary");
        using var lost = await app.Http.GetAsync("/canary-path?canary=canary");
        await app.With("sk-canary").SendAsync("{ __typename }", null, ("User-Agent", "canary-agent"), ("baggage", "canary=canary"), ("tracestate", "canary=canary"));
        var failed = await SendAsync(app, olivia, "query Canaries { canary(canary: \"canary-literal\") }", null);
        using var health = await app.Http.GetAsync("/health/live");

        Assert.Equal("BAD_USER_INPUT", (await spans.OfAsync(failed)).Single(span => span.DisplayName == "query").GetTagItem("error.type"));
        foreach (var trace in new[] { byGet, lost }.Select(Answer.TraceOf))
        {
            await spans.OfAsync(trace);
        }

        var texts = spans.Texts().ToList();
        Assert.DoesNotContain(texts, text => text.Contains("canary", StringComparison.Ordinal) || text.Contains(olivia.Credential!, StringComparison.Ordinal) || text.Contains("__typename", StringComparison.Ordinal));
        Assert.Subset(Allowed.ToHashSet(), spans.All.SelectMany(span => span.TagObjects).Select(tag => tag.Key).ToHashSet());
        Assert.DoesNotContain(spans.All, span => span.TraceId.ToHexString() == Answer.TraceOf(health));
    }

    [Fact]
    public async Task Collector_of_the_standard_variable_gets_spans_and_metrics()
    {
        var received = new ConcurrentQueue<(string Path, byte[] Body)>();
        await using var collector = await CollectAsync(received);
        await using var app = await OrgGraphApp.StartAsync([("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Urls.First()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_SERVICE_NAME", "our-orggraph")]);
        var (_, key) = await (await app.OliviaAsync()).MakeKeyAsync("Exported");
        await key.SendAsync(
            "query Exported { __typename }", null, ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("tracestate", "canary=canary"), ("baggage", "canary=canary"));

        app.Services.GetRequiredService<TracerProvider>().ForceFlush();
        app.Services.GetRequiredService<MeterProvider>().ForceFlush();

        await Eventually.TrueAsync(() => Sent(received, "/v1/traces").Contains("createApiKey", StringComparison.Ordinal) && Sent(received, "/v1/metrics").Contains("orggraph.mutations", StringComparison.Ordinal));
        var all = Sent(received, "/v1/");
        Assert.Contains("our-orggraph", all, StringComparison.Ordinal);
        Assert.Contains("http.server.request.duration", all, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Credential!, all, StringComparison.Ordinal);
        Assert.DoesNotContain("__typename", all, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", all, StringComparison.Ordinal);
    }

    private static string Sent(IEnumerable<(string Path, byte[] Body)> received, string path) =>
        string.Concat(received.Where(one => one.Path.StartsWith(path, StringComparison.Ordinal)).Select(one => Encoding.Latin1.GetString(one.Body)));

    private static async Task<WebApplication> CollectAsync(ConcurrentQueue<(string Path, byte[] Body)> received)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var collector = builder.Build();
        collector.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.Enqueue((context.Request.Path, body.ToArray()));
        });
        await collector.StartAsync();
        return collector;
    }

    private static async Task<string> SendAsync(OrgGraphApp app, Client client, string query, object? variables)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql") { Content = JsonContent.Create(new { query, variables }) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", client.Credential);
        using var answer = await app.Http.SendAsync(request);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Answer.TraceOf(answer);
    }
}
