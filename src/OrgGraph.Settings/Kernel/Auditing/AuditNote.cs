using OrgGraph.Settings.Kernel.Access;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>What an entry says, before it has its place in the log.</summary>
/// <param name="ResourceId">The global id.</param>
/// <param name="Changes">A JSON array of <c>{"field", "before", "after"}</c>.</param>
internal sealed record AuditNote(
    DateTimeOffset OccurredAt,
    PrincipalRef? Actor,
    string ActorName,
    CredentialKind? Credential,
    string? CredentialPreview,
    string Action,
    string ResourceType,
    string? ResourceId,
    string? ResourceName,
    AuditOutcome Outcome,
    string Changes,
    bool IsForOwners = false,
    Guid? ProjectId = null);
