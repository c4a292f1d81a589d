using GraphQL;

namespace OrgGraph.Settings.AiProviders;

/// <summary>A kind of AI provider, and what a form for it asks for.</summary>
[Name("AiProviderType")]
public sealed class AiProviderType
{
    private readonly ProviderType _kind;

    internal AiProviderType(ProviderType kind) => _kind = kind;

    /// <summary>What providers of it have as their type.</summary>
    public string Type => _kind.Type;

    /// <summary>How to call it on a page.</summary>
    public string DisplayName => _kind.DisplayName;

    /// <summary>What a provider of it is called unless somebody says otherwise; null: a name must be given.</summary>
    public string? DefaultName => _kind.DefaultName;

    /// <summary>What its secret is called on a form.</summary>
    public string SecretLabel => _kind.SecretLabel;

    /// <summary>Whether a new one needs a secret. Some ways to sign in do without all the same.</summary>
    public bool SecretRequired => _kind.SecretRequired;

    /// <summary>The settings that it knows. Others are kept as they are.</summary>
    public IEnumerable<AiProviderSettingSpec> Settings => _kind.Settings.Select(spec => new AiProviderSettingSpec(spec));

    /// <summary>The models that it serves without being told.</summary>
    public IEnumerable<string> Models => _kind.Models.Select(model => model.Name);
}

/// <summary>A setting that a kind of AI provider knows.</summary>
[Name("AiProviderSettingSpec")]
public sealed class AiProviderSettingSpec
{
    private readonly ProviderSettingSpec _spec;

    internal AiProviderSettingSpec(ProviderSettingSpec spec) => _spec = spec;

    /// <summary>Its name.</summary>
    public string Name => _spec.Name;

    /// <summary>What it is for.</summary>
    public string Description => _spec.RequiredFor is { } mode ? $"{_spec.Description} Needed for {mode}." : _spec.Description;

    /// <summary>Whether every provider of the kind needs it.</summary>
    public bool Required => _spec.IsRequired;

    /// <summary>What holds when it is not set.</summary>
    public string? Default => _spec.Default;

    /// <summary>The only values that it takes; null: any.</summary>
    public IEnumerable<string>? AllowedValues => _spec.AllowedValues;

    /// <summary>Whether it says where requests go: the secret is asked for again when it changes.</summary>
    public bool IsUrl => _spec.IsUrl;

    /// <summary>Whether it is sealed like the secret, and shown as a preview only.</summary>
    public bool IsSecret => _spec.IsSecret;
}

/// <summary>The kinds of AI providers.</summary>
public sealed class AiProviderTypeQueries
{
    private static readonly AiProviderType[] All = [.. ProviderCatalog.Vendors.Select(kind => new AiProviderType(kind))];

    /// <summary>The kinds of AI providers that are known. Besides them there is custom, for any other endpoint.</summary>
    public IEnumerable<AiProviderType> AiProviderTypes() => All;
}
