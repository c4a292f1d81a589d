using System.Globalization;
using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using OrgGraph.Server;
using OrgGraph.Server.RateLimiting;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.RateLimiting;

/// <summary>What clients see of the limits.</summary>
public sealed class RateLimitedRequestsTests
{
    private const string Change = "mutation { leaveOrganization(input: { organizationId: \"nonsense\" }) { version } }";

    private static readonly (string Key, string Value)[] On = [("OrgGraph:RateLimiting", "true")];

    [Fact]
    public async Task Credential_with_too_many_mutations_is_told_when_to_come_again()
    {
        await using var app = await OrgGraphApp.StartAsync(On);
        var (olivia, vera) = (await app.OliviaAsync(), await app.VeraAsync());

        await ExhaustAsync(olivia, Change, inParallel: 8);
        var (answer, retryAfter) = await RefusedAsync(olivia, Change);

        Assert.Equal((HttpStatusCode.TooManyRequests, "RATE_LIMITED"), (answer.Status, answer.Codes.Single()));
        Assert.Equal(1, retryAfter);
        Assert.Equal(1, answer.Errors!.Value[0].GetProperty("extensions").GetProperty("retryAfter").GetInt32());
        Assert.False(answer.Body.TryGetProperty("data", out _));
        Assert.Null((await olivia.SendAsync("{ viewer { __typename } }")).Errors);
        Assert.DoesNotContain("RATE_LIMITED", (await vera.SendAsync(Change)).Codes);
        await Eventually.TrueAsync(async () => (await olivia.SendAsync(Change)).Status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Socket_gets_the_refusal_as_errors()
    {
        await using var app = await OrgGraphApp.StartAsync(On);
        var olivia = await app.OliviaAsync();
        using var socket = await ConnectAsync(app, olivia.Credential!);
        Assert.Equal("connection_ack", (await ReceiveAsync(socket))!.Value.GetProperty("type").GetString());
        JsonElement message;
        while (true)
        {
            await ExhaustAsync(olivia, Change, inParallel: 8);
            await SendAsync(socket, new { id = "1", type = "subscribe", payload = new { query = Change } });
            message = (await ReceiveAsync(socket))!.Value;
            if (message.GetProperty("type").GetString() == "error")
            {
                break;
            }

            // A permit came back just then.
            Assert.Equal("complete", (await ReceiveAsync(socket))!.Value.GetProperty("type").GetString());
        }

        var extensions = message.GetProperty("payload")[0].GetProperty("extensions");
        Assert.Equal(("RATE_LIMITED", 1), (extensions.GetProperty("code").GetString(), extensions.GetProperty("retryAfter").GetInt32()));
        Assert.Equal(WebSocketState.Open, socket.State);
    }

    [Fact]
    public async Task Credential_with_16_in_flight_is_refused_one_more()
    {
        await using var app = await OrgGraphApp.StartAsync(On);
        var (olivia, vera) = (await app.OliviaAsync(), await app.VeraAsync());
        await olivia.PlaceAsync();

        // Each waits for a version that never comes. One whose place the probe below has taken tries again.
        async Task<Answer> WaitAsync()
        {
            Answer answer;
            do
            {
                answer = await olivia.SendAsync("{ viewer { __typename } }", null, ("OrgGraph-Min-Version", $"{app.Acme}=999999"));
            }
            while (answer.Status == HttpStatusCode.TooManyRequests);

            return answer;
        }

        var waiting = Enumerable.Range(0, RateLimits.InFlight).Select(_ => WaitAsync()).ToArray();
        Answer past = null!;
        await Eventually.TrueAsync(async () => (past = await olivia.SendAsync("{ viewer { __typename } }")).Status == HttpStatusCode.TooManyRequests);

        Assert.Equal(["RATE_LIMITED"], past.Codes);
        Assert.Null((await vera.SendAsync("{ viewer { __typename } }")).Errors);
        await Eventually.TrueAsync(() =>
        {
            app.Clock.Advance(TimeSpan.FromMilliseconds(100));
            return Array.TrueForAll(waiting, task => task.IsCompleted);
        });
        Assert.All(waiting, task => Assert.Equal(HttpStatusCode.ServiceUnavailable, task.Result.Status));
        await app.ConfirmedAsync();
        Assert.Null((await olivia.SendAsync("{ viewer { __typename } }")).Errors);
    }

    [Fact]
    public async Task Address_without_credential_is_told_when_to_come_again()
    {
        await using var app = await OrgGraphApp.StartAsync(On);
        var olivia = await app.OliviaAsync();

        await ExhaustAsync(app.Anonymous, "{ __typename }", inParallel: 40);

        Assert.Null((await olivia.SendAsync("{ viewer { __typename } }")).Errors);
        var (answer, retryAfter) = await RefusedAsync(app.Anonymous, "{ nonsense");
        Assert.Equal(["RATE_LIMITED"], answer.Codes);
        Assert.Equal(1, retryAfter);
    }

    [Fact]
    public async Task Address_with_refused_credentials_is_slowed_and_a_good_one_works()
    {
        await using var app = await OrgGraphApp.StartAsync(On);
        var olivia = await app.OliviaAsync();
        var bad = app.With("sk-nonsense");
        var statuses = new List<HttpStatusCode>();

        for (var i = 0; i < RateLimits.Refused; i++)
        {
            statuses.Add((await bad.SendAsync("{ __typename }")).Status);
        }

        var (answer, retryAfter) = await RefusedAsync(bad, "{ __typename }");
        using var socket = await ConnectAsync(app, "ey.nonsense");

        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.Unauthorized, status));
        Assert.Equal((HttpStatusCode.TooManyRequests, "RATE_LIMITED"), (answer.Status, answer.Codes.Single()));
        Assert.InRange(retryAfter, 1, 3);
        Assert.Null(await ReceiveAsync(socket));
        Assert.Contains((int)socket.CloseStatus!, new[] { 4429, 4403 });
        Assert.Null((await olivia.SendAsync("{ viewer { __typename } }")).Errors);
    }

    [Fact]
    public async Task Address_with_unknown_invitation_tokens_is_slowed_and_a_known_one_works()
    {
        await using var app = await OrgGraphApp.StartAsync(On);
        var olivia = await app.OliviaAsync();
        await olivia.InviteAsync("guest@outside.test");
        var token = await app.TokenOfAsync("guest@outside.test");
        const string Look = "query($token: String!) { invitation(token: $token) { status } }";
        var unknown = new { token = new string('a', 43) };
        var nora = await app.NoraAsync();

        for (var i = 0; i < RateLimits.Refused; i++)
        {
            Assert.Null((await nora.SendAsync(Look, unknown)).Errors);
        }

        var (answer, _) = await RefusedAsync(nora, Look, unknown);
        var (accepting, _) = await RefusedAsync(
            nora, "mutation($token: String) { acceptInvitation(input: { token: $token }) { version } }", unknown);

        Assert.Equal((HttpStatusCode.TooManyRequests, "RATE_LIMITED"), (answer.Status, answer.Codes.Single()));
        Assert.Equal((HttpStatusCode.TooManyRequests, "RATE_LIMITED"), (accepting.Status, accepting.Codes.Single()));
        Assert.Equal("PENDING", (await nora.QueryAsync(Look, new { token })).GetProperty("invitation").GetProperty("status").GetString());
    }

    [Fact]
    public async Task Proxy_that_is_known_says_whose_address_counts()
    {
        await using var behind = await OrgGraphApp.StartAsync([.. On, ("OrgGraph:Proxy:KnownNetworks", "127.0.0.0/8, ::1/128, 10.0.0.0/8")]);
        await using var direct = await OrgGraphApp.StartAsync(On);
        var (one, other) = (("X-Forwarded-For", "198.51.100.1, 192.0.2.1, 10.1.1.1"), ("X-Forwarded-For", "198.51.100.1, 192.0.2.2"));

        foreach (var app in new[] { behind, direct })
        {
            await ExhaustAsync(app.Anonymous, "{ __typename }", inParallel: 40, one);
        }

        Assert.Null((await behind.Anonymous.SendAsync("{ __typename }", null, other)).Errors);
        Assert.Equal(["RATE_LIMITED"], (await RefusedAsync(direct.Anonymous, "{ __typename }", null, other)).Answer.Codes);
    }

    [Fact]
    public async Task Proxy_network_that_is_none_is_refused_at_the_start()
    {
        var refused = await Assert.ThrowsAsync<StartRefusedException>(() => OrgGraphApp.StartAsync([("OrgGraph:Proxy:KnownNetworks", "10.0.0.0/8, everywhere")]));

        Assert.Contains("everywhere is no network", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Limits_are_on_unless_they_are_turned_off()
    {
        Assert.True(new OrgGraphOptions().RateLimiting);
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:RateLimiting", "false")]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 150).Select(_ => app.With("sk-nonsense").SendAsync("{ __typename }")));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.Status));
    }

    // Permits come back while requests travel: sent side by side until one is refused.
    private static async Task ExhaustAsync(Client client, string query, int inParallel, params (string, string)[] headers)
    {
        while (true)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, inParallel).Select(_ => client.SendAsync(query, null, headers)));
            if (answers.Any(answer => answer.Status == HttpStatusCode.TooManyRequests))
            {
                return;
            }
        }
    }

    private static async Task<(Answer Answer, int RetryAfter)> RefusedAsync(Client client, string query, object? variables = null, params (string Name, string Value)[] headers)
    {
        while (true)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/graphql")
            {
                Content = new StringContent(JsonSerializer.Serialize(new { query, variables }), Encoding.UTF8, "application/json"),
            };
            request.Headers.Authorization = client.Credential is null ? null : new("Bearer", client.Credential);
            foreach (var (name, value) in headers)
            {
                request.Headers.Add(name, value);
            }

            using var response = await client.App.Http.SendAsync(request);
            if (response.StatusCode == HttpStatusCode.TooManyRequests)
            {
                return (await Answer.ReadAsync(response), int.Parse(response.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture));
            }
        }
    }

    private static async Task<ClientWebSocket> ConnectAsync(OrgGraphApp app, string credential)
    {
        var socket = new ClientWebSocket();
        socket.Options.AddSubProtocol("graphql-transport-ws");
        await socket.ConnectAsync(new UriBuilder(app.Address) { Scheme = "ws", Path = "/graphql" }.Uri, CancellationToken.None);
        await SendAsync(socket, new { type = "connection_init", payload = new { authorization = $"Bearer {credential}" } });
        return socket;
    }

    private static Task SendAsync(ClientWebSocket socket, object message) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(message)), WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private static async Task<JsonElement?> ReceiveAsync(ClientWebSocket socket)
    {
        var buffer = new byte[16 * 1024];
        var part = await socket.ReceiveAsync(buffer, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        return part.MessageType == WebSocketMessageType.Close ? null : JsonDocument.Parse(buffer.AsMemory(0, part.Count)).RootElement;
    }
}
