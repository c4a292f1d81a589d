namespace OrgGraph.Settings.Kernel.Access;

/// <summary>What kind of credential a request came with.</summary>
public enum CredentialKind
{
    /// <summary>A person who signed in interactively.</summary>
    Session,

    /// <summary>A person's API key (<c>sk-</c>).</summary>
    ApiKey,

    /// <summary>A service account's token (<c>bt-st-</c>).</summary>
    ServiceToken,
}

/// <summary>A person, as the directory knows them.</summary>
/// <param name="VerifiedEmail">Trimmed, NFC, lower case; null unless an issuer that is trusted for e-mail says that it is verified.</param>
public sealed record Person(
    Guid Id, string DisplayName, string Email, string? VerifiedEmail, string? GivenName, string? FamilyName, string? AvatarUrl, DateTimeOffset CreatedAt);

/// <summary>Who sends a request, and by which credential.</summary>
public sealed class Caller
{
    public static readonly Caller Anonymous = new();

    private Caller()
    {
    }

    /// <summary>Null: anonymous.</summary>
    public PrincipalRef? Principal { get; private init; }

    public CredentialKind Credential { get; private init; }

    /// <summary>Null for a session.</summary>
    public Guid? CredentialId { get; private init; }

    public string? Preview { get; private init; }

    /// <summary>The only organization in which a key or token acts; null for a session.</summary>
    public Guid? OrganizationId { get; private init; }

    public DateTimeOffset? ExpiresAt { get; private init; }

    /// <summary>Who signed in, or the creator of the key.</summary>
    public Person? Person { get; private init; }

    public static Caller Session(Person person, DateTimeOffset expiresAt) =>
        new() { Principal = PrincipalRef.User(person.Id), Credential = CredentialKind.Session, Person = person, ExpiresAt = expiresAt };

    public static Caller ApiKey(Person person, Guid organizationId, Guid keyId, string preview, DateTimeOffset? expiresAt) => new()
    {
        Principal = PrincipalRef.User(person.Id),
        Credential = CredentialKind.ApiKey,
        CredentialId = keyId,
        OrganizationId = organizationId,
        Preview = preview,
        Person = person,
        ExpiresAt = expiresAt,
    };

    public static Caller ServiceToken(Guid accountId, Guid organizationId, Guid tokenId, string preview, DateTimeOffset? expiresAt) => new()
    {
        Principal = PrincipalRef.ServiceAccount(accountId),
        Credential = CredentialKind.ServiceToken,
        CredentialId = tokenId,
        OrganizationId = organizationId,
        Preview = preview,
        ExpiresAt = expiresAt,
    };

    /// <summary>Whether the caller may look into the organization at all.</summary>
    public bool ActsIn(Guid organizationId) => OrganizationId is null || OrganizationId == organizationId;
}
