using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.EnvironmentVariables;

/// <summary>An environment variable. Its value, readable or not, stands sealed in the vault: the row points there.</summary>
internal sealed class EnvironmentVariableRow : SettingsRow
{
    public static readonly RowTable<EnvironmentVariableRow> Table = new("EnvironmentVariables", "OrganizationId", "Id");

    /// <summary>Null: of the organization.</summary>
    public Guid? ProjectId { get; init; }

    /// <summary>The platform's own id of the function; null: of the project as a whole.</summary>
    public string? FunctionId { get; init; }

    public required string Name { get; init; }

    public string? Description { get; init; }

    public required bool IsSensitive { get; init; }

    public required Guid SecretId { get; init; }

    public required string Preview { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset ValueUpdatedAt { get; init; }

    public string? ValueUpdatedBy { get; init; }
}
