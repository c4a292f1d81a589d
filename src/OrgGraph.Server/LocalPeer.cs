using System.Net;

namespace OrgGraph.Server;

/// <summary>Tells requests of programs on this machine from all others.</summary>
internal static class LocalPeer
{
    private static readonly string[] ForwardingHeaders = ["Forwarded", "Via", "X-Real-IP"];

    /// <summary>A proxy on this machine is a loopback peer as well, whoever it speaks for: a forwarding header gives it away.</summary>
    public static bool IsItself(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } peer && IPAddress.IsLoopback(peer) && !context.Request.Headers.Keys.Any(IsForwardingHeader);

    // X-Original-*: what ASP.NET Core's forwarded-headers middleware leaves of a header that it has followed.
    private static bool IsForwardingHeader(string name) =>
        name.StartsWith("X-Forwarded-", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("X-Original-", StringComparison.OrdinalIgnoreCase)
        || ForwardingHeaders.Contains(name, StringComparer.OrdinalIgnoreCase);
}
