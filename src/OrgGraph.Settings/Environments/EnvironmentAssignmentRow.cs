using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Environments;

/// <summary>What has versions that can be assigned to an environment.</summary>
public enum VersionedObject
{
    /// <summary>A prompt.</summary>
    Prompt,

    /// <summary>A function: tools and scorers too.</summary>
    Function,
}

/// <summary>The version of one object in one environment.</summary>
internal sealed class EnvironmentAssignmentRow : SettingsRow
{
    public static readonly RowTable<EnvironmentAssignmentRow> Table = new("EnvironmentAssignments", "OrganizationId", "Id");

    public required Guid EnvironmentId { get; init; }

    public required Guid ProjectId { get; init; }

    public required VersionedObject ObjectType { get; init; }

    /// <summary>The platform's own id.</summary>
    public required string ObjectId { get; init; }

    public string? ObjectName { get; init; }

    public required string ObjectVersion { get; init; }

    public required DateTimeOffset AssignedAt { get; init; }

    public string? AssignedBy { get; init; }
}

/// <summary>What a version is assigned for: an object is known by its project, its kind and the platform's own id.</summary>
internal readonly record struct AssignedObject(Guid ProjectId, VersionedObject Type, string Id);

/// <summary>The version of one object in one environment, as the snapshot holds it.</summary>
internal sealed record EnvironmentAssignmentSnapshot(
    Guid Id, int Version, Guid EnvironmentId, AssignedObject Object, string? ObjectName, string ObjectVersion, DateTimeOffset AssignedAt, PrincipalRef? AssignedBy) : IEntity
{
    public static readonly SortOrder<EnvironmentAssignmentSnapshot> ByName = new("name", assignment => SortKey.Of(assignment.NormalizedLabel));

    /// <summary>How to call the object on a page.</summary>
    public string Label => ObjectName ?? Object.Id;

    public string NormalizedLabel { get; } = InputRules.Normalize(ObjectName ?? Object.Id);

    public static EnvironmentAssignmentSnapshot Of(EnvironmentAssignmentRow row) => new(
        row.Id,
        row.Version,
        row.EnvironmentId,
        new AssignedObject(row.ProjectId, row.ObjectType, row.ObjectId),
        row.ObjectName,
        row.ObjectVersion,
        row.AssignedAt,
        PrincipalRef.Parse(row.AssignedBy));

    public EnvironmentAssignmentRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        EnvironmentId = EnvironmentId,
        ProjectId = Object.ProjectId,
        ObjectType = Object.Type,
        ObjectId = Object.Id,
        ObjectName = ObjectName,
        ObjectVersion = ObjectVersion,
        AssignedAt = AssignedAt,
        AssignedBy = AssignedBy?.ToString(),
    };
}
