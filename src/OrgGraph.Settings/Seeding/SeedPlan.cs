using OrgGraph.Settings.Kernel.Directory;

namespace OrgGraph.Settings.Seeding;

/// <summary>An organization to begin with: for the demo and for load tests. Things name each other by name.</summary>
public sealed record SeedPlan(Guid OrganizationId, string Name)
{
    /// <summary>The founder is the first one; group names may be built-in ones.</summary>
    public required IReadOnlyList<SeedMember> Members { get; init; }

    public IReadOnlyList<SeedGroup> Groups { get; init; } = [];

    public IReadOnlyList<SeedKey> ApiKeys { get; init; } = [];

    public IReadOnlyList<SeedAccount> ServiceAccounts { get; init; } = [];

    public IReadOnlyList<string> Projects { get; init; } = [];

    public IReadOnlyList<string> Environments { get; init; } = [];

    public IReadOnlyList<SeedProvider> AiProviders { get; init; } = [];

    public IReadOnlyList<SeedInvitation> Invitations { get; init; } = [];
}

/// <param name="Groups">Names.</param>
public sealed record SeedMember(PersonIdentity Person, IReadOnlyList<string> Groups);

/// <param name="Includes">Names of groups whose members are included.</param>
/// <param name="ReadsAuditLog">Whether it gives READ on AUDIT_LOG.</param>
public sealed record SeedGroup(string Name, string? Description = null, IReadOnlyList<string>? Includes = null, bool ReadsAuditLog = false, bool ManagesSettings = false);

/// <param name="Preview">Null: a fresh key that nobody knows.</param>
public sealed record SeedKey(string Name, string OwnerEmail, string? Preview = null, DateTimeOffset? CreatedAt = null);

/// <param name="Groups">Names.</param>
/// <param name="TokenName">Its one token, a fresh one that nobody knows.</param>
public sealed record SeedAccount(string Name, IReadOnlyList<string> Groups, string TokenName);

/// <param name="Project">The name of the project for which it holds; null: for the organization.</param>
/// <param name="Name">Null: the type's own.</param>
/// <param name="ApiBase">The setting <c>api_base</c>, for types that need it.</param>
public sealed record SeedProvider(string Type, string Secret, string? Project = null, string? Name = null, string? EndpointUrl = null, string? ApiBase = null);

public sealed record SeedInvitation(string Email, string Group);
