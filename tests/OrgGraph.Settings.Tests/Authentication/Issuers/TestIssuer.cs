using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>An OpenID Connect issuer on a loopback port: discovery and JWKS over real HTTP, misbehaving on request.</summary>
internal sealed class TestIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _metadataFetches;
    private int _keyFetches;

    private TestIssuer(WebApplication app) => _app = app;

    public string Authority => _app.Urls.Single();

    public int MetadataFetches => Volatile.Read(ref _metadataFetches);

    public int KeyFetches => Volatile.Read(ref _keyFetches);

    /// <summary>The published keys.</summary>
    public TestKey[] Keys { get; set; } = [];

    /// <summary>What the metadata says of itself.</summary>
    public Action<JsonObject> Metadata { get; set; } = _ => { };

    /// <summary>Answers in place of the metadata.</summary>
    public RequestDelegate? InPlaceOfMetadata { get; set; }

    /// <summary>Answers in place of the keys.</summary>
    public RequestDelegate? InPlaceOfKeys { get; set; }

    public static async Task<TestIssuer> StartAsync(params TestKey[] keys) => await StartAsync("http://127.0.0.1:0", keys);

    public static async Task<TestIssuer> StartAsync(string address, params TestKey[] keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        var app = builder.Build();
        var issuer = new TestIssuer(app) { Keys = keys };
        app.MapGet("/.well-known/openid-configuration", issuer.AnswerMetadataAsync);
        app.MapGet("/keys", issuer.AnswerKeysAsync);
        await app.StartAsync();
        return issuer;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private Task AnswerMetadataAsync(HttpContext context)
    {
        Interlocked.Increment(ref _metadataFetches);
        var metadata = new JsonObject { ["issuer"] = Authority, ["jwks_uri"] = Authority + "/keys" };
        Metadata(metadata);
        return InPlaceOfMetadata?.Invoke(context) ?? context.Response.WriteAsync(metadata.ToJsonString());
    }

    private Task AnswerKeysAsync(HttpContext context)
    {
        Interlocked.Increment(ref _keyFetches);
        var keys = new JsonObject { ["keys"] = new JsonArray([.. Keys.Select(key => key.ToJwk())]) };
        return InPlaceOfKeys?.Invoke(context) ?? context.Response.WriteAsync(keys.ToJsonString());
    }
}
