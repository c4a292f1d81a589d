using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>
/// <c>POST /demo/token</c>: a token for whoever is asked for, without a password. Hence it is mapped only in Development with
/// the demo on, and there it exists only for programs and pages of this machine: for all others it is 404.
/// </summary>
public static class DemoTokenEndpoint
{
    /// <summary>Maps the address; <see cref="DemoIssuer"/> must be among the services.</summary>
    /// <param name="endpoints">Where to map it.</param>
    /// <param name="isOwnOrigin">Says whether an <c>Origin</c> is the dashboard's. By default: that of the request itself, on a loopback name.</param>
    public static void MapDemoToken(this IEndpointRouteBuilder endpoints, Func<HttpRequest, string, bool>? isOwnOrigin = null)
    {
        var isOwn = isOwnOrigin ?? IsSameLoopbackOrigin;
        endpoints.MapPost("/demo/token", context => AnswerAsync(context, isOwn));
    }

    private static async Task AnswerAsync(HttpContext context, Func<HttpRequest, string, bool> isOwnOrigin)
    {
        if (!LocalPeer.IsItself(context) || !IsOriginWelcome(context.Request, isOwnOrigin))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        context.Response.Headers.CacheControl = "no-store";
        var request = await DemoTokenRequest.ReadAsync(context.Request);
        if (request.Problem is { } problem)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await context.Response.WriteAsJsonAsync(new { error = problem }, context.RequestAborted);
            return;
        }

        var issuer = context.RequestServices.GetRequiredService<DemoIssuer>();
        var (accessToken, expiresIn) = issuer.Issue(request.Email, request.ExpiresIn);
        await context.Response.WriteAsJsonAsync(new { accessToken, expiresIn }, context.RequestAborted);
    }

    private static bool IsOriginWelcome(HttpRequest request, Func<HttpRequest, string, bool> isOwnOrigin)
    {
        var origin = request.Headers[HeaderNames.Origin];
        return StringValues.IsNullOrEmpty(origin) ? origin.Count == 0 : origin.Count == 1 && isOwnOrigin(request, origin.ToString());
    }

    // A foreign name that resolves to 127.0.0.1 has an Origin equal to its Host (DNS rebinding): only loopback names count.
    private static bool IsSameLoopbackOrigin(HttpRequest request, string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.IsLoopback
        && uri.Scheme != Uri.UriSchemeFile
        && string.Equals(origin, $"{request.Scheme}://{request.Host.Value}", StringComparison.OrdinalIgnoreCase);
}
