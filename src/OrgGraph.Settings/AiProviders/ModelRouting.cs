using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.AiProviders;

/// <summary>A provider that counts in a project, and whose place it takes.</summary>
[Name("EffectiveAiProvider")]
public sealed class EffectiveAiProvider
{
    private readonly OrganizationSnapshot _organization;
    private readonly ResolvedProvider _resolved;

    internal EffectiveAiProvider(OrganizationSnapshot organization, ResolvedProvider resolved) => (_organization, _resolved) = (organization, resolved);

    /// <summary>The provider.</summary>
    public AiProvider Provider => new(_organization, _resolved.Provider);

    /// <summary>From which scope it is.</summary>
    public SettingScope Source => _resolved.Source;

    /// <summary>The organization's providers whose place it takes here.</summary>
    public IEnumerable<AiProvider> Overrides => _resolved.Overrides.Select(provider => new AiProvider(_organization, provider));
}

/// <summary>Why no provider serves a model.</summary>
public enum MissingReason
{
    /// <summary>There is none of a type that serves it: suggestedTypes names them.</summary>
    NoProvider,

    /// <summary>There is one whose type serves it, but its list of models leaves it out.</summary>
    ModelNotAllowed,

    /// <summary>No type is known to serve it. A provider can list it all the same, or describe it as a custom model.</summary>
    UnknownModel,
}

/// <summary>Which providers serve a model, and what to do when none does.</summary>
[Name("ModelRouting")]
public sealed class ModelRouting
{
    private readonly OrganizationSnapshot _organization;
    private readonly Guid? _project;
    private readonly string _model;
    private readonly IReadOnlyList<ResolvedProvider> _counting;
    private readonly IReadOnlyList<ResolvedProvider> _candidates;

    internal ModelRouting(OrganizationSnapshot organization, Guid? project, string model)
    {
        (_organization, _project, _model) = (organization, project, model);
        _counting = ProviderResolution.Of(organization, project);
        _candidates = [.. _counting.Where(resolved => resolved.Serves(model))];
    }

    /// <summary>Whether any provider serves it.</summary>
    public bool Configured => _candidates.Count > 0;

    /// <summary>The providers that serve it, in order of use.</summary>
    public IEnumerable<EffectiveAiProvider> Candidates => _candidates.Select(resolved => new EffectiveAiProvider(_organization, resolved));

    /// <summary>Why none serves it; null when one does.</summary>
    public MissingReason? Missing =>
        Configured ? null
        : _counting.Any(resolved => ProviderResolution.Knows(resolved.Provider, _model)) ? MissingReason.ModelNotAllowed
        : ProviderCatalog.Serving(_model).Any() ? MissingReason.NoProvider
        : MissingReason.UnknownModel;

    /// <summary>The types of provider that serve it.</summary>
    public IEnumerable<AiProviderType> SuggestedTypes => ProviderCatalog.Serving(_model).Select(kind => new AiProviderType(kind));

    /// <summary>The scopes at which the caller may add a provider.</summary>
    public IEnumerable<SettingScope> ViewerCanAddAt(IResolveFieldContext context)
    {
        if (AiProvider.CanChange(_organization, context.Caller(), null))
        {
            yield return SettingScope.Organization;
        }

        if (_project is not null && AiProvider.CanChange(_organization, context.Caller(), _project))
        {
            yield return SettingScope.Project;
        }
    }
}

/// <summary>The AI providers of an organization.</summary>
public sealed class AiProviderQueries
{
    private const string Name = "Organization.aiProviders";

    /// <summary>The AI providers of the organization itself, by name. Those of projects are there.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    public AiProviderConnection AiProviders([Parent] Organization organization, int? first, string? after, int? last, string? before) =>
        PageOf(Name, organization.Snapshot, null, new PageArguments(first, after, last, before));

    /// <summary>Which of the organization's own providers serve a model.</summary>
    /// <param name="model">The model, as requests call it.</param>
    public ModelRouting ProviderForModel([Parent] Organization organization, string model) => new(organization.Snapshot, null, model);

    internal static AiProviderConnection PageOf(string name, OrganizationSnapshot snapshot, Guid? project, PageArguments arguments) =>
        new(Paging.Of(name, snapshot.AiProviders.In(project).All, AiProviderSnapshot.ByName, arguments).Select(row => new AiProvider(snapshot, row)));

    internal static AiProviderEdge EdgeOf(AiProvider provider) => new()
    {
        Node = provider,
        Cursor = new PageCursor(
            $"{(provider.Row.ProjectId is null ? Name : ProjectAiProviderQueries.Name)}.{AiProviderSnapshot.ByName.Tag}+", AiProviderSnapshot.ByName.Key(provider.Row), provider.Row.Id).ToString(),
    };
}

/// <summary>The AI providers of a project.</summary>
public sealed class ProjectAiProviderQueries
{
    internal const string Name = "Project.aiProviders";

    /// <summary>The project's own AI providers, by name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    [Authorize(Policy.UpdateProject)]
    public AiProviderConnection? AiProviders([Parent] Project project, int? first, string? after, int? last, string? before) =>
        AiProviderQueries.PageOf(Name, project.Snapshot, project.Row.Id, new PageArguments(first, after, last, before));

    /// <summary>The providers that count in the project, in order of use: its own, and those of the organization whose place none of its own takes.</summary>
    public IEnumerable<EffectiveAiProvider> EffectiveAiProviders([Parent] Project project) =>
        ProviderResolution.Of(project.Snapshot, project.Row.Id).Select(resolved => new EffectiveAiProvider(project.Snapshot, resolved));

    /// <summary>Which providers serve a model in the project.</summary>
    /// <param name="model">The model, as requests call it.</param>
    public ModelRouting ProviderForModel([Parent] Project project, string model) => new(project.Snapshot, project.Row.Id, model);
}
