using Microsoft.AspNetCore.Http;

namespace OrgGraph.Transport.Http;

/// <summary>Keeps pages of other sites from acting with a victim's network position. Sockets are not covered by CORS, hence checked here too.</summary>
internal static class BrowserRules
{
    /// <summary>Null when the request may pass.</summary>
    public static Refusal? Check(HttpContext context, TransportOptions options)
    {
        var headers = context.Request.Headers;
        // A GET needs no pre-flight, so the browser's own statement is the only guard (Fetch Metadata 2.3).
        if (HttpMethods.IsGet(context.Request.Method) && !context.WebSockets.IsWebSocketRequest
            && string.Equals(headers["Sec-Fetch-Site"], "cross-site", StringComparison.OrdinalIgnoreCase))
        {
            return Refusal.CrossSite;
        }

        var origin = headers.Origin;
        if (origin.Count == 0)
        {
            return null;
        }

        // "null" is the origin of sandboxed frames and files: anybody can have it.
        return origin.Count == 1 && origin[0] is { Length: > 0 } value && value != "null" && options.IsOriginAllowed(context, value)
            ? null
            : Refusal.ForeignOrigin;
    }
}
