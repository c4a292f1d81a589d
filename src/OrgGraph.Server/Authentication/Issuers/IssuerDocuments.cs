using System.Net;
using System.Text;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>
/// Fetches an issuer's metadata and keys: https outside Development, at most 256 KiB and 5 s an answer, no redirects, no cookies.
/// The package's own HttpDocumentRetriever bounds none of these.
/// </summary>
internal sealed class IssuerDocuments : IDocumentRetriever, IDisposable
{
    private const int MaximumBytes = 256 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly bool _allowsHttp;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public IssuerDocuments(bool allowsHttp, TimeProvider time)
    {
        _allowsHttp = allowsHttp;
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            Proxy = new DirectToLoopback(),
            AutomaticDecompression = DecompressionMethods.None,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>The issuer's present keys. Throws when they cannot be had or the metadata is another issuer's.</summary>
    public async Task<IssuerKeySet> FetchKeysAsync(string authority, CancellationToken cancellation)
    {
        // OpenID Connect Discovery 4: a terminating slash of the issuer is dropped before the well-known path is appended.
        var address = authority.TrimEnd('/') + "/.well-known/openid-configuration";
        var metadata = await OpenIdConnectConfigurationRetriever.GetAsync(address, this, cancellation);
        if (metadata.Issuer != authority)
        {
            throw new InvalidOperationException("The metadata names another issuer than Authority.");
        }

        var keys = metadata.JsonWebKeySet is { } document ? IssuerKeySet.From(document) : null;
        return keys is { IsEmpty: false } ? keys : throw new InvalidOperationException("The issuer publishes no usable signing key.");
    }

    public async Task<string> GetDocumentAsync(string address, CancellationToken cancel)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || !(uri.Scheme == Uri.UriSchemeHttps || (_allowsHttp && uri.Scheme == Uri.UriSchemeHttp)))
        {
            throw new InvalidOperationException("The address is not https.");
        }

        using var deadline = new CancellationTokenSource(Patience, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
        using var response = await _http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, either.Token);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new InvalidOperationException($"{uri.AbsolutePath} answered {(int)response.StatusCode}.");
        }

        await using var body = await response.Content.ReadAsStreamAsync(either.Token);
        return await ReadAsync(body, either.Token);
    }

    public void Dispose() => _http.Dispose();

    private static async Task<string> ReadAsync(Stream body, CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
        {
            if (text.Length + read > MaximumBytes)
            {
                throw new InvalidOperationException("The answer is longer than 256 KiB.");
            }

            text.Write(buffer, 0, read);
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    // The system's proxy, where one is set: issuers often lie beyond it, but those on this machine never do.
    private sealed class DirectToLoopback : IWebProxy
    {
        public ICredentials? Credentials { get; set; } = HttpClient.DefaultProxy.Credentials;

        public Uri? GetProxy(Uri destination) => HttpClient.DefaultProxy.GetProxy(destination);

        public bool IsBypassed(Uri host) => host.IsLoopback || HttpClient.DefaultProxy.IsBypassed(host);
    }
}
