using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using OpenIddict.Abstractions;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace OrgGraph.Settings.Tests.Authentication.Issuers;

/// <summary>
/// A real OpenID Connect server on a loopback port: OpenIddict, with its own discovery, key set and token endpoint. It lets in whoever
/// asks; what the tokens say is the asker's to choose.
/// </summary>
internal sealed class RealIssuer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });

    private RealIssuer(WebApplication app) => _app = app;

    /// <summary>As its metadata and tokens name it: with the slash at the end.</summary>
    public string Authority => _app.Urls.Single() + "/";

    /// <summary>Starts it.</summary>
    /// <param name="address">E.g. <c>http://127.0.0.1:0</c>, or where an earlier one was.</param>
    /// <param name="keys">Its signing keys by id; it signs with the first.</param>
    public static async Task<RealIssuer> StartAsync(TimeProvider clock, string address, params (string Id, RSA Pair)[] keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(address);
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode().AllowPasswordFlow().AcceptAnonymousClients().DisableAccessTokenEncryption().AddEphemeralEncryptionKey();
            server.SetTokenEndpointUris("connect/token").RegisterScopes(Scopes.OpenId, Scopes.Email);
            foreach (var (id, pair) in keys)
            {
                server.AddSigningKey(new RsaSecurityKey(pair) { KeyId = id });
            }

            server.Configure(options => options.TimeProvider = clock);
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(_ => ValueTask.CompletedTask));
            server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseInlineHandler(SignIn));
            server.UseAspNetCore().DisableTransportSecurityRequirement();
        });
        var app = builder.Build();
        app.UseAuthentication();
        await app.StartAsync();
        return new RealIssuer(app);
    }

    /// <summary>Signs somebody in: the access token, and the ID token that came with it.</summary>
    public async Task<(string Access, string Id)> SignInAsync(string subject, string email, bool isVerified = true, string audience = "orggraph-test", int seconds = 600)
    {
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = GrantTypes.Password,
            ["client_id"] = audience,
            ["username"] = subject,
            ["password"] = "any",
            ["scope"] = Scopes.OpenId,
            ["test_email"] = email,
            ["test_verified"] = isVerified ? "true" : "false",
            ["test_audience"] = audience,
            ["test_seconds"] = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture),
        };
        using var answer = await _http.PostAsync(new Uri(Authority + "connect/token"), new FormUrlEncodedContent(form));
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return answer.IsSuccessStatusCode
            ? (body.GetProperty("access_token").GetString()!, body.GetProperty("id_token").GetString()!)
            : throw new InvalidOperationException($"The issuer refused: {body}");
    }

    /// <summary>Its key set, as anybody can read it.</summary>
    public async Task<JsonElement> KeysAsync() => await _http.GetFromJsonAsync<JsonElement>(new Uri(Authority + ".well-known/jwks"));

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.DisposeAsync();
    }

    private static ValueTask SignIn(HandleTokenRequestContext context)
    {
        var request = context.Request;
        var identity = new ClaimsIdentity("test", Claims.Name, Claims.Role);
        identity.SetClaim(Claims.Subject, request.Username)
            .SetClaim(Claims.Email, (string?)request["test_email"])
            .SetClaim(Claims.EmailVerified, (string?)request["test_verified"] == "true");
        identity.SetScopes(request.GetScopes()).SetResources((string?)request["test_audience"] ?? "");
        identity.SetAccessTokenLifetime(TimeSpan.FromSeconds(int.Parse((string?)request["test_seconds"] ?? "600", System.Globalization.CultureInfo.InvariantCulture)));
        identity.SetDestinations(_ => [Destinations.AccessToken, Destinations.IdentityToken]);
        context.SignIn(new ClaimsPrincipal(identity));
        return ValueTask.CompletedTask;
    }
}
