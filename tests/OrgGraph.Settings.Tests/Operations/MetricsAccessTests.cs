using System.Net;
using Microsoft.AspNetCore.Http;
using OrgGraph.Server;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>Who may read <c>/metrics</c>: programs of this machine, or whoever shows the token. For all others there is no such page.</summary>
public sealed class MetricsAccessTests
{
    private const string Token = "a-token-of-an-operator";

    [Fact]
    public async Task Text_of_Prometheus_for_programs_of_this_machine()
    {
        await using var app = await OrgGraphApp.StartAsync();

        using var answer = await app.Http.GetAsync("/metrics");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain", answer.Content.Headers.ContentType!.MediaType);
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Contains("# TYPE orggraph_writer_waiting gauge", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var post = await app.Http.PostAsync("/metrics", null);
        Assert.Equal(HttpStatusCode.NotFound, post.StatusCode);
    }

    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("X-Forwarded-Host", "localhost")]
    [InlineData("x-forwarded-proto", "http")]
    [InlineData("Forwarded", "for=127.0.0.1")]
    [InlineData("X-Real-IP", "127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    [InlineData("X-Original-For", "127.0.0.1:1")]
    public async Task No_such_page_when_a_proxy_speaks_for_somebody(string header, string value)
    {
        await using var plain = await OrgGraphApp.StartAsync();
        await using var behind = await OrgGraphApp.StartAsync([("OrgGraph:Proxy:KnownNetworks", "127.0.0.0/8")]);

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(plain, headers: (header, value)));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(behind, headers: (header, value)));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.9.9.9", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.1", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData(null, false)]
    public void Peer_is_this_machine_only_by_a_loopback_address(string? address, bool isItself)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = address is null ? null : IPAddress.Parse(address);

        Assert.Equal(isItself, LocalPeer.IsItself(context));
    }

    [Fact]
    public async Task Token_opens_it_for_whoever_shows_it_and_closes_it_for_all_others()
    {
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:Metrics:Token", Token)]);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "Bearer " + Token));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "bearer " + Token));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(app, "Bearer " + Token, ("X-Forwarded-For", "192.0.2.1")));
        foreach (var wrong in new[] { null, "", "Bearer", "Bearer ", Token, "Basic " + Token, "Bearer " + Token + "x", "Bearer " + Token[..^1], "Bearer " + Token.ToUpperInvariant(), $"Bearer {Token}, Bearer {Token}" })
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(app, wrong));
        }

        using var twice = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        twice.Headers.TryAddWithoutValidation("Authorization", ["Bearer " + Token, "Bearer " + Token]);
        using var refused = await app.Http.SendAsync(twice);
        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.DoesNotContain(app.Logs.Lines, line => line.Contains(Token, StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("OrgGraph:Metrics:Token", "fifteen-letters", "at least 16 characters")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4317", "no http(s) address")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "unix:///run/collector", "no http(s) address")]
    public async Task Refused_to_start_when_it_would_protect_or_reach_nothing(string key, string value, string message)
    {
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => OrgGraphApp.StartAsync([(key, value)]));

        Assert.Contains(message, refused.Message, StringComparison.Ordinal);
    }

    private static async Task<HttpStatusCode> StatusAsync(OrgGraphApp app, string? authorization = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        foreach (var (name, value) in authorization is null ? headers : [.. headers, ("Authorization", authorization)])
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var answer = await app.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
