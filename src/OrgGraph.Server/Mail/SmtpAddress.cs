using System.Net;
using MailKit.Security;

namespace OrgGraph.Server.Mail;

/// <summary>The mail server named by <see cref="MailOptions.Smtp"/>.</summary>
internal sealed record SmtpAddress(string Host, int Port, SecureSocketOptions Security, NetworkCredential? Credential)
{
    /// <summary>Reads the URL. The message of a failure does not quote it, for it may hold a password.</summary>
    /// <exception cref="InvalidOperationException">The URL cannot be used.</exception>
    public static SmtpAddress Read(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("smtp" or "smtps") || uri.Host.Length == 0
            || uri.PathAndQuery is not ("" or "/") || uri.Fragment.Length > 0)
        {
            throw new InvalidOperationException("OrgGraph:Mail:Smtp must look like smtp://user:password@host:587 or smtps://user:password@host:465.");
        }

        bool isImplicitTls = uri.Scheme == "smtps";
        // Uri knows smtp's own port 25, which is for relaying between servers; submission is 587, and 465 with TLS from the start.
        bool hasPort = uri.Authority.EndsWith(":" + uri.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal);
        int port = hasPort ? uri.Port : isImplicitTls ? 465 : 587;
        SecureSocketOptions security = isImplicitTls ? SecureSocketOptions.SslOnConnect
            : IsLoopback(uri) ? SecureSocketOptions.None
            : SecureSocketOptions.StartTls;
        return new SmtpAddress(uri.IdnHost, port, security, ReadCredential(uri.UserInfo));
    }

    private static bool IsLoopback(Uri uri) =>
        uri.IdnHost.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(uri.IdnHost, out IPAddress? address) && IPAddress.IsLoopback(address));

    private static NetworkCredential? ReadCredential(string userInfo)
    {
        if (userInfo.Length == 0)
        {
            return null;
        }

        int colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        string user = colon < 0 ? userInfo : userInfo[..colon];
        string password = colon < 0 ? "" : userInfo[(colon + 1)..];
        return new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password));
    }
}
