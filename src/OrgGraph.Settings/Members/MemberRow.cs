using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Members;

/// <summary>A membership; <c>Id</c> is the person's. It holds a copy of the profile, so that a page needs nothing but the snapshot.</summary>
internal sealed class MemberRow : SettingsRow
{
    public static readonly RowTable<MemberRow> Table = new("Members", "OrganizationId", "Id");

    public required string GroupIds { get; init; }

    public required DateTimeOffset JoinedAt { get; init; }

    public required int JoinedVersion { get; init; }

    public required string DisplayName { get; init; }

    /// <summary>As shown, whether or not an issuer vouches for it.</summary>
    public required string Email { get; init; }

    public string? VerifiedEmail { get; init; }

    public string? GivenName { get; init; }

    public string? FamilyName { get; init; }

    public string? AvatarUrl { get; init; }

    public required DateTimeOffset PersonCreatedAt { get; init; }
}

/// <summary>A member, as the snapshot holds it.</summary>
internal sealed record MemberSnapshot(
    Guid Id,
    int Version,
    Guid[] GroupIds,
    DateTimeOffset JoinedAt,
    int JoinedVersion,
    string DisplayName,
    string Email,
    string? VerifiedEmail,
    string? GivenName,
    string? FamilyName,
    string? AvatarUrl,
    DateTimeOffset PersonCreatedAt) : IEntity
{
    public static readonly SortOrder<MemberSnapshot> ByEmail = new("email", member => SortKey.Of(member.Email.ToLowerInvariant()));
    public static readonly SortOrder<MemberSnapshot> ByName = new("name", member => SortKey.Of(InputRules.Normalize(member.DisplayName)));
    public static readonly SortOrder<MemberSnapshot> ByJoining = new("joined", member => SortKey.Of(member.JoinedAt));

    public bool Matches(string search) =>
        DisplayName.Contains(search, StringComparison.OrdinalIgnoreCase) || Email.Contains(search, StringComparison.OrdinalIgnoreCase);

    public static MemberSnapshot Of(MemberRow row) => new(
        row.Id, row.Version, IdList.Parse(row.GroupIds), row.JoinedAt, row.JoinedVersion, row.DisplayName, row.Email, row.VerifiedEmail, row.GivenName, row.FamilyName, row.AvatarUrl, row.PersonCreatedAt);

    public MemberSnapshot With(Person person) => this with
    {
        DisplayName = person.DisplayName,
        Email = person.Email,
        VerifiedEmail = person.VerifiedEmail,
        GivenName = person.GivenName,
        FamilyName = person.FamilyName,
        AvatarUrl = person.AvatarUrl,
        PersonCreatedAt = person.CreatedAt,
    };

    public MemberRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        GroupIds = IdList.Format(GroupIds),
        JoinedAt = JoinedAt,
        JoinedVersion = JoinedVersion,
        DisplayName = DisplayName,
        Email = Email,
        VerifiedEmail = VerifiedEmail,
        GivenName = GivenName,
        FamilyName = FamilyName,
        AvatarUrl = AvatarUrl,
        PersonCreatedAt = PersonCreatedAt,
    };
}
