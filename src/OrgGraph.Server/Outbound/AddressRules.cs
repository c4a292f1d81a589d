using System.Net;
using System.Net.Sockets;

namespace OrgGraph.Server.Outbound;

/// <summary>To which addresses the server goes on somebody's word: public ones, and those of networks that the operator lists.</summary>
internal sealed class AddressRules(IReadOnlyList<IPNetwork> allowed, bool allowsHttp)
{
    private static readonly IPNetwork[] LinkLocal = Networks("169.254.0.0/16", "fe80::/10");

    private static readonly IPNetwork[] Blocked =
    [
        .. LinkLocal,
        .. Networks(
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
            "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        .. Networks("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fec0::/10", "ff00::/8"),
    ];

    private static readonly IPNetwork[] Mapped = Networks("::ffff:0:0/96");
    private static readonly IPNetwork[] Translated = Networks("64:ff9b::/96");
    private static readonly IPNetwork[] Compatible = Networks("::/96");
    private static readonly IPNetwork[] SixToFour = Networks("2002::/16");
    private static readonly IPNetwork[] Teredo = Networks("2001::/32");

    /// <summary>Whether the server goes there.</summary>
    /// <param name="isPlain">Without TLS, so that everybody on the way reads along.</param>
    public bool Allows(IPAddress address, bool isPlain)
    {
        // Link-local addresses are the machine's own surroundings, and where clouds hand out its credentials: no list opens them.
        var forms = Forms(address).ToArray();
        if (Array.Exists(forms, form => IsIn(form, LinkLocal)))
        {
            return false;
        }

        var isListed = IsIn(forms[0], allowed);
        return (isListed || !Array.Exists(forms, form => IsIn(form, Blocked))) && (isListed || allowsHttp || !isPlain);
    }

    /// <summary>Networks in CIDR notation, separated by commas.</summary>
    /// <exception cref="StartRefusedException">One is none.</exception>
    public static IReadOnlyList<IPNetwork> Parse(string networks) =>
    [
        .. networks.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(text => IPNetwork.TryParse(text, out var network)
            ? network
            : throw new StartRefusedException($"OrgGraph__Outbound__AllowedNetworks: {text} is no network. Write networks like 10.0.0.0/8, separated by commas.")),
    ];

    // The address as it is reached, then every IPv4 address that an IPv6 one stands for: a translator on the way may take it there.
    private static IEnumerable<IPAddress> Forms(IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        yield return plain;
        if (plain.AddressFamily != AddressFamily.InterNetworkV6)
        {
            yield break;
        }

        var bytes = plain.GetAddressBytes();
        if (IsIn(plain, Mapped) || IsIn(plain, Translated) || IsIn(plain, Compatible))
        {
            yield return new IPAddress(bytes.AsSpan(12, 4));
        }
        else if (IsIn(plain, SixToFour))
        {
            yield return new IPAddress(bytes.AsSpan(2, 4));
        }
        else if (IsIn(plain, Teredo))
        {
            // The server's address, and the client's with all bits turned over.
            yield return new IPAddress(bytes.AsSpan(4, 4));
            yield return new IPAddress(Array.ConvertAll(bytes[12..], octet => (byte)~octet));
        }
    }

    private static bool IsIn(IPAddress address, IReadOnlyList<IPNetwork> networks) => networks.Any(network => network.Contains(address));

    private static IPNetwork[] Networks(params string[] texts) => Array.ConvertAll(texts, text => IPNetwork.Parse(text));
}
