using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;

namespace OrgGraph.Transport.Connections;

/// <summary>Who sends, as far as an address tells.</summary>
public static class RemoteAddress
{
    /// <summary>The same for all addresses of one subscriber, who has a whole IPv6 /64.</summary>
    public static string KeyOf(HttpContext context) => KeyOf(context.Connection.RemoteIpAddress);

    /// <summary>As above, of an address; null when there is none, e.g. on a pipe.</summary>
    public static string KeyOf(IPAddress? address)
    {
        if (address is null)
        {
            return "address";
        }

        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }

        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? "address " + Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : "address " + address;
    }
}
