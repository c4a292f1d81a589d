using System.ComponentModel;
using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.AiProviders;

/// <summary>A header with its value.</summary>
public sealed class HeaderInput
{
    /// <summary>The header's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its value, in which {{email}}, {{model}} and {{api_key}} are filled in. Left out or null: the stored one stays. A header that is left out altogether is removed.</summary>
    public string? Value { get; set; }
}

/// <summary>A new AI provider, or changes of one: what is left out stays.</summary>
public sealed class SaveAiProviderInput : MutationInput, IScoped, IProviderValues
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>The project for which it holds; left out or null: for the whole organization.</summary>
    [Id]
    public string? ProjectId { get; set; }

    /// <summary>Which provider to change, and perhaps rename. Without it the one of that name is changed, or made.</summary>
    [Id]
    public string? AiProviderId { get; set; }

    /// <summary>Its kind: one of aiProviderTypes, or custom for a custom provider.</summary>
    public string Type { get; set; } = "";

    /// <summary>Its name, unique in its scope, case and all: 1 to 256 characters. Left out: the kind's own; custom providers need one.</summary>
    public string? Name { get; set; }

    /// <summary>The key or token, up to 64 KiB. Left out or null: the stored one stays, unless type, endpoint or a URL setting changes, or a header is added or given a value: then it is required again.</summary>
    public string? Secret { get; set; }

    /// <summary>Erases the stored secret, for kinds that can do without.</summary>
    [DefaultValue(false)]
    public bool RemoveSecret { get; set; }

    /// <summary>All its settings: they replace the stored ones. Secret settings that are left out stay; an empty value removes one. Null removes all.</summary>
    public NamedValueInput[]? Settings { get; set; }

    /// <summary>All its headers: they replace the stored ones. Null removes all.</summary>
    public HeaderInput[]? Headers { get; set; }

    /// <summary>Where requests go, instead of the vendor. Null: to the vendor. Custom providers need one.</summary>
    public string? EndpointUrl { get; set; }

    /// <summary>The only models that it is used for, up to 1,000; empty or null: all that it serves.</summary>
    public string[]? Models { get; set; }

    /// <summary>The models that it serves and nobody else knows: they replace the stored ones.</summary>
    public CustomModelInput[]? CustomModels { get; set; }

    /// <summary>Whether it serves its custom models only, not those that its kind is known for.</summary>
    public bool? ExcludeDefaultModels { get; set; }

    /// <summary>Whether its answers can be streamed. A new one's can.</summary>
    public bool? SupportsStreaming { get; set; }

    /// <summary>The provider's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => AiProviderScope.Of(OrganizationId, ProjectId);
}

/// <summary>The provider as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(NotFoundError), typeof(ConflictError), typeof(LimitReachedError))]
public sealed class SaveAiProviderPayload : MutationPayload
{
    internal SaveAiProviderPayload(AppendResult result, ProviderPlace place)
        : base(result)
    {
        if (result.IsAccepted && result.Organization().AiProviders.All[place.Id] is { } row)
        {
            AiProvider = new AiProvider(result.Organization(), row);
            AiProviderEdge = place.IsNew ? AiProviderQueries.EdgeOf(AiProvider) : null;
            Created = place.IsNew;
        }
    }

    /// <summary>The provider.</summary>
    public AiProvider? AiProvider { get; }

    /// <summary>The provider with a cursor, for lists; null when it was there before.</summary>
    public AiProviderEdge? AiProviderEdge { get; }

    /// <summary>Whether it is new.</summary>
    public bool? Created { get; }
}

/// <summary>
/// Caller: MANAGE_AI_PROVIDERS. Refused: a project or provider that is unknown or may not be read, what is malformed, a secret that would
/// go elsewhere, a taken name, stale version, too many. Writes: provider, sealed secrets, the staleness's work item. Events:
/// AiProviderCreated or AiProviderUpdated, LoopChanged when other models are available by it.
/// </summary>
public sealed class SaveAiProviderMutation
{
    private readonly MutationRunner _runner;
    private readonly SecretVault _vault;
    private readonly ProviderWriting _writing;

    internal SaveAiProviderMutation(MutationRunner runner, SecretVault vault, ProviderWriting writing) => (_runner, _vault, _writing) = (runner, vault, writing);

    /// <summary>Makes or changes an AI provider of the organization or of a project. Its secret is sealed, and never shown again.</summary>
    /// <param name="input">The provider.</param>
    [Authorize(Policy.ManageAiProviders)]
    public async Task<SaveAiProviderPayload?> SaveAiProviderAsync(IResolveFieldContext context, SaveAiProviderInput input)
    {
        // Nothing waits for a key service inside a write: so what is given is sealed first, and thrown away when it is refused.
        var texts = GivenTexts.Of(input, ProviderCatalog.Find(input.Type) ?? ProviderCatalog.Custom);
        var sealedTexts = await SealedTexts.SealAsync(_vault, input.Scope.OrganizationId!.Value, texts, context.Request().Cancellation);
        var place = default(ProviderPlace);
        var result = await _runner.DecideAsync(context, decision => Decide(decision, input, texts, sealedTexts, out place));
        return new SaveAiProviderPayload(result, place);
    }

    private Refusal? Decide(Decision decision, SaveAiProviderInput input, GivenTexts texts, SealedTexts sealedTexts, out ProviderPlace place)
    {
        place = default;
        var (project, unknown) = AiProviderScope.Project(decision, input.ProjectId);
        if (unknown is not null)
        {
            return unknown;
        }

        if (ProviderCatalog.Find(input.Type) is not { } kind)
        {
            return new ValidationError("There is no such type: aiProviderTypes lists them, and custom is for any other.", "type");
        }

        if (_writing.Find(decision, input, kind, project, out var stored, out var name) is { } refused)
        {
            return refused;
        }

        var (draft, invalid) = _writing.Draft(stored, kind, input, texts);
        if (invalid is not null)
        {
            return invalid;
        }

        var origin = stored ?? new AiProviderSnapshot(decision.NewId(), 0, project, kind.Type, name) { CreatedAt = decision.Now };
        var (changed, wrong) = _writing.Change(origin, input, draft! with { Name = name }, sealedTexts, decision);
        if (wrong is not null)
        {
            return wrong;
        }

        place = new ProviderPlace(changed!.Id, stored is null);
        _writing.Write(decision, stored, changed, sealedTexts);
        return null;
    }
}

/// <summary>Where a saved provider is found.</summary>
internal readonly record struct ProviderPlace(Guid Id, bool IsNew);
