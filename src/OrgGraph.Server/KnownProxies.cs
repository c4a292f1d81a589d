using Microsoft.AspNetCore.HttpOverrides;
using IPNetwork = System.Net.IPNetwork;

namespace OrgGraph.Server;

/// <summary>Takes a client's address from the proxies that are known, and from nobody else: limits count by address.</summary>
internal static class KnownProxies
{
    /// <exception cref="StartRefusedException">One is no network.</exception>
    public static IReadOnlyList<IPNetwork> Parse(string? networks) =>
        [.. (networks ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => IPNetwork.TryParse(text, out var network)
            ? network
            : throw new StartRefusedException($"OrgGraph__Proxy__KnownNetworks: {text} is no network. Write networks like 10.0.0.0/8, separated by commas."))];

    public static void UseKnownProxies(this WebApplication app, IReadOnlyList<IPNetwork> networks)
    {
        if (networks.Count == 0)
        {
            return;
        }

        // As far back as all are known: the first address that is not is the client's.
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor, ForwardLimit = null };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var network in networks)
        {
            options.KnownIPNetworks.Add(network);
        }

        app.UseForwardedHeaders(options);
    }
}
