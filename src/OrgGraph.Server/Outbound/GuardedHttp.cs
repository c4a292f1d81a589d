using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using OrgGraph.Settings.Kernel.Outbound;

namespace OrgGraph.Server.Outbound;

/// <summary>
/// HTTP to addresses that tenants give. A name is resolved once, every address of it is judged, and the connection goes to one that was
/// judged: so a name that changes its mind gains nothing. No proxy, no redirect, no cookie, nothing kept from one call to the next.
/// </summary>
internal sealed class GuardedHttp : IOutboundHttp, IDisposable
{
    private readonly AddressRules _rules;
    private readonly bool _allowsHttp;
    private readonly INameResolver _names;
    private readonly TimeProvider _clock;
    private readonly HttpClient _http;
    private readonly HttpMessageInvoker _sockets;

    /// <param name="allowsHttp">Whether http is stored and called anywhere; else only towards listed networks.</param>
    public GuardedHttp(IReadOnlyList<IPNetwork> allowed, bool allowsHttp, INameResolver names, TimeProvider clock)
    {
        (_rules, _allowsHttp, _names, _clock) = (new AddressRules(allowed, allowsHttp), allowsHttp || allowed.Count > 0, names, clock);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            PreAuthenticate = false,
            ActivityHeadersPropagator = null,
            AutomaticDecompression = DecompressionMethods.All,
            MaxResponseHeadersLength = 16,
            ResponseDrainTimeout = TimeSpan.Zero,
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectTimeout = OutboundCall.LongestPatience,
            ConnectCallback = ConnectAsync,
        };
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        _sockets = new HttpMessageInvoker(handler, disposeHandler: false);
    }

    public string? WhyNot(string url)
    {
        if (url.Length > 2048 || url.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) || !Uri.TryCreate(url, UriKind.Absolute, out var parsed))
        {
            return "This is no address. Write one like https://host/path.";
        }

        return parsed.Scheme != Uri.UriSchemeHttps && !(parsed.Scheme == Uri.UriSchemeHttp && _allowsHttp) ? "The address must begin with https://."
            : parsed.Host.Length == 0 ? "The address names no host."
            : parsed.UserInfo.Length > 0 ? "The address holds a name or password. Leave them out: secrets have their own place."
            : parsed.Fragment.Length > 0 ? "The address holds a # part, which is never sent. Leave it out."
            : null;
    }

    public Task<OutboundAnswer> SendAsync(OutboundCall call, CancellationToken cancellation)
    {
        var reason = WhyNot(call.Url.OriginalString)
            ?? (call.Headers.Any(header => header.Value.Reveal().Any(char.IsControl)) ? "A header holds a line break or another control character." : null);
        return BoundedAsync(reason, call.Patience, TalkAsync, cancellation);

        async Task<OutboundAnswer> TalkAsync(long begun, CancellationToken either)
        {
            using var request = Request(call);
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either);
            var (body, isWhole) = await ReadAsync(response.Content, call.MaxBytes, either);
            return new OutboundAnswer.Answered((int)response.StatusCode, body, isWhole, response.Headers.RetryAfter?.Delta, _clock.GetElapsedTime(begun));
        }
    }

    public Task<OutboundAnswer> ShakeHandsAsync(Uri url, TimeSpan patience, CancellationToken cancellation)
    {
        var reason = url.Scheme == Uri.UriSchemeWs || url.Scheme == Uri.UriSchemeWss ? WhyNot("http" + url.OriginalString[2..]) : "The address must begin with wss://.";
        return BoundedAsync(reason, patience, ShakeAsync, cancellation);

        async Task<OutboundAnswer> ShakeAsync(long begun, CancellationToken either)
        {
            using var socket = new ClientWebSocket();
            socket.Options.CollectHttpResponseDetails = true;
            try
            {
                await socket.ConnectAsync(url, _sockets, either);
            }
            catch (WebSocketException) when (socket.HttpStatusCode is not (0 or HttpStatusCode.SwitchingProtocols))
            {
                // It speaks HTTP, and did not want to speak WebSocket.
            }

            return new OutboundAnswer.Answered((int)socket.HttpStatusCode, [], IsWhole: true, null, _clock.GetElapsedTime(begun));
        }
    }

    public void Dispose()
    {
        _sockets.Dispose();
        _http.Dispose();
    }

    /// <summary>Bounds a talk in time, and tells in words how it failed.</summary>
    /// <param name="refusal">Why there is to be none.</param>
    private async Task<OutboundAnswer> BoundedAsync(string? refusal, TimeSpan patience, Func<long, CancellationToken, Task<OutboundAnswer>> talk, CancellationToken cancellation)
    {
        var begun = _clock.GetTimestamp();
        if (refusal is not null)
        {
            return Failed(OutboundFailure.Blocked, refusal);
        }

        using var deadline = new CancellationTokenSource(patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        try
        {
            return await talk(begun, either.Token);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && (e is OperationCanceledException || (e is WebSocketException && deadline.IsCancellationRequested)))
        {
            return Failed(OutboundFailure.TimedOut, $"It took longer than {patience.TotalSeconds:0} seconds.");
        }
        catch (Exception e) when (Find<BlockedException>(e) is not null)
        {
            return Failed(OutboundFailure.Blocked, "The name leads to an address where the server does not go. An operator can allow a network: OrgGraph__Outbound__AllowedNetworks.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException or WebSocketException)
        {
            return Failed(OutboundFailure.Unreachable, Explain(Find<HttpRequestException>(e) ?? e));
        }

        OutboundAnswer.Failed Failed(OutboundFailure kind, string why) => new(kind, why, _clock.GetElapsedTime(begun));
    }

    private static HttpRequestMessage Request(OutboundCall call)
    {
        var request = new HttpRequestMessage(call.Method, call.Url) { Version = HttpVersion.Version11 };
        request.Headers.ConnectionClose = true;
        if (call.Body is var (content, mediaType))
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(content.Reveal()));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", mediaType);
        }

        foreach (var (name, value) in call.Headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value.Reveal()) && request.Content is { } body)
            {
                body.Headers.Remove(name);
                body.Headers.TryAddWithoutValidation(name, value.Reveal());
            }
        }

        return request;
    }

    // Reads as far as is wanted and leaves the rest: a body that never ends, or unfolds into gigabytes, costs no more than one that does.
    private static async Task<(byte[] Body, bool IsWhole)> ReadAsync(HttpContent content, int most, CancellationToken cancellation)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellation);
        var buffer = ArrayPool<byte>.Shared.Rent(most + 1);
        try
        {
            var length = 0;
            int read;
            while (length <= most && (read = await stream.ReadAsync(buffer.AsMemory(length, most + 1 - length), cancellation)) > 0)
            {
                length += read;
            }

            return (buffer[..Math.Min(length, most)], length <= most);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var scheme = context.InitialRequestMessage.RequestUri!.Scheme;
        var isPlain = scheme != Uri.UriSchemeHttps && scheme != Uri.UriSchemeWss;
        var addresses = IPAddress.TryParse(host, out var literal) ? [literal] : await _names.ResolveAsync(host, cancellation);

        // All of them: else a name with a good address and a bad one gets to the bad one when the good one fails.
        if (addresses.Length == 0 || !Array.TrueForAll(addresses, address => _rules.Allows(address, isPlain)))
        {
            throw addresses.Length == 0 ? new SocketException((int)SocketError.HostNotFound) : new BlockedException();
        }

        Exception? last = null;
        foreach (var address in addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, port), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception e)
            {
                socket.Dispose();
                last = e;
                if (e is not SocketException)
                {
                    break;
                }
            }
        }

        throw last!;
    }

    // Own words: those of the runtime name addresses that the name leads to.
    private static string Explain(Exception e) => e switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "There is no host of that name.",
        HttpRequestException when Find<SocketException>(e) is { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => "There is no host of that name.",
        HttpRequestException when Find<SocketException>(e) is { SocketErrorCode: SocketError.ConnectionRefused } => "The host refused the connection.",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "No secure connection could be made: the certificate is not trusted, is another host's, or the other side does not speak TLS.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "The host could not be reached.",
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "The answer's headers are too long.",
        _ => "The connection broke, or what came back is no HTTP.",
    };

    private static T? Find<T>(Exception? e)
        where T : Exception
    {
        for (; e is not null; e = e.InnerException)
        {
            if (e is T found)
            {
                return found;
            }
        }

        return null;
    }

    private sealed class BlockedException : Exception;
}

/// <summary>Asks the system.</summary>
internal sealed class SystemNames : INameResolver
{
    public Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellation) => Dns.GetHostAddressesAsync(host, cancellation);
}

/// <summary>Where the server may go on somebody's word.</summary>
public sealed class OutboundOptions
{
    /// <summary>Networks in CIDR notation, separated by commas, that may be reached although they are private. Null: loopback in Development, else none.</summary>
    public string? AllowedNetworks { get; set; }
}
