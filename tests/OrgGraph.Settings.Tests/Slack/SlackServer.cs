using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Slack;

/// <summary>A call of a method, as Slack got it.</summary>
public sealed record SlackCall(string Method, string Authorization, IReadOnlyDictionary<string, string> Form)
{
    public string this[string name] => Form.GetValueOrDefault(name, "");
}

/// <summary>A channel of a workspace.</summary>
public sealed record PlayedChannel(string Id, string Name, bool IsPrivate = false, bool IsArchived = false, bool IsListed = true);

/// <summary>Plays Slack's documented methods, with its bodies, on loopback: all that this server says to Slack goes over a real socket.</summary>
public sealed class SlackServer : IAsyncDisposable
{
    public const string ClientId = "1234.5678";
    public const string ClientSecret = "0123456789abcdef0123456789abcdef";
    public const string General = "C000GENERAL";
    public const string Random = "C000RANDOM";
    public const string Secret = "C000SECRET";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Workspace, string RedirectUri)> _codes = [];
    private readonly ConcurrentDictionary<string, bool> _tokens = [];
    private int _made;

    private SlackServer()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapPost("/api/{method}", AnswerAsync);
    }

    public string Address => _app.Urls.First();

    /// <summary>What a server must be told to speak with this one.</summary>
    public (string Key, string Value)[] Settings => [("OrgGraph:Slack:ClientId", ClientId), ("OrgGraph:Slack:ClientSecret", ClientSecret), ("OrgGraph:Slack:ApiBaseUrl", Address + "/api/")];

    public ConcurrentQueue<SlackCall> Calls { get; } = new();

    public IEnumerable<SlackCall> Posted => Calls.Where(call => call.Method == "chat.postMessage");

    public List<PlayedChannel> Channels { get; } = [new(General, "general"), new(Random, "random"), new(Secret, "secret", IsPrivate: true)];

    /// <summary>Says something else, if it wants to: null leaves it to the rule.</summary>
    public Func<SlackCall, IResult?> Play { get; set; } = _ => null;

    /// <summary>The tokens that are good.</summary>
    public IEnumerable<string> GoodTokens => _tokens.Where(token => token.Value).Select(token => token.Key);

    public static async Task<SlackServer> StartAsync()
    {
        var server = new SlackServer();
        await server._app.StartAsync();
        return server;
    }

    public static IResult Error(string error) => Results.Json(new { ok = false, error });

    public static IResult TooOften(int seconds) => new TooOftenResult(seconds);

    /// <summary>Somebody consents on the page to which the address leads.</summary>
    /// <returns>What Slack hands to the callback page.</returns>
    public (string Code, string State) Consent(string authorizeUrl, string workspace = "T0ACME")
    {
        var url = new Uri(authorizeUrl);
        var query = HttpUtility.ParseQueryString(url.Query);
        Assert.Equal((Address, "/oauth/v2/authorize", ClientId, "channels:read,groups:read,chat:write,chat:write.public"), (url.GetLeftPart(UriPartial.Authority), url.AbsolutePath, query["client_id"], query["scope"]));
        var code = string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _made)}.code-of-slack-0123456789-0123456789-0123456789");
        _codes[code] = (workspace, query["redirect_uri"]!);
        return (code, query["state"]!);
    }

    /// <summary>Somebody removes the app in Slack.</summary>
    public void Uninstall()
    {
        foreach (var token in _tokens.Keys)
        {
            _tokens[token] = false;
        }
    }

    /// <summary>Connects an organization, and has its channels read.</summary>
    public async Task ConnectAsync(Client client, string organizationId, string workspace = "T0ACME")
    {
        var begun = await client.MutateAsync("connectSlack", new { organizationId }, "authorizeUrl");
        Assert.Empty(begun.Errors);
        var (code, state) = Consent(begun.Text("authorizeUrl"), workspace);
        Assert.Empty((await client.MutateAsync("completeSlackConnection", new { organizationId, code, state })).Errors);
        await client.App.DoDueWorkAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task<IResult> AnswerAsync(string method, HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        var call = new SlackCall(method, request.Headers.Authorization.ToString(), form.ToDictionary(field => field.Key, field => field.Value.ToString()));
        Calls.Enqueue(call);
        return Play(call) ?? Answer(call);
    }

    private IResult Answer(SlackCall call)
    {
        if (call.Method == "oauth.v2.access")
        {
            return Redeem(call);
        }

        var token = call.Authorization.StartsWith("Bearer ", StringComparison.Ordinal) ? call.Authorization["Bearer ".Length..] : "";
        return !_tokens.TryGetValue(token, out var isGood) ? Error("invalid_auth")
            : !isGood ? Error("token_revoked")
            : call.Method switch
            {
                "conversations.list" => List(call),
                "conversations.info" => Channels.Find(channel => channel.Id == call["channel"]) is { } found ? Results.Json(new { ok = true, channel = Shown(found) }) : Error("channel_not_found"),
                "chat.postMessage" => Post(call),
                "auth.revoke" => Revoke(token),
                _ => Error("unknown_method"),
            };
    }

    private IResult Redeem(SlackCall call)
    {
        if (call.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{ClientId}:{ClientSecret}")))
        {
            return Error("bad_client_secret");
        }

        if (!_codes.TryRemove(call["code"], out var given))
        {
            return Error("invalid_code");
        }

        if (given.RedirectUri != call["redirect_uri"])
        {
            return Error("bad_redirect_uri");
        }

        var token = string.Create(CultureInfo.InvariantCulture, $"xoxb-{Interlocked.Increment(ref _made)}-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789");
        _tokens[token] = true;
        return Results.Json(new
        {
            ok = true,
            access_token = token,
            token_type = "bot",
            scope = "channels:read,groups:read,chat:write,chat:write.public",
            bot_user_id = "U0KRQLJ9H",
            app_id = "A0KRD7HC3",
            team = new { id = given.Workspace, name = "Workspace " + given.Workspace },
            authed_user = new { id = "U1234" },
        });
    }

    private IResult List(SlackCall call)
    {
        var listed = Channels.Where(channel => channel.IsListed && !channel.IsArchived).ToList();
        var start = call["cursor"] is { Length: > 0 } cursor ? int.Parse(cursor["page-".Length..], CultureInfo.InvariantCulture) : 0;
        var size = Math.Min(int.Parse(call["limit"], CultureInfo.InvariantCulture), 1000);
        var next = start + size < listed.Count ? string.Create(CultureInfo.InvariantCulture, $"page-{start + size}") : "";
        return Results.Json(new { ok = true, channels = listed.Skip(start).Take(size).Select(Shown), response_metadata = new { next_cursor = next } });
    }

    private IResult Post(SlackCall call) => Channels.Find(channel => channel.Id == call["channel"]) is not { } found ? Error("channel_not_found")
        : found.IsArchived ? Error("is_archived")
        : Results.Json(new { ok = true, channel = found.Id, ts = "1503435956.000247", message = new { text = call["text"], type = "message" } });

    private IResult Revoke(string token)
    {
        _tokens[token] = false;
        return Results.Json(new { ok = true, revoked = true });
    }

    private static object Shown(PlayedChannel channel) => new
    {
        id = channel.Id,
        name = channel.Name,
        is_channel = !channel.IsPrivate,
        is_group = false,
        is_im = false,
        is_mpim = false,
        is_private = channel.IsPrivate,
        is_archived = channel.IsArchived,
        topic = new { value = "" },
    };

    private sealed class TooOftenResult(int seconds) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status429TooManyRequests;
            httpContext.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            return httpContext.Response.WriteAsync("""{"ok":false,"error":"ratelimited"}""");
        }
    }
}
