using OrgGraph.Settings.Kernel.Directory;

namespace OrgGraph.Settings.Seeding;

/// <summary>An organization to begin with: for the demo and for load tests. Things name each other by name.</summary>
public sealed record SeedPlan(Guid OrganizationId, string Name)
{
    /// <summary>The founder is the first one; group names may be built-in ones.</summary>
    public required IReadOnlyList<SeedMember> Members { get; init; }

    public IReadOnlyList<SeedGroup> Groups { get; init; } = [];

    public IReadOnlyList<SeedKey> ApiKeys { get; init; } = [];

    public IReadOnlyList<string> Projects { get; init; } = [];

    public IReadOnlyList<string> Environments { get; init; } = [];

    public IReadOnlyList<SeedInvitation> Invitations { get; init; } = [];
}

/// <param name="Groups">Names.</param>
public sealed record SeedMember(PersonIdentity Person, IReadOnlyList<string> Groups);

/// <param name="Includes">Names of groups whose members are included.</param>
/// <param name="ReadsAuditLog">Whether it gives READ on AUDIT_LOG.</param>
public sealed record SeedGroup(string Name, string? Description = null, IReadOnlyList<string>? Includes = null, bool ReadsAuditLog = false, bool ManagesSettings = false);

/// <param name="Preview">Null: a fresh key that nobody knows.</param>
public sealed record SeedKey(string Name, string OwnerEmail, string? Preview = null, DateTimeOffset? CreatedAt = null);

public sealed record SeedInvitation(string Email, string Group);
