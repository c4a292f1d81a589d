using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Directory;

/// <summary>A person: (issuer, subject). An e-mail does not join two identities.</summary>
internal sealed class PersonRow
{
    public static readonly RowTable<PersonRow> Table = new("People", "Id") { Unique = ["Issuer,Subject"] };

    public required Guid Id { get; init; }

    public required string Issuer { get; init; }

    public required string Subject { get; init; }

    public required string DisplayName { get; init; }

    public required string Email { get; init; }

    public string? VerifiedEmail { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }

    public string? AvatarUrl { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Which organizations a person belongs to.</summary>
internal sealed class MembershipRow
{
    public static readonly RowTable<MembershipRow> Table = new("Memberships", "PersonId", "OrganizationId");

    public required Guid PersonId { get; init; }

    public required Guid OrganizationId { get; init; }
}

/// <summary>To which organization and credential a key or token leads. Gone with the credential.</summary>
internal sealed class CredentialRow
{
    public static readonly RowTable<CredentialRow> Table = new("Credentials", "Hash") { Indexed = ["CredentialId"] };

    public required string Hash { get; init; }

    public required string PepperId { get; init; }

    public required string Kind { get; init; }

    public required Guid OrganizationId { get; init; }

    public required Guid CredentialId { get; init; }
}

/// <summary>To which organization an open invitation's link or e-mail address leads.</summary>
internal sealed class InvitationLinkRow
{
    public static readonly RowTable<InvitationLinkRow> Table = new("InvitationLinks", "InvitationId") { Unique = ["TokenHash"], Indexed = ["Email"] };

    public required Guid InvitationId { get; init; }

    public required Guid OrganizationId { get; init; }

    /// <summary>Of the newest link; an older one is void.</summary>
    public required string TokenHash { get; init; }

    public required string PepperId { get; init; }

    /// <summary>Lower case.</summary>
    public required string Email { get; init; }
}

/// <summary>How many organizations a person made, and tried to make: limits over all organizations live here.</summary>
internal sealed class AllowanceRow
{
    public static readonly RowTable<AllowanceRow> Table = new("Allowances", "PersonId", "Kind", "At");

    public required Guid PersonId { get; init; }

    public required string Kind { get; init; }

    /// <summary>When, with a counter in the low digits: unique for the person.</summary>
    public required long At { get; init; }
}
