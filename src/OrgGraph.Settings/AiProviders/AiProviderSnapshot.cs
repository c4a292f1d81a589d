using System.Collections.Immutable;
using System.Text.Json.Serialization;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.AiProviders;

/// <summary>A secret text of a provider: where it is sealed, and what may be shown of it.</summary>
internal sealed record StoredText(Guid SecretId, string Preview);

/// <summary>A setting: in clear, or sealed where the catalogue says so.</summary>
internal sealed record ProviderSetting(string Name, string? Value, StoredText? Secret)
{
    /// <summary>What may be shown.</summary>
    [JsonIgnore]
    public string Shown => Value ?? Secret!.Preview;
}

/// <summary>A header. Its value is sealed: it may hold a secret, and nobody can tell.</summary>
internal sealed record ProviderHeader(string Name, StoredText Value);

/// <summary>How a test ended.</summary>
internal sealed record ProviderTestResult(DateTimeOffset TestedAt, ConnectivityOutcome Outcome, int? HttpStatus, int? LatencyMs, string? Url, string? Message);

/// <summary>An AI provider, as the snapshot holds it.</summary>
/// <param name="ProjectId">Null: of the organization.</param>
internal sealed record AiProviderSnapshot(Guid Id, int Version, Guid? ProjectId, string Type, string Name) : IEntity, IAudited
{
    public static readonly SortOrder<AiProviderSnapshot> ByName = new("name", provider => SortKey.Of(provider.Name));

    /// <summary>After so many months a secret should be replaced.</summary>
    private const int StaleAfterMonths = 6;

    public StoredText? Secret { get; init; }

    public int SecretNumber { get; init; }

    public DateTimeOffset? SecretUpdatedAt { get; init; }

    public PrincipalRef? SecretUpdatedBy { get; init; }

    /// <summary>It was recorded that the secret has become old.</summary>
    public bool IsRecordedStale { get; init; }

    public string? EndpointUrl { get; init; }

    public IReadOnlyList<ProviderSetting> Settings { get; init; } = [];

    public IReadOnlyList<ProviderHeader> Headers { get; init; } = [];

    /// <summary>The only models that it is used for; empty: for all that it serves.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    public IReadOnlyList<CustomModel> CustomModels { get; init; } = [];

    public bool ExcludeDefaultModels { get; init; }

    public bool SupportsStreaming { get; init; } = true;

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public ProviderTestResult? LastTest { get; init; }

    public ProviderType Kind => ProviderCatalog.Find(Type) ?? ProviderCatalog.Custom;

    public SettingScope Scope => ProjectId is null ? SettingScope.Organization : SettingScope.Project;

    /// <summary>When its secret becomes old; null: it has none.</summary>
    public DateTimeOffset? StaleAt => Secret is null ? null : SecretUpdatedAt?.AddMonths(StaleAfterMonths);

    public bool IsStale(DateTimeOffset now) => IsRecordedStale || StaleAt <= now;

    /// <summary>Everything of it that is sealed.</summary>
    public IEnumerable<StoredText> SealedTexts =>
        Settings.Select(setting => setting.Secret).Concat(Headers.Select(header => (StoredText?)header.Value)).Prepend(Secret).OfType<StoredText>();

    /// <summary>Its lists; of what is secret in them that it changed.</summary>
    public IEnumerable<(string Field, object Value)> AuditFacts()
    {
        if (Settings.Count > 0)
        {
            yield return ("settings", Settings.ToDictionary(setting => setting.Name, setting => setting.Value ?? SecretPreview.Hidden));
            yield return ("settingsSecret", Settings.Select(setting => setting.Secret?.SecretId).OfType<Guid>());
        }

        if (Headers.Count > 0)
        {
            yield return ("headers", Headers.Select(header => header.Name));
            yield return ("headersSecret", Headers.Select(header => header.Value.SecretId));
        }

        if (CustomModels.Count > 0)
        {
            yield return ("customModels", CustomModels);
        }
    }

    /// <summary>Whether it takes the other's place where both are at hand: the same kind, or for custom ones the same name.</summary>
    public bool Overrides(AiProviderSnapshot other) => Type == other.Type && (Type != ProviderCatalog.CustomType || Name == other.Name);

    public static AiProviderSnapshot Of(AiProviderRow row) => new(row.Id, row.Version, row.ProjectId, row.Type, row.Name)
    {
        Secret = row.SecretId is { } secret ? new StoredText(secret, row.Preview!) : null,
        SecretNumber = row.SecretNumber,
        SecretUpdatedAt = row.SecretUpdatedAt,
        SecretUpdatedBy = PrincipalRef.Parse(row.SecretUpdatedBy),
        IsRecordedStale = row.IsStale,
        EndpointUrl = row.EndpointUrl,
        Settings = RowJson.Read<ProviderSetting[]>(row.Settings),
        Headers = RowJson.Read<ProviderHeader[]>(row.Headers),
        Models = RowJson.Read<string[]>(row.Models),
        CustomModels = RowJson.Read<CustomModel[]>(row.CustomModels),
        ExcludeDefaultModels = row.ExcludeDefaultModels,
        SupportsStreaming = row.SupportsStreaming,
        CreatedAt = row.CreatedAt,
        UpdatedAt = row.UpdatedAt,
        LastTest = row.LastTest is { } test ? RowJson.Read<ProviderTestResult>(test) : null,
    };

    public AiProviderRow ToRow(Guid organization) => new()
    {
        OrganizationId = organization,
        Id = Id,
        ProjectId = ProjectId,
        Type = Type,
        Name = Name,
        SecretId = Secret?.SecretId,
        Preview = Secret?.Preview,
        SecretNumber = SecretNumber,
        SecretUpdatedAt = SecretUpdatedAt,
        SecretUpdatedBy = SecretUpdatedBy?.ToString(),
        IsStale = IsRecordedStale,
        EndpointUrl = EndpointUrl,
        Settings = RowJson.Write(Settings),
        Headers = RowJson.Write(Headers),
        Models = RowJson.Write(Models),
        CustomModels = RowJson.Write(CustomModels),
        ExcludeDefaultModels = ExcludeDefaultModels,
        SupportsStreaming = SupportsStreaming,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        LastTest = LastTest is { } test ? RowJson.Write(test) : null,
    };

    /// <summary>What is left when it is deleted: that there was one, and nothing that was told in confidence.</summary>
    public AiProviderRow ToTombstone(Guid organization) => new AiProviderSnapshot(Id, Version, ProjectId, Type, Name) { CreatedAt = CreatedAt, UpdatedAt = UpdatedAt }.ToRow(organization);

    /// <summary>Whether both say the same, whenever they were written.</summary>
    public bool SaysSameAs(AiProviderSnapshot other) => Text(this) == Text(other);

    // A row's own version is written with it, and not taken from here.
    private static string Text(AiProviderSnapshot provider) => RowJson.Write((provider with { UpdatedAt = default }).ToRow(Guid.Empty));
}

/// <summary>All AI providers of an organization, and those of each scope.</summary>
internal sealed record AiProviderSet(EntitySet<AiProviderSnapshot> All, ImmutableDictionary<Guid, EntitySet<AiProviderSnapshot>> ByScope)
{
    private static readonly EntitySet<AiProviderSnapshot> None = EntitySet<AiProviderSnapshot>.Empty(AiProviderSnapshot.ByName);

    public static readonly AiProviderSet Empty = new(None, ImmutableDictionary<Guid, EntitySet<AiProviderSnapshot>>.Empty);

    /// <summary>The providers of a project, or of the organization, by name.</summary>
    public EntitySet<AiProviderSnapshot> In(Guid? project) => ByScope.GetValueOrDefault(project ?? Guid.Empty) ?? None;

    public AiProviderSet With(SettingsRow[] rows)
    {
        var (all, byScope) = (All, ByScope);
        foreach (var row in rows)
        {
            if (all[row.Id] is { } before)
            {
                var left = byScope[before.ProjectId ?? Guid.Empty].Without(row.Id);
                byScope = left.Count == 0 ? byScope.Remove(before.ProjectId ?? Guid.Empty) : byScope.SetItem(before.ProjectId ?? Guid.Empty, left);
                all = all.Without(row.Id);
            }
        }

        AiProviderSnapshot[] changed = [.. rows.Where(row => !row.IsDeleted).Select(row => AiProviderSnapshot.Of((AiProviderRow)row))];
        foreach (var scope in changed.GroupBy(provider => provider.ProjectId ?? Guid.Empty))
        {
            byScope = byScope.SetItem(scope.Key, (byScope.GetValueOrDefault(scope.Key) ?? None).WithAll([.. scope]));
        }

        return new AiProviderSet(all.WithAll(changed), byScope);
    }
}
