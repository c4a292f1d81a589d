using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using CredentialKind = OrgGraph.Secrets.CredentialKind;

namespace OrgGraph.Settings.Kernel.Credentials;

/// <summary>A secret, made before the decision, so that a decision that is made again gives the same one.</summary>
internal sealed class NewCredential
{
    public NewCredential(CredentialKind kind, TokenHasher hasher)
    {
        Kind = kind;
        (Token, Preview) = CredentialToken.Create(kind);
        Hash = hasher.Hash(kind == CredentialKind.ApiKey ? TokenPurpose.ApiKey : TokenPurpose.ServiceToken, Token.Reveal());
    }

    public CredentialKind Kind { get; }

    public Secret Token { get; }

    public string Preview { get; }

    public TokenHash Hash { get; }
}

/// <summary>The rules that keys and tokens have in common.</summary>
internal static class CredentialRules
{
    private const int MaxOverlap = 604_800;

    public static LimitReachedError? LimitReached(int limit, IEnumerable<CredentialSnapshot> present, DateTimeOffset now, string message) =>
        limit > 0 && present.Count(key => key.IsGood(now)) >= limit ? new LimitReachedError(message, limit) : null;

    /// <summary>The refusal of a rotation of what has ended or was rotated already, or with a bad overlap or expiry.</summary>
    public static ValidationError? CheckRotation(CredentialSnapshot previous, string what, string idPath, int overlapSeconds, DateTimeOffset? expiresAt, DateTimeOffset now) =>
        !previous.IsGood(now) || previous.IsRotatedOut ? new ValidationError($"The {what} has ended or was rotated already. Make a new one.", idPath)
        : overlapSeconds is < 0 or > MaxOverlap ? new ValidationError($"The overlap is 0 to {MaxOverlap} seconds.", "overlapSeconds")
        : InputRules.ExpiresAt(expiresAt, now);

    /// <summary>When the successor ends: as told, or when the one before would have, if that lies ahead.</summary>
    public static DateTimeOffset? ExpiryOfNext(MutationInput input, DateTimeOffset? expiresAt, CredentialSnapshot previous, DateTimeOffset now) =>
        input.Has("expiresAt") ? expiresAt : previous.ExpiresAt > now.AddMinutes(1) ? previous.ExpiresAt : null;

    /// <summary>When the one before ends: it never works longer than it would have.</summary>
    public static DateTimeOffset EndOfOverlap(CredentialSnapshot previous, int overlapSeconds, DateTimeOffset now)
    {
        var end = now.AddSeconds(overlapSeconds);
        return previous.ExpiresAt < end ? previous.ExpiresAt.Value : end;
    }

    /// <summary>Whether a new expiry lets it work longer than before.</summary>
    public static bool IsLater(DateTimeOffset? before, DateTimeOffset? after) => after is null ? before is not null : before is { } known && after > known;
}
