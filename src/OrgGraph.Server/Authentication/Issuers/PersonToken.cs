namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>
/// What a verified token says about a person. Issuer and Subject together name the person; the rest is for display and
/// invitations. EmailIsVerified: only when the issuer says so with JSON true and is trusted for e-mail. ExpiresAt: when it
/// ends to count, the tolerance for clocks that differ included: requests, sockets and streams all end by it.
/// </summary>
public sealed record PersonToken(
    string Issuer,
    string Subject,
    string? Email,
    bool EmailIsVerified,
    string? GivenName,
    string? FamilyName,
    string? DisplayName,
    string? AvatarUrl,
    DateTimeOffset ExpiresAt);

/// <summary>The answer to a presented token: one of the three nested records.</summary>
public abstract record PersonTokenOutcome
{
    private PersonTokenOutcome()
    {
    }

    /// <summary>The token is good now.</summary>
    public sealed record Accepted(PersonToken Token) : PersonTokenOutcome;

    /// <summary>The token is not good. Why is told to nobody.</summary>
    public sealed record Refused : PersonTokenOutcome
    {
        internal static Refused Instance { get; } = new();
    }

    /// <summary>The issuer's keys cannot be obtained now, so nothing can be said: 503, try again.</summary>
    public sealed record Unavailable : PersonTokenOutcome
    {
        internal static Unavailable Instance { get; } = new();
    }
}
