using GraphQL;
using Microsoft.AspNetCore.Http;

namespace OrgGraph.Transport;

/// <summary>One GraphQL request as it was read from a body, a query string or a socket message.</summary>
/// <param name="Query">The document.</param>
/// <param name="OperationName">Which of the document's operations is meant; null when there is only one.</param>
/// <param name="Variables">The variables, empty when none were sent.</param>
/// <param name="AllowMutation">False over GET: the engine answers a mutation with <see cref="AnswerKind.MethodNotAllowed"/>.</param>
/// <param name="AllowSubscription">Whether the way it came can carry a stream (a socket, or <c>Accept: text/event-stream</c>).</param>
public sealed record GraphQLRequest(string Query, string? OperationName, Inputs Variables, bool AllowMutation, bool AllowSubscription);

/// <summary>What the transport must know of an answer to choose a status.</summary>
public enum AnswerKind
{
    /// <summary>Executed, with or without field errors: 200.</summary>
    Executed,

    /// <summary>Parse, validation or variable error: 400, or 200 for <c>application/json</c>.</summary>
    RequestError,

    /// <summary>A mutation by GET: 405 with <c>Allow: POST</c>.</summary>
    MethodNotAllowed,

    /// <summary>Over a rate limit: 429 with <c>Retry-After</c>.</summary>
    RateLimited,

    /// <summary>Shutting down, database unreachable, copy unconfirmed: 503 with <c>Retry-After</c>.</summary>
    Unavailable,
}

/// <summary>A whole answer, or a stream of them.</summary>
public abstract record EngineAnswer
{
    /// <summary>A whole answer.</summary>
    /// <param name="Kind">What happened.</param>
    /// <param name="Json">The response as UTF-8 JSON. Owned by the receiver until it has written it.</param>
    /// <param name="RetryAfterSeconds">For <see cref="AnswerKind.RateLimited"/> and <see cref="AnswerKind.Unavailable"/>.</param>
    public sealed record Whole(AnswerKind Kind, ReadOnlyMemory<byte> Json, int? RetryAfterSeconds = null) : EngineAnswer;

    /// <summary>A subscription that was accepted and not yet started.</summary>
    /// <param name="Source">Starts it.</param>
    public sealed record Stream(IEventSource Source) : EngineAnswer;
}

/// <summary>An accepted subscription.</summary>
public interface IEventSource
{
    /// <summary>Begins delivery. Dispose the answer to end it; no call reaches the subscriber after disposal has returned, save one in flight.</summary>
    IDisposable Start(IEventSubscriber subscriber);
}

/// <summary>The transport's end of one running subscription. Calls come one at a time, in order, and never block.</summary>
public interface IEventSubscriber
{
    /// <summary>Hands over one result as UTF-8 JSON. The bytes are shared by many subscribers: never written to, never pooled.</summary>
    /// <returns>False when the subscriber is gone or reads too slowly; the source then forgets it.</returns>
    bool Next(ReadOnlyMemory<byte> json);

    /// <summary>Nothing follows.</summary>
    void Complete();

    /// <summary>Ends when at least half of the queue is free, or the subscriber is gone: for a source that has much to say at once, e.g. a replay.</summary>
    /// <param name="cancellation">Ends the waiting.</param>
    ValueTask ReadyAsync(CancellationToken cancellation);
}

/// <summary>Executes requests. Implemented by the host.</summary>
public interface IGraphQLEngine
{
    /// <summary>Executes a query or mutation, or accepts a subscription. A refusal of any kind is an answer, not an exception.</summary>
    /// <param name="request">What to execute.</param>
    /// <param name="identity">Who the connection is.</param>
    /// <param name="context">The HTTP request, or the one that was upgraded to the socket.</param>
    /// <param name="cancellation">Ends the work, not only the answer.</param>
    ValueTask<EngineAnswer> ExecuteAsync(GraphQLRequest request, ConnectionIdentity identity, HttpContext context, CancellationToken cancellation);
}

/// <summary>Who a connection is, as far as the transport must know. Derived by the host.</summary>
public abstract class ConnectionIdentity
{
    /// <summary>No credential was presented.</summary>
    public abstract bool IsAnonymous { get; }

    /// <summary>Connections of one principal share this key; it bounds their number.</summary>
    public abstract string PartitionKey { get; }

    /// <summary>When the credential expires by itself; null when it does not.</summary>
    public abstract DateTimeOffset? ExpiresAt { get; }

    /// <summary>Has somebody told once when the credential is revoked, at once when it is already; from any thread, so it must not block or throw.</summary>
    /// <param name="ended">Who is told.</param>
    /// <returns>Dispose it to hear no more; null when the credential cannot be revoked.</returns>
    public abstract IDisposable? WhenEnded(Action ended);
}

/// <summary>The outcome of looking at a credential.</summary>
public abstract record AuthenticationOutcome
{
    /// <summary>Good, or none was presented.</summary>
    public sealed record Accepted(ConnectionIdentity Identity) : AuthenticationOutcome;

    /// <summary>Presented and malformed, unknown, expired or revoked: 401, or close 4403.</summary>
    public sealed record Refused : AuthenticationOutcome;

    /// <summary>Several different credentials in one request: 400.</summary>
    public sealed record Ambiguous : AuthenticationOutcome;

    /// <summary>Too many refused ones from this address: 429.</summary>
    public sealed record TooMany(int RetryAfterSeconds) : AuthenticationOutcome;

    /// <summary>Cannot be judged now (issuer or database unreachable): 503.</summary>
    public sealed record Unavailable(int RetryAfterSeconds) : AuthenticationOutcome;
}

/// <summary>Looks at credentials. Implemented by the host.</summary>
public interface IConnectionAuthenticator
{
    /// <summary>Judges a credential.</summary>
    /// <param name="context">The HTTP request, or the one that was upgraded to the socket.</param>
    /// <param name="authorization">Values of the form <c>Bearer ...</c>, from the header or from <c>connection_init</c>; empty when none.</param>
    /// <param name="cancellation">Ends the look-up.</param>
    ValueTask<AuthenticationOutcome> AuthenticateAsync(HttpContext context, IReadOnlyList<string> authorization, CancellationToken cancellation);
}
