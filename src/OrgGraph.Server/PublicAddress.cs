using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using OrgGraph.Settings.Invitations;

namespace OrgGraph.Server;

/// <summary>The server's public address, and which origins and hosts count as its own.</summary>
public sealed class PublicAddress(ServerSetup setup, IServer server) : IPublicAddress
{
    private static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    public string Url => (setup.Options.PublicUrl ?? Listening.FirstOrDefault() ?? ServerSetup.DefaultUrl).TrimEnd('/');

    private ICollection<string> Listening => server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [];

    /// <summary>A page of another origin must not act with what the browser knows of this one.</summary>
    public bool IsOriginAllowed(HttpContext context, string origin)
    {
        if (Same(origin, Url) || Split(setup.Options.AllowedOrigins).Any(allowed => Same(origin, allowed)))
        {
            return true;
        }

        return setup.IsDevelopment && Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.IsLoopback && uri.Port == context.Connection.LocalPort;
    }

    /// <summary>A name that somebody pointed at this server is not its own (DNS rebinding).</summary>
    public bool IsHostAllowed(HostString host)
    {
        if (Array.IndexOf(LoopbackNames, host.Host) >= 0 || System.Net.IPAddress.TryParse(host.Host.Trim('[', ']'), out var address) && System.Net.IPAddress.IsLoopback(address))
        {
            return true;
        }

        return (Uri.TryCreate(Url, UriKind.Absolute, out var own) && string.Equals(own.Host, host.Host, StringComparison.OrdinalIgnoreCase))
            || Split(setup.Options.AllowedHosts).Contains(host.Host, StringComparer.OrdinalIgnoreCase);
    }

    private static bool Same(string origin, string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && string.Equals(uri.GetLeftPart(UriPartial.Authority), origin, StringComparison.OrdinalIgnoreCase);

    private static string[] Split(string? list) => list?.Split([',', ' ', ';'], StringSplitOptions.RemoveEmptyEntries) ?? [];
}
