using System.Net;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Settings.DataPlane;

/// <summary>The rules for the data plane's addresses, and how they are put together.</summary>
internal static class DataPlaneUrls
{
    /// <summary>Reads an address as somebody typed it. It would be sent a token, and browsers their credentials: so it is encrypted beyond this machine.</summary>
    public static ValidationError? Read(IOutboundHttp outbound, DataPlaneEndpoint endpoint, string? text, string path, out string? url)
    {
        url = text?.Trim();
        if (url is null)
        {
            return null;
        }

        var (plain, secure) = endpoint == DataPlaneEndpoint.Realtime ? (Uri.UriSchemeWs, Uri.UriSchemeWss) : (Uri.UriSchemeHttp, Uri.UriSchemeHttps);
        var typed = url.Split(':', 2);
        var scheme = typed[0].ToLowerInvariant();

        if (scheme != plain && scheme != secure)
        {
            return new ValidationError($"The address must begin with {secure}://.", path);
        }

        // All but the scheme is judged as for any address that this server is sent to.
        var reason = outbound.WhyNot($"https:{typed.ElementAtOrDefault(1)}")
            ?? (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? "This is no address."
                : parsed.Query.Length > 0 ? "The address holds a ? part. Leave it out: paths are added to the address."
                : scheme == plain && !IsLoopback(parsed) ? $"Without TLS only this machine may be named. Begin with {secure}://."
                : null);
        return reason is null ? null : new ValidationError(reason, path);
    }

    /// <summary>Whether both are the same place, however they are written.</summary>
    public static bool AreSame(string? one, string? other) => Normal(one) == Normal(other);

    public static Uri Under(string url, string path) => new(url.TrimEnd('/') + path);

    private static string? Normal(string? url) => url is null ? null : new Uri(url).AbsoluteUri.TrimEnd('/');

    private static bool IsLoopback(Uri url) => string.Equals(url.IdnHost, "localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(url.IdnHost, out var address) && IPAddress.IsLoopback(address));
}
