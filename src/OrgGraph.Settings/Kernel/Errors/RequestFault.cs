using GraphQL;
using OrgGraph.Settings.Kernel.Access;

namespace OrgGraph.Settings.Kernel.Errors;

/// <summary>The codes of top-level errors, in <c>extensions.code</c>.</summary>
public static class RequestErrorCodes
{
    public const string NotAuthenticated = "AUTH_NOT_AUTHENTICATED";
    public const string NotAuthorized = "AUTH_NOT_AUTHORIZED";
    public const string SessionRequired = "AUTH_SESSION_REQUIRED";
    public const string BadUserInput = "BAD_USER_INPUT";
    public const string CostExceeded = "COST_EXCEEDED";
    public const string RateLimited = "RATE_LIMITED";
    public const string Timeout = "TIMEOUT";
    public const string Unavailable = "UNAVAILABLE";
    public const string Internal = "INTERNAL";
}

/// <summary>A top-level error: a request that is refused as such, not by a rule of the product.</summary>
public sealed class RequestFault : ExecutionError
{
    public RequestFault(string code, string message)
        : base(message) => Code = code;

    public static RequestFault BadInput(string message) => new(RequestErrorCodes.BadUserInput, message);

    /// <summary>Too many too soon.</summary>
    /// <param name="wait">How long to wait before the next; told in whole seconds, at least one.</param>
    public static RequestFault TooSoon(string message, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        var fault = new RequestFault(RequestErrorCodes.RateLimited, message) { RetryAfterSeconds = seconds };
        (fault.Extensions ??= [])["retryAfter"] = seconds;
        return fault;
    }

    /// <summary>For RATE_LIMITED.</summary>
    public int? RetryAfterSeconds { get; private init; }

    /// <summary>The service cannot answer now: 503 when nothing else was executed.</summary>
    public static RequestFault Unavailable(string message) => new(RequestErrorCodes.Unavailable, message);

    /// <summary>The copies of this node are older than rights may be: nothing can be decided until they were compared with the database.</summary>
    public static RequestFault Unconfirmed() =>
        new(RequestErrorCodes.Unavailable, "The server cannot reach its database, so it cannot tell what you may do. Try again in a few seconds.") { IsUnconfirmed = true };

    /// <summary>Whether the node, not what was asked, is the reason.</summary>
    public bool IsUnconfirmed { get; init; }

    /// <summary>Too often; <paramref name="wait"/> is the longest that it can take until it may be tried again.</summary>
    public static RequestFault RateLimited(string message, TimeSpan wait) =>
        new(RequestErrorCodes.RateLimited, message) { Extensions = new Dictionary<string, object?> { ["retryAfter"] = (int)wait.TotalSeconds } };

    public static RequestFault Refused(Verdict verdict) => verdict switch
    {
        Verdict.NotAuthenticated => new(RequestErrorCodes.NotAuthenticated, "Sign in: this needs a credential, and none that is good was presented."),
        Verdict.SessionRequired => new(RequestErrorCodes.SessionRequired, "This cannot be done by API key or service token. Sign in as a person."),
        _ => new(RequestErrorCodes.NotAuthorized, "You may not do this, or there is no such organization."),
    };
}
