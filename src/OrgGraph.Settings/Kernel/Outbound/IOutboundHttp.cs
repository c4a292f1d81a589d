using OrgGraph.Secrets;

namespace OrgGraph.Settings.Kernel.Outbound;

/// <summary>
/// The one door to addresses that tenants give: providers' endpoints, data planes, Slack. Whoever goes through it cannot reach what lies
/// behind the server, follows nobody elsewhere, and waits and reads no longer than told. Implemented by the host.
/// </summary>
public interface IOutboundHttp
{
    /// <summary>Sends one request. Whatever the other side does is an answer; nothing but a cancellation is thrown.</summary>
    /// <param name="call">What to send.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    Task<OutboundAnswer> SendAsync(OutboundCall call, CancellationToken cancellation);

    /// <summary>Opens a WebSocket and leaves at once: whether somebody there speaks it. Only then it is answered with 101.</summary>
    /// <param name="url">ws or wss.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="cancellation">Nobody waits for it any more.</param>
    Task<OutboundAnswer> ShakeHandsAsync(Uri url, TimeSpan patience, CancellationToken cancellation);

    /// <summary>Whether an address may be stored at all. Where its name leads is judged when it is called, not before.</summary>
    /// <param name="url">As somebody typed it.</param>
    /// <returns>What is wrong with it, as a sentence for them; null: nothing.</returns>
    string? WhyNot(string url);
}

/// <summary>From a host name to addresses: a seam, so that tests can have a name that changes.</summary>
public interface INameResolver
{
    /// <summary>All addresses of the name.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">There is no such name, or it could not be asked for.</exception>
    Task<System.Net.IPAddress[]> ResolveAsync(string host, CancellationToken cancellation);
}

/// <summary>A request to the outside.</summary>
/// <param name="Method">GET, POST, ...</param>
/// <param name="Url">Where to. Its query is shown to nobody, but holds no secret all the same.</param>
public sealed record OutboundCall(HttpMethod Method, Uri Url)
{
    public static readonly TimeSpan LongestPatience = TimeSpan.FromSeconds(10);
    public const int MostBytes = 64 * 1024;

    /// <summary>Headers. Their values are secrets: many are, and nobody can tell which.</summary>
    public IReadOnlyList<(string Name, Secret Value)> Headers { get; init; } = [];

    /// <summary>What to send, and as which media type.</summary>
    public (Secret Content, string MediaType)? Body { get; init; }

    /// <summary>How long the whole of it may take: the name, the connection, the answer to its last byte.</summary>
    public TimeSpan Patience { get; init; } = LongestPatience;

    /// <summary>How much of the answer is read, counted after decompression. What is beyond is left where it is.</summary>
    public int MaxBytes { get; init; } = MostBytes;
}

/// <summary>How a request to the outside ended.</summary>
/// <param name="Elapsed">How long it took.</param>
public abstract record OutboundAnswer(TimeSpan Elapsed)
{
    /// <summary>The other side answered, whatever it said.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Body">The beginning of the answer, decompressed.</param>
    /// <param name="IsWhole">Whether that is all of it.</param>
    /// <param name="RetryAfter">How long it asks to be left alone.</param>
    public sealed record Answered(int Status, byte[] Body, bool IsWhole, TimeSpan? RetryAfter, TimeSpan Elapsed) : OutboundAnswer(Elapsed);

    /// <summary>There is no answer.</summary>
    /// <param name="Reason">Why, as a sentence for people: it names no address but the one that they gave, and no secret.</param>
    public sealed record Failed(OutboundFailure Kind, string Reason, TimeSpan Elapsed) : OutboundAnswer(Elapsed);
}

/// <summary>Why there is no answer.</summary>
public enum OutboundFailure
{
    /// <summary>The name, the connection, the certificate or the protocol failed.</summary>
    Unreachable,

    /// <summary>It took too long.</summary>
    TimedOut,

    /// <summary>The server does not go there.</summary>
    Blocked,
}
