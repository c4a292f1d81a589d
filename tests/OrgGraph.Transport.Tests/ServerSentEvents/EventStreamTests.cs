using System.Net;
using System.Text;
using OrgGraph.Transport.Tests.Host;
using OrgGraph.Transport.Tests.Http;

namespace OrgGraph.Transport.Tests.ServerSentEvents;

public sealed class EventStreamTests
{
    private const string Unauthenticated = """event: next|data: {"data":null,"errors":[{"message":"The credential is not valid. Sign in again, or send another one.","extensions":{"code":"AUTH_NOT_AUTHENTICATED"}}]}""";

    [Theory]
    [InlineData("{ __typename }", """{"data":{"__typename":"Query"}}""")]
    [InlineData("mutation { a }", """{"data":{"__typename":"Query"}}""")]
    [InlineData("{ refused }", """{"data":null,"errors":[{"message":"no"}]}""")]
    [InlineData("{ unknown }", """{"errors":[{"message":"Invalid","extensions":{"code":"BAD_USER_INPUT"}}]}""")]
    public async Task Queries_and_mutations_answer_next_and_complete(string query, string data)
    {
        await using var host = await TransportHost.StartAsync();
        using var stream = await Open(host, query);
        Assert.Equal(["event: next|data: " + data, "event: complete|data:"], await stream.RestAsync());
    }

    [Fact]
    public async Task Events_arrive_until_the_source_completes()
    {
        await using var host = await TransportHost.StartAsync();
        using var stream = await OpenSubscription(host);
        Assert.Equal("text/event-stream; charset=utf-8", stream.Response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", stream.Response.Headers.CacheControl!.ToString());
        Assert.True(host.Engine.Feed.Publish("{\"data\":1}"));
        Assert.Equal("event: next|data: {\"data\":1}", await stream.NextAsync());
        Assert.True(host.Engine.Feed.Publish("{\r\n\"data\":\n2}"));
        Assert.Equal("event: next|data: {|data: |data: \"data\":|data: 2}", await stream.NextAsync());
        host.Engine.Feed.Complete();
        Assert.Equal(["event: complete|data:"], await stream.RestAsync());
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
    }

    [Fact]
    public async Task Get_carries_a_subscription()
    {
        await using var host = await TransportHost.StartAsync();
        using var stream = await EventReader.OpenAsync(host, new HttpRequestMessage(HttpMethod.Get, "?query=subscription%20%7B%20changed%20%7D"));
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
    }

    [Fact]
    public async Task A_quiet_stream_carries_comments()
    {
        await using var host = await TransportHost.StartAsync();
        using var stream = await OpenSubscription(host);
        for (var i = 0; i < 3; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(15));
            Assert.Equal(":", await stream.NextAsync());
        }
    }

    [Fact]
    public async Task Expiry_ends_with_an_error_and_complete()
    {
        await using var host = await TransportHost.StartAsync();
        host.Authenticator.Identity("olivia").Expiry = host.Time.GetUtcNow() + TimeSpan.FromSeconds(5);
        using var stream = await OpenSubscription(host);
        host.Time.Advance(TimeSpan.FromSeconds(6));
        Assert.Equal([Unauthenticated, "event: complete|data:"], await stream.RestAsync());
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
    }

    [Fact]
    public async Task Revocation_ends_with_an_error_and_complete()
    {
        await using var host = await TransportHost.StartAsync();
        IEventSubscriber? subscriber = null;
        host.Engine.Feed.OnStart = started => subscriber = started;
        using var stream = await OpenSubscription(host);
        host.Authenticator.Identity("olivia").Revoke();
        Assert.False(subscriber!.Next("{\"data\":1}"u8.ToArray()));
        Assert.Equal([Unauthenticated, "event: complete|data:"], await stream.RestAsync());
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_subscription()
    {
        await using var host = await TransportHost.StartAsync();
        var stream = await OpenSubscription(host);
        stream.Dispose();
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 0);
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_client_that_reads_too_slowly_is_aborted()
    {
        await using var host = await TransportHost.StartAsync();
        using var stream = await OpenSubscription(host);
        var payload = new byte[200_000];
        payload.AsSpan().Fill((byte)'1');
        var published = 0;
        while (host.Engine.Feed.Publish(payload))
        {
            Assert.True(++published < 1_000);
        }

        await Assert.ThrowsAnyAsync<IOException>(stream.RestAsync);
        Assert.Equal(0, host.Engine.Feed.Count);
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_reader_that_stopped_delays_nobody()
    {
        await using var host = await TransportHost.StartAsync();
        using var stopped = await OpenSubscription(host);
        using var good = await Open(host, "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 2);
        var padding = new string('p', 100_000);
        for (var i = 0; i < 200; i++)
        {
            host.Engine.Feed.Publish($$"""{"data":{{i}},"padding":"{{padding}}"}""");
            Assert.StartsWith($$"""event: next|data: {"data":{{i}},""", await good.NextAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(1, host.Engine.Feed.Count);
        Assert.Empty(host.Errors);
    }

    [Fact]
    public async Task A_restart_ends_the_stream_without_complete()
    {
        await using var host = await TransportHost.StartAsync();
        using var stream = await OpenSubscription(host);
        var stopping = host.StopAsync();
        Assert.Empty(await stream.RestAsync());
        await stopping.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Streams_of_a_principal_are_limited()
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxConnectionsPerPrincipal = 1);
        using var stream = await OpenSubscription(host);
        var response = await GraphQLOverHttpTests.Post(host, """{"query":"subscription { changed }"}""", "text/event-stream", "Bearer good-olivia");
        await GraphQLOverHttpTests.AssertRefused(response, HttpStatusCode.TooManyRequests, "RATE_LIMITED");
    }

    [Theory]
    [InlineData("""{"query":1}""", null, HttpStatusCode.BadRequest, "BAD_USER_INPUT")]
    [InlineData("""{"query":"{ a }"}""", "Bearer bad", HttpStatusCode.Unauthorized, "AUTH_NOT_AUTHENTICATED")]
    [InlineData("""{"query":"{ limited }"}""", null, HttpStatusCode.TooManyRequests, "RATE_LIMITED")]
    [InlineData("""{"query":"{ throw }"}""", null, HttpStatusCode.InternalServerError, "INTERNAL")]
    public async Task What_is_refused_before_the_stream_has_a_status(string body, string? authorization, HttpStatusCode status, string code)
    {
        await using var host = await TransportHost.StartAsync();
        await GraphQLOverHttpTests.AssertRefused(await GraphQLOverHttpTests.Post(host, body, "text/event-stream", authorization), status, code);
    }

    private static async Task<EventReader> OpenSubscription(TransportHost host)
    {
        var stream = await Open(host, "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
        return stream;
    }

    private static Task<EventReader> Open(TransportHost host, string query) => EventReader.OpenAsync(host, new HttpRequestMessage(HttpMethod.Post, "")
    {
        Content = new StringContent($$"""{"query":"{{query}}"}""", Encoding.UTF8, "application/json"),
    });

    /// <summary>Reads blocks; the lines of one joined by a bar.</summary>
    private sealed class EventReader(HttpResponseMessage response, StreamReader text) : IDisposable
    {
        public HttpResponseMessage Response => response;

        public static async Task<EventReader> OpenAsync(TransportHost host, HttpRequestMessage request)
        {
            request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer good-olivia");
            var response = await host.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            var reader = new EventReader(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
            Assert.Equal(":", await reader.NextAsync());
            return reader;
        }

        public async Task<string?> NextAsync()
        {
            List<string> lines = [];
            while (await text.ReadLineAsync() is { Length: > 0 } line)
            {
                lines.Add(line);
            }

            return lines.Count > 0 ? string.Join('|', lines) : null;
        }

        public async Task<List<string>> RestAsync()
        {
            List<string> blocks = [];
            while (await NextAsync() is { } block)
            {
                blocks.Add(block);
            }

            return blocks;
        }

        public void Dispose()
        {
            text.Dispose();
            response.Dispose();
        }
    }
}
