using System.Net;
using System.Text;
using System.Text.Json;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests.Http;

public sealed class GraphQLOverHttpTests
{
    private const string Json = "application/json";
    private const string Response = "application/graphql-response+json";

    [Theory]
    [InlineData(null, Json)]
    [InlineData("*/*", Json)]
    [InlineData("application/*", Json)]
    [InlineData(Json, Json)]
    [InlineData("application/json; charset=utf-8", Json)]
    [InlineData("application/json, multipart/mixed", Json)]
    [InlineData("multipart/mixed;q=0.9, application/json;q=0.1", Json)]
    [InlineData("text/html, application/xhtml+xml, */*;q=0.8", Json)]
    [InlineData(Response, Response)]
    [InlineData("application/graphql-response+json, application/json;q=0.9", Response)]
    [InlineData("application/json;q=0.5, application/graphql-response+json", Response)]
    [InlineData("application/json;q=0, */*, application/graphql-response+json;q=0.1", Response)]
    [InlineData("application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed", Response)]
    public async Task Answers_as_accepted(string? accept, string expected)
    {
        await using var host = await TransportHost.StartAsync();
        var response = await Post(host, """{"query":"{ __typename }"}""", accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected + "; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        Assert.Equal("""{"data":{"__typename":"Query"}}""", await response.Content.ReadAsStringAsync());
        Assert.NotNull(response.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json;q=0")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json;q=0, */*")]
    [InlineData("garbage")]
    public async Task Refuses_when_nothing_can_be_served(string accept)
    {
        await using var host = await TransportHost.StartAsync();
        await AssertRefused(await Post(host, """{"query":"{ __typename }"}""", accept), HttpStatusCode.NotAcceptable);
    }

    [Theory]
    [InlineData(Json, HttpStatusCode.OK)]
    [InlineData(Response, HttpStatusCode.BadRequest)]
    public async Task Request_errors_have_the_status_of_the_format(string accept, HttpStatusCode status)
    {
        await using var host = await TransportHost.StartAsync();
        foreach (var query in new[] { "{ unknown }", "subscription { changed }" })
        {
            var response = await Post(host, $$"""{"query":"{{query}}"}""", accept);
            await AssertRefused(response, status);
            Assert.Equal(accept, response.Content.Headers.ContentType!.MediaType);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("{}")]
    [InlineData("""[{"query":"{ __typename }"}]""")]
    [InlineData("""{"query":""}""")]
    [InlineData("""{"query":null}""")]
    [InlineData("""{"query":1}""")]
    [InlineData("""{"query":["a"]}""")]
    [InlineData("""{"query":"{ a }","variables":"{}"}""")]
    [InlineData("""{"query":"{ a }","variables":[1]}""")]
    [InlineData("""{"query":"{ a }","variables":{"a":1e999}}""")]
    [InlineData("""{"query":"{ a }","operationName":{}}""")]
    [InlineData("""{"query":"{ a }","extensions":"a"}""")]
    [InlineData("""{"query":"{ a }","extensions":[]}""")]
    [InlineData("""{"query":"{ a }"} trailing""")]
    [InlineData("""{"query":"\ud800"}""")]
    public async Task Malformed_requests_are_400_in_every_format(string body)
    {
        await using var host = await TransportHost.StartAsync();
        await AssertRefused(await Post(host, body, Json), HttpStatusCode.BadRequest);
        await AssertRefused(await Post(host, body, Response), HttpStatusCode.BadRequest);
        Assert.Empty(host.Engine.Requests);
    }

    [Fact]
    public async Task Invalid_utf8_is_400()
    {
        await using var host = await TransportHost.StartAsync();
        using var content = new ByteArrayContent([.. "{\"query\":\""u8, 0xFF, .. "\"}"u8]);
        content.Headers.ContentType = new(Json);
        await AssertRefused(await host.Http.PostAsync("", content), HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/graphql")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task Other_media_types_are_415(string? type)
    {
        await using var host = await TransportHost.StartAsync();
        using var content = new ByteArrayContent("""{"query":"{ __typename }"}"""u8.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        await AssertRefused(await host.Http.PostAsync("", content), HttpStatusCode.UnsupportedMediaType);
    }

    [Theory]
    [InlineData("application/json; charset=\"UTF-8\"")]
    [InlineData("Application/JSON;charset=utf-8")]
    public async Task Utf8_may_be_named(string type)
    {
        await using var host = await TransportHost.StartAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes("""{"query":"{ echo }","variables":{"a":"Run🏃Swim🏊"}}"""));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        var response = await host.Http.PostAsync("", content);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("Run🏃Swim🏊", host.Engine.Requests.Single().Variables["a"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_413_and_one_at_it_passes(bool isChunked)
    {
        await using var host = await TransportHost.StartAsync(static options => options.MaxBodyBytes = 20_000);
        await AssertRefused(await PostPadded(host, 20_001, isChunked), HttpStatusCode.RequestEntityTooLarge);
        Assert.Equal(HttpStatusCode.OK, (await PostPadded(host, 20_000, isChunked)).StatusCode);
    }

    [Fact]
    public async Task Get_executes_queries_with_all_parameters()
    {
        await using var host = await TransportHost.StartAsync();
        var response = await host.Http.GetAsync("?query=query%20A%7Ba%7D&operationName=A&variables=%7B%22a%22%3A1%7D&extensions=%7B%7D");
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var request = host.Engine.Requests.Single();
        Assert.Equal(("query A{a}", "A", false, false), (request.Query, request.OperationName, request.AllowMutation, request.AllowSubscription));
        Assert.Equal(1, request.Variables["a"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?query=")]
    [InlineData("?query=a&query=b")]
    [InlineData("?query=a&variables=1")]
    [InlineData("?query=a&variables={")]
    [InlineData("?query=a&variables=[]")]
    [InlineData("?query=a&extensions=1")]
    public async Task A_malformed_get_is_400(string query)
    {
        await using var host = await TransportHost.StartAsync();
        await AssertRefused(await host.Http.GetAsync(query), HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_long_address_is_414()
    {
        await using var host = await TransportHost.StartAsync();
        await AssertRefused(await host.Http.GetAsync("?query=" + new string('a', 8 * 1024)), HttpStatusCode.RequestUriTooLong);
    }

    [Theory]
    [InlineData("GET", "?query=mutation%7Ba%7D", "POST")]
    [InlineData("PUT", "", "GET, POST")]
    [InlineData("DELETE", "", "GET, POST")]
    [InlineData("HEAD", "?query=%7Ba%7D", "GET, POST")]
    public async Task Other_methods_are_405(string method, string query, string allow)
    {
        await using var host = await TransportHost.StartAsync();
        var response = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), query));
        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(allow, string.Join(", ", response.Content.Headers.Allow));
    }

    [Theory]
    [InlineData("{ limited }", HttpStatusCode.TooManyRequests, 7)]
    [InlineData("{ down }", HttpStatusCode.ServiceUnavailable, 3)]
    public async Task Retry_after_follows_the_engine(string query, HttpStatusCode status, int seconds)
    {
        await using var host = await TransportHost.StartAsync();
        var response = await Post(host, $$"""{"query":"{{query}}"}""");
        Assert.Equal((status, TimeSpan.FromSeconds(seconds)), (response.StatusCode, response.Headers.RetryAfter!.Delta!.Value));
    }

    [Theory]
    [InlineData("Bearer bad", HttpStatusCode.Unauthorized, "AUTH_NOT_AUTHENTICATED")]
    [InlineData("", HttpStatusCode.Unauthorized, "AUTH_NOT_AUTHENTICATED")]
    [InlineData("Bearer busy", HttpStatusCode.TooManyRequests, "RATE_LIMITED")]
    [InlineData("Bearer down", HttpStatusCode.ServiceUnavailable, "UNAVAILABLE")]
    public async Task A_credential_that_is_not_accepted_is_told(string authorization, HttpStatusCode status, string code)
    {
        await using var host = await TransportHost.StartAsync();
        var response = await Post(host, """{"query":"{ __typename }"}""", authorization: authorization);
        var error = await AssertRefused(response, status, code);
        Assert.Equal(status == HttpStatusCode.Unauthorized ? "Bearer error=\"invalid_token\"" : "", response.Headers.WwwAuthenticate.ToString());
        Assert.Equal(status != HttpStatusCode.Unauthorized, response.Headers.RetryAfter is not null);
        Assert.Equal(status == HttpStatusCode.TooManyRequests, error.TryGetProperty("retryAfter", out var seconds) && seconds.GetInt32() == 9);
    }

    [Theory]
    [InlineData("GET", "Sec-Fetch-Site", "cross-site", HttpStatusCode.Forbidden)]
    [InlineData("GET", "Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("GET", "Origin", "https://evil.test", HttpStatusCode.Forbidden)]
    [InlineData("POST", "Origin", "https://evil.test", HttpStatusCode.Forbidden)]
    [InlineData("POST", "Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("POST", "Origin", "https://good.test", HttpStatusCode.OK)]
    public async Task Pages_of_other_sites_are_kept_out(string method, string header, string value, HttpStatusCode status)
    {
        await using var host = await TransportHost.StartAsync(static options => options.IsOriginAllowed = static (_, origin) => origin is "https://good.test" or "null");
        using var request = new HttpRequestMessage(new HttpMethod(method), "?query=%7Ba%7D");
        request.Headers.Add(header, value);
        request.Content = method == "POST" ? new StringContent("""{"query":"{ a }"}""", Encoding.UTF8, Json) : null;
        Assert.Equal(status, (await host.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task By_default_only_the_own_origin_passes()
    {
        await using var host = await TransportHost.StartAsync();
        foreach (var (origin, status) in new[] { (host.Address.GetLeftPart(UriPartial.Authority), 200), ("http://127.0.0.1:1", 403) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new StringContent("""{"query":"{ a }"}""", Encoding.UTF8, Json) };
            request.Headers.Add("Origin", origin);
            Assert.Equal(status, (int)(await host.Http.SendAsync(request)).StatusCode);
        }
    }

    [Fact]
    public async Task An_unexpected_failure_tells_nothing()
    {
        await using var host = await TransportHost.StartAsync();
        var response = await Post(host, """{"query":"{ throw }"}""");
        await AssertRefused(response, HttpStatusCode.InternalServerError, "INTERNAL");
        Assert.DoesNotContain("planted", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_client_that_leaves_ends_the_work()
    {
        await using var host = await TransportHost.StartAsync();
        using var leaving = new CancellationTokenSource();
        var answer = host.Http.GetAsync("?query={ hang }", leaving.Token);
        await TransportHost.Eventually(() => !host.Engine.Requests.IsEmpty);
        await leaving.CancelAsync();
        await TransportHost.Eventually(() => host.Engine.Cancelled == 1);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Empty(host.Errors);
    }

    internal static async Task<JsonElement> AssertRefused(HttpResponseMessage response, HttpStatusCode status, string code = "BAD_USER_INPUT")
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("no-store", response.Headers.CacheControl!.ToString());
        var root = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync()).RootElement;
        Assert.False(root.TryGetProperty("data", out _));
        var error = root.GetProperty("errors")[0];
        Assert.False(string.IsNullOrEmpty(error.GetProperty("message").GetString()));
        Assert.Equal(code, error.GetProperty("extensions").GetProperty("code").GetString());
        return error.GetProperty("extensions");
    }

    internal static Task<HttpResponseMessage> Post(TransportHost host, string body, string? accept = null, string? authorization = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new StringContent(body, Encoding.UTF8, Json) };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return host.Http.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> PostPadded(TransportHost host, int length, bool isChunked)
    {
        const string Body = """{"query":"{ __typename }"}""";
        using var request = new HttpRequestMessage(HttpMethod.Post, "")
        {
            Content = new StringContent(Body + new string(' ', length - Body.Length), Encoding.UTF8, Json),
        };
        request.Headers.TransferEncodingChunked = isChunked;
        return await host.Http.SendAsync(request);
    }
}
