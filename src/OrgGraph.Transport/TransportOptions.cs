using Microsoft.AspNetCore.Http;

namespace OrgGraph.Transport;

/// <summary>Limits and times of the transport. The defaults are those of the published contract.</summary>
public sealed class TransportOptions
{
    /// <summary>Longest body of a POST, in bytes; 413 above.</summary>
    public int MaxBodyBytes { get; set; } = 256 * 1024;

    /// <summary>Longest path and query string of a GET, in characters; 414 above.</summary>
    public int MaxUrlLength { get; set; } = 8 * 1024;

    /// <summary>Longest message on a socket, in bytes; closed with 1009 above.</summary>
    public int MaxMessageBytes { get; set; } = 256 * 1024;

    /// <summary>Deepest nesting of variables.</summary>
    public int MaxVariableDepth { get; set; } = 32;

    /// <summary>Most values (scalars, lists, objects) in the variables of one request.</summary>
    public int MaxVariableNodes { get; set; } = 10_000;

    /// <summary>Most items of one list in variables.</summary>
    public int MaxVariableListItems { get; set; } = 1_000;

    /// <summary>Judges the <c>Origin</c> header of a browser's request; by default only the request's own scheme and host pass. Never asked about <c>null</c>, which is refused.</summary>
    public Func<HttpContext, string, bool> IsOriginAllowed { get; set; } =
        static (context, origin) => string.Equals(origin, $"{context.Request.Scheme}://{context.Request.Host}", StringComparison.OrdinalIgnoreCase);

    /// <summary>How long a socket may wait before <c>connection_init</c>; closed with 4408 after.</summary>
    public TimeSpan ConnectionInitTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often an acknowledged socket is sent a <c>ping</c> message.</summary>
    public TimeSpan PingInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>A peer that sent no whole message for so long is closed.</summary>
    public TimeSpan PeerTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>An anonymous socket without an operation for so long is closed.</summary>
    public TimeSpan AnonymousIdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>A single send that takes longer aborts the connection.</summary>
    public TimeSpan SendTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the peer may take to answer a close frame before the connection is aborted.</summary>
    public TimeSpan CloseTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often an event stream carries a comment line.</summary>
    public TimeSpan EventStreamCommentInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>At shutdown, sockets and event streams are closed evenly over this time, so that their clients do not all come back at once.</summary>
    public TimeSpan ShutdownSpread { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a connection that is to be closed at shutdown may still wait for its running queries and mutations.</summary>
    public TimeSpan ShutdownAnswerTimeout { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>How long, at shutdown, a single send may take, and the answer to the close frame: a peer that does not let go is aborted.</summary>
    public TimeSpan ShutdownCloseTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Most messages waiting to be sent on one connection; a client that is further behind is cut off (4508 on a socket).</summary>
    public int MaxQueuedMessages { get; set; } = 64;

    /// <summary>Most bytes waiting to be sent on one connection; a single larger message passes when nothing else waits.</summary>
    public int MaxQueuedBytes { get; set; } = 1024 * 1024;

    /// <summary>Most operations running on one socket; the next is answered with an <c>error</c> message of code <c>RATE_LIMITED</c>.</summary>
    public int MaxOperationsPerSocket { get; set; } = 100;

    /// <summary>Most operations of one socket that are executed, or hold an answer that is not yet queued, at the same time; the others wait their turn.</summary>
    public int MaxExecutingPerSocket { get; set; } = 8;

    /// <summary>Most sockets and event streams of one <see cref="ConnectionIdentity.PartitionKey"/>; null for no limit.</summary>
    public int? MaxConnectionsPerPrincipal { get; set; } = 50;

    /// <summary>Most anonymous (or not yet initialized) sockets and event streams of one remote address (IPv6: one /64); null for no limit.</summary>
    public int? MaxAnonymousConnectionsPerAddress { get; set; } = 50;

    /// <summary>Most sockets and event streams together; null for no limit.</summary>
    public int? MaxConnections { get; set; } = 10_000;
}
