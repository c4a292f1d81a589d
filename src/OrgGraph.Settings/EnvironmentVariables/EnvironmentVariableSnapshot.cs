using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>For what a variable holds: the organization, one of its projects, or a function in a project.</summary>
internal readonly record struct VariablePlace(Guid? ProjectId, string? FunctionId)
{
    public static readonly VariablePlace Organization;

    public SettingScope Scope => FunctionId is not null ? SettingScope.Function : ProjectId is not null ? SettingScope.Project : SettingScope.Organization;
}

/// <summary>An environment variable, as the snapshot holds it: all but its value.</summary>
/// <param name="SecretId">Where the value is sealed. Another value is another secret.</param>
internal sealed record EnvironmentVariableSnapshot(
    Guid Id,
    int Version,
    Guid? ProjectId,
    string? FunctionId,
    string Name,
    string? Description,
    bool IsSensitive,
    Guid SecretId,
    string Preview,
    DateTimeOffset CreatedAt,
    DateTimeOffset ValueUpdatedAt,
    PrincipalRef? ValueUpdatedBy) : IEntity
{
    public static readonly SortOrder<EnvironmentVariableSnapshot> ByName = new("name", variable => SortKey.Of(variable.Name));

    public VariablePlace Place => new(ProjectId, FunctionId);

    public static EnvironmentVariableSnapshot Of(EnvironmentVariableRow row) => new(
        row.Id, row.Version, row.ProjectId, row.FunctionId, row.Name, row.Description, row.IsSensitive, row.SecretId, row.Preview, row.CreatedAt, row.ValueUpdatedAt, PrincipalRef.Parse(row.ValueUpdatedBy));

    public EnvironmentVariableRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        ProjectId = ProjectId,
        FunctionId = FunctionId,
        Name = Name,
        Description = Description,
        IsSensitive = IsSensitive,
        SecretId = SecretId,
        Preview = Preview,
        CreatedAt = CreatedAt,
        ValueUpdatedAt = ValueUpdatedAt,
        ValueUpdatedBy = ValueUpdatedBy?.ToString(),
    };

    /// <summary>What is left when it is deleted: that there was one, and nothing of what it held.</summary>
    public EnvironmentVariableRow ToTombstone(Guid organization) => (this with { Description = null, SecretId = Guid.Empty, Preview = "" }).ToRow(organization);
}
