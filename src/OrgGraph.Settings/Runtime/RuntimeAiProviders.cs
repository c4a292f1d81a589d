using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Vault;

namespace OrgGraph.Settings.Runtime;

/// <summary>An AI provider with its secrets, for the program that sends requests there.</summary>
[Name("ResolvedCredential")]
public sealed class ResolvedCredential
{
    private readonly OrganizationSnapshot _organization;
    private readonly ResolvedProvider _resolved;
    private readonly IReadOnlyDictionary<Guid, Secret> _opened;

    internal ResolvedCredential(OrganizationSnapshot organization, ResolvedProvider resolved, IReadOnlyDictionary<Guid, Secret> opened) =>
        (_organization, _resolved, _opened) = (organization, resolved, opened);

    private AiProviderSnapshot Row => _resolved.Provider;

    /// <summary>The provider's id.</summary>
    [Id]
    public string ProviderId => new GlobalId(NodeType.AiProvider, _organization.OrganizationId, Row.Id).ToString();

    /// <summary>The provider's name.</summary>
    public string Name => Row.Name;

    /// <summary>Its kind: one of aiProviderTypes, or custom.</summary>
    public string Type => Row.Type;

    /// <summary>From which scope it is.</summary>
    public SettingScope Source => _resolved.Source;

    /// <summary>Its secret; null: none is stored.</summary>
    public string? Secret => Open(Row.Secret)?.Reveal();

    /// <summary>Where requests go; null: to the vendor.</summary>
    [OutputType(typeof(UrlScalar))]
    public string? EndpointUrl => Row.EndpointUrl;

    /// <summary>Its settings, secret ones in clear too.</summary>
    public IEnumerable<NamedValue> Settings => Row.Settings.Select(setting => new NamedValue(setting.Name, setting.Value ?? Open(setting.Secret)!.Reveal()));

    /// <summary>
    /// The headers to send with each request. `{{api_key}}` is filled in; `{{email}}` and `{{model}}` are as they were saved, as only the
    /// program knows for whom and for which model it asks.
    /// </summary>
    public IEnumerable<NamedValue> Headers =>
        Row.Headers.Select(header => new NamedValue(header.Name, DraftHeaders.FillSecret(Open(header.Value)!, Open(Row.Secret)).Reveal()));

    /// <summary>The only models that it is used for; empty: all that it serves.</summary>
    public IEnumerable<string> Models => Row.Models;

    /// <summary>The models that it serves and nobody else knows.</summary>
    public IEnumerable<CustomModel> CustomModels => Row.CustomModels;

    /// <summary>Whether its answers can be streamed.</summary>
    public bool SupportsStreaming => Row.SupportsStreaming;

    private Secret? Open(StoredText? text) => text is null ? null : _opened[text.SecretId];
}

/// <summary>By which credentials models are asked.</summary>
public sealed class RuntimeAiProviders
{
    private const string Action = "aiProvider.resolved";

    private readonly SecretVault _vault;
    private readonly SecretHandOut _handOut;

    internal RuntimeAiProviders(SecretVault vault, SecretHandOut handOut) => (_vault, _handOut) = (vault, handOut);

    /// <summary>
    /// The AI providers that count here with their secrets, in order of use: of a project its own first. Each resolution is audited, at
    /// most once a minute for a provider and caller.
    /// </summary>
    /// <param name="model">Only those that serve this model. Left out or null: all.</param>
    /// <param name="type">Only those of this kind, exactly. Left out or null: all.</param>
    /// <param name="name">Only the one of this name, exactly, of each kind. Left out or null: all.</param>
    [Authorize(Policy.ResolveSecrets)]
    public async Task<IEnumerable<ResolvedCredential>?> AiProviderCredentialsAsync(IResolveFieldContext context, [Parent] Runtime runtime, string? model, string? type, string? name)
    {
        var request = context.Request();
        return await _handOut.HandOutAsync(runtime, request, NodeType.AiProvider, Action, (organization, opened) => OpenAsync(organization, Wanted(organization), opened, request.Cancellation));

        List<ResolvedProvider> Wanted(OrganizationSnapshot organization) =>
        [
            .. ProviderResolution.Of(organization, runtime.Scope.ProjectId).Where(one =>
                (model is null || one.Serves(model)) && (type is null || one.Provider.Type == type) && (name is null || one.Provider.Name == name)),
        ];
    }

    private async Task<IReadOnlyList<Opened<ResolvedCredential>>?> OpenAsync(
        OrganizationSnapshot organization, List<ResolvedProvider> providers, Dictionary<Guid, Secret> opened, CancellationToken cancellation)
    {
        (Guid Id, string Field)[] texts = [.. providers.SelectMany(one => ProviderSecrets.Of(one.Provider))];
        return await _vault.OpenMoreAsync(organization.OrganizationId, texts, opened, cancellation)
            ? providers.ConvertAll(one => new Opened<ResolvedCredential>(one.Provider.Id, one.Provider.Name, one.Provider.ProjectId, new ResolvedCredential(organization, one, opened)))
            : null;
    }
}
