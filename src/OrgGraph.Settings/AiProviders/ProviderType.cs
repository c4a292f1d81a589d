using System.Text.RegularExpressions;

namespace OrgGraph.Settings.AiProviders;

/// <summary>A kind of AI provider, as data: what it is asked for, what it serves, how its key is tried.</summary>
/// <param name="DefaultName">What a provider of it is called unless somebody says otherwise; null: a name must be given.</param>
/// <param name="SecretLabel">What its secret is called on a form.</param>
internal sealed record ProviderType(string Type, string DisplayName, string? DefaultName, string SecretLabel)
{
    public bool SecretRequired { get; init; } = true;

    public IReadOnlyList<ProviderSettingSpec> Settings { get; init; } = [];

    /// <summary>The models that it serves without being told.</summary>
    public IReadOnlyList<CatalogModel> Models { get; init; } = [];

    /// <summary>How its key is tried; null: it has no address of its own.</summary>
    public ProbeSpec? Probe { get; init; }

    public bool IsCustom => Type == ProviderCatalog.CustomType;

    /// <summary>The ways to sign in; the first is the one that is meant when none is chosen.</summary>
    public IReadOnlyList<AuthMode> AuthModes { get; init; } = [];

    /// <summary>Which setting chooses among them.</summary>
    public string AuthSetting { get; init; } = "auth_type";

    public ProviderSettingSpec? Setting(string name) => Settings.FirstOrDefault(spec => spec.Name == name);

    /// <summary>The way to sign in that the settings choose.</summary>
    /// <param name="chosen">The value of <see cref="AuthSetting"/>; null when it is not set.</param>
    public AuthMode AuthMode(string? chosen) => AuthModes.FirstOrDefault(mode => mode.Name == chosen) ?? (AuthModes.Count > 0 ? AuthModes[0] : new AuthMode("", AuthSecret.Key));
}

/// <summary>A setting that a kind of provider knows. Others are kept as they are.</summary>
/// <param name="Description">For the form.</param>
internal sealed record ProviderSettingSpec(string Name, string Description)
{
    public bool IsRequired { get; init; }

    /// <summary>The way to sign in that needs it; null: none or all.</summary>
    public string? RequiredFor { get; init; }

    public string? Default { get; init; }

    public IReadOnlyList<string>? AllowedValues { get; init; }

    /// <summary>It says where requests go: the secret is asked for again when it changes.</summary>
    public bool IsUrl { get; init; }

    /// <summary>Sealed and masked like the secret.</summary>
    public bool IsSecret { get; init; }

    /// <summary>What its value looks like. Where it becomes part of a host name or path this is what keeps the request with the vendor.</summary>
    public Regex? Pattern { get; init; }
}

/// <summary>What the secret of a way to sign in is.</summary>
internal enum AuthSecret
{
    /// <summary>One line of text.</summary>
    Key,

    /// <summary>A JSON object with certain fields.</summary>
    Json,

    /// <summary>Nothing: the vendor trusts somebody else's word.</summary>
    None,
}

/// <summary>A way to sign in.</summary>
/// <param name="JsonFields">What the object must have, where the secret is one.</param>
internal sealed record AuthMode(string Name, AuthSecret Secret, params string[] JsonFields)
{
    /// <summary>How requests are signed with it, where that differs from the kind's usual way.</summary>
    public ProbeAuth? Probe { get; init; }
}

/// <summary>A model that a kind of provider serves without being told.</summary>
internal sealed record CatalogModel(string Name, ModelFlavor Flavor = ModelFlavor.Chat);

/// <summary>How a request is signed.</summary>
internal enum ProbeAuth
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary><c>Authorization: Bearer</c>.</summary>
    Bearer,

    /// <summary><c>api-key</c>.</summary>
    ApiKey,

    /// <summary><c>x-api-key</c>.</summary>
    XApiKey,

    /// <summary><c>x-goog-api-key</c>.</summary>
    GoogApiKey,

    /// <summary>Amazon's Signature Version 4.</summary>
    AwsSignature,

    /// <summary>With a token of Microsoft Entra, for a client's id and secret.</summary>
    EntraToken,

    /// <summary>With a token of the Databricks workspace, for a client's id and secret.</summary>
    WorkspaceToken,

    /// <summary>With a token of Google's, for a service account's signature.</summary>
    ServiceAccountToken,

    /// <summary>By somebody else's word, which this server cannot get: it cannot be tried from here.</summary>
    NotFromHere,
}

/// <summary>The request by which a key is tried: one that costs nothing.</summary>
/// <param name="Base">The vendor's address, with <c>{setting}</c> where a setting's value goes; null: it is always told.</param>
/// <param name="Path">What is asked for, after the base.</param>
internal sealed record ProbeSpec(string? Base, string Path, ProbeAuth Auth = ProbeAuth.Bearer)
{
    /// <summary>What is asked for when one model is meant, with <c>{model}</c>; null: the same as always.</summary>
    public string? ModelPath { get; init; }

    /// <summary>Headers that the vendor insists on.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];
}
