using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.AiProviders;

/// <summary>An AI provider. What is secret of it stands sealed in the vault: the row points there.</summary>
internal sealed class AiProviderRow : SettingsRow
{
    public static readonly RowTable<AiProviderRow> Table = new("AiProviders", "OrganizationId", "Id");

    /// <summary>Null: of the organization.</summary>
    public Guid? ProjectId { get; init; }

    public required string Type { get; init; }

    public required string Name { get; init; }

    public Guid? SecretId { get; init; }

    public string? Preview { get; init; }

    /// <summary>Counts the secrets that it has had: a staleness that was scheduled for an earlier one is overtaken.</summary>
    public required int SecretNumber { get; init; }

    public DateTimeOffset? SecretUpdatedAt { get; init; }

    public string? SecretUpdatedBy { get; init; }

    public required bool IsStale { get; init; }

    public string? EndpointUrl { get; init; }

    /// <summary>As JSON, like the lists below: read and written whole.</summary>
    public required string Settings { get; init; }

    public required string Headers { get; init; }

    public required string Models { get; init; }

    public required string CustomModels { get; init; }

    public required bool ExcludeDefaultModels { get; init; }

    public required bool SupportsStreaming { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public string? LastTest { get; init; }
}
