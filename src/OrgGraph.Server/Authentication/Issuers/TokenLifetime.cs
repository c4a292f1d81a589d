using System.Text.Json;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>From when to when a token says that it counts.</summary>
internal readonly record struct TokenLifetime(DateTimeOffset ExpiresAt, DateTimeOffset? NotBefore, DateTimeOffset? IssuedAt)
{
    /// <summary>How far the issuer's clock and ours may differ.</summary>
    public static readonly TimeSpan Skew = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>Null when <c>exp</c> is missing, or one of the times is no number of seconds within the calendar.</summary>
    public static TokenLifetime? Read(JsonElement payload) =>
        TryRead(payload, "exp", out var expiresAt) && expiresAt is { } end
        && TryRead(payload, "nbf", out var notBefore)
        && TryRead(payload, "iat", out var issuedAt)
            ? new TokenLifetime(end, notBefore, issuedAt)
            : null;

    /// <summary>The moment from which the token counts no more, for this request and for whatever runs by it.</summary>
    public DateTimeOffset EndsAt(TimeSpan expirySkew) => ExpiresAt + expirySkew;

    public bool Holds(DateTimeOffset now, TimeSpan expirySkew) =>
        now < EndsAt(expirySkew)
        && (NotBefore ?? now) <= now + Skew
        && (IssuedAt ?? now) <= now + Skew
        && ExpiresAt - (IssuedAt ?? now) <= Longest;

    private static bool TryRead(JsonElement payload, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!payload.TryGetProperty(name, out var value))
        {
            return true;
        }

        // RFC 7519, 2: a NumericDate may have a fraction. A year is kept free at both ends so that sums with spans cannot overflow.
        if (value.ValueKind is not JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is not (>= 0 and < 253_370_764_800))
        {
            return false;
        }

        time = DateTimeOffset.FromUnixTimeSeconds((long)Math.Floor(seconds));
        return true;
    }
}
