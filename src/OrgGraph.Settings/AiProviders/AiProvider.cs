using GraphQL;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.AiProviders;

/// <summary>
/// Access to a vendor of AI models, or to a server of one's own, for the organization or for one project. Of one of a project, who may
/// not change it sees name, type, scope, project and models only; the rest is null or empty.
/// </summary>
[Name("AiProvider"), Implements(typeof(INode))]
public sealed class AiProvider : INode
{
    internal AiProvider(OrganizationSnapshot organization, AiProviderSnapshot row) => (Snapshot, Row) = (organization, row);

    [Ignore]
    internal OrganizationSnapshot Snapshot { get; }

    [Ignore]
    internal AiProviderSnapshot Row { get; }

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.AiProvider, Snapshot.OrganizationId, Row.Id).ToString();

    /// <summary>The name, unique in its scope, case and all.</summary>
    public string Name => Row.Name;

    /// <summary>Its kind: one of aiProviderTypes, or custom.</summary>
    public string Type => Row.Type;

    /// <summary>Whether it is none of a known vendor's.</summary>
    public bool IsCustom => Row.Type == ProviderCatalog.CustomType;

    /// <summary>For what it holds.</summary>
    public SettingScope Scope => Row.Scope;

    /// <summary>The project for which it holds; null: for the whole organization.</summary>
    public Project? Project => Row.ProjectId is { } project && Snapshot.Projects[project] is { } row ? new Project(Snapshot, row) : null;

    /// <summary>First three and last four characters of the secret, "***" under 28 characters; null: none is stored, or the caller may not change the provider.</summary>
    public string? Preview(IResolveFieldContext context) => CanChange(context) ? Row.Secret?.Preview : null;

    /// <summary>Its settings. Secret ones show a preview.</summary>
    public IEnumerable<NamedValue> Settings(IResolveFieldContext context)
    {
        var canChange = CanChange(context);
        return IsMasked(context) ? [] : Row.Settings.Select(setting => new NamedValue(setting.Name, setting.Secret is null || canChange ? setting.Shown : SecretPreview.Hidden));
    }

    /// <summary>The headers that are sent with each request; of their values a preview.</summary>
    public IEnumerable<MaskedHeader> Headers(IResolveFieldContext context)
    {
        var canChange = CanChange(context);
        return IsMasked(context) ? [] : Row.Headers.Select(header => new MaskedHeader(header.Name, canChange ? header.Value.Preview : SecretPreview.Hidden));
    }

    /// <summary>Where requests go; null: to the vendor.</summary>
    [OutputType(typeof(UrlScalar))]
    public string? EndpointUrl(IResolveFieldContext context) => IsMasked(context) ? null : Row.EndpointUrl;

    /// <summary>The only models that it is used for; empty: all that it serves.</summary>
    public IEnumerable<string> Models => Row.Models;

    /// <summary>The models that it serves and nobody else knows.</summary>
    public IEnumerable<CustomModel> CustomModels(IResolveFieldContext context) => IsMasked(context) ? [] : Row.CustomModels;

    /// <summary>Whether it serves its custom models only, not those that its kind is known for.</summary>
    public bool ExcludeDefaultModels(IResolveFieldContext context) => !IsMasked(context) && Row.ExcludeDefaultModels;

    /// <summary>Whether its answers can be streamed.</summary>
    public bool SupportsStreaming(IResolveFieldContext context) => IsMasked(context) || Row.SupportsStreaming;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>When anything of it was last changed.</summary>
    public DateTimeOffset UpdatedAt(IResolveFieldContext context) => IsMasked(context) ? Row.CreatedAt : Row.UpdatedAt;

    /// <summary>When its secret was last replaced, whatever else was changed since; null when it has none.</summary>
    public DateTimeOffset? SecretUpdatedAt(IResolveFieldContext context) => IsMasked(context) || Row.Secret is null ? null : Row.SecretUpdatedAt;

    /// <summary>Who replaced its secret; null when it has none, or that person has left.</summary>
    public IPrincipal? SecretUpdatedBy(IResolveFieldContext context) =>
        IsMasked(context) || Row.Secret is null ? null : Snapshot.PrincipalFor(context.Caller(), Row.SecretUpdatedBy);

    /// <summary>Whether its secret is older than six calendar months.</summary>
    public bool IsStale(IResolveFieldContext context) => !IsMasked(context) && Row.IsStale(context.Request().Now);

    /// <summary>When it was last used, to the minute; null: not yet.</summary>
    public DateTimeOffset? LastUsedAt(IResolveFieldContext context, [FromServices] UsageTracker usage) => IsMasked(context) ? null : usage.LastUsed(Row.Id);

    /// <summary>The projects in which one of their own takes its place: those that the caller may read.</summary>
    public IEnumerable<Project> OverriddenIn(IResolveFieldContext context)
    {
        var rights = Policies.RightsOf(context.Caller(), Snapshot);
        return ProviderResolution.OverriddenIn(Snapshot, Row).Where(project => rights.Can(Permission.Read, ResourceRef.Project(project.Id))).Select(project => new Project(Snapshot, project));
    }

    /// <summary>How its last test ended; null: it was not tested.</summary>
    public AiProviderTest? LastTest(IResolveFieldContext context) => Row.LastTest is { } test && !IsMasked(context) ? new AiProviderTest(test) : null;

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => Row.Version;

    /// <summary>Whether the caller may know of a provider of the project, or of the organization.</summary>
    internal static bool CanSee(Snapshot snapshot, Caller caller, Guid? project)
    {
        var rights = Policies.RightsOf(caller, snapshot);
        return rights.IsMember && (project is not { } id || rights.Can(Permission.Read, ResourceRef.Project(id)));
    }

    /// <summary>Whether the caller may change a provider of the project, or of the organization.</summary>
    internal static bool CanChange(Snapshot snapshot, Caller caller, Guid? project) =>
        Policies.RightsOf(caller, snapshot).Can(Permission.Update, project is { } id ? ResourceRef.Project(id) : ResourceRef.Organization);

    private bool CanChange(IResolveFieldContext context) => CanChange(Snapshot, context.Caller(), Row.ProjectId);

    private bool IsMasked(IResolveFieldContext context) => Row.ProjectId is not null && !CanChange(context);
}

/// <summary>A header, and what may be shown of its value.</summary>
[Name("MaskedHeader")]
public sealed class MaskedHeader(string name, string preview)
{
    /// <summary>The header's name.</summary>
    public string Name { get; } = name;

    /// <summary>First three and last four characters of the value, "***" under 28 characters or when the caller may not change the provider.</summary>
    public string Preview { get; } = preview;
}

/// <summary>How a test of a provider ended.</summary>
[Name("AiProviderTest")]
public sealed class AiProviderTest
{
    private readonly ProviderTestResult _result;

    internal AiProviderTest(ProviderTestResult result) => _result = result;

    /// <summary>When it was tested.</summary>
    public DateTimeOffset TestedAt => _result.TestedAt;

    /// <summary>How it ended.</summary>
    public Kernel.Outbound.ConnectivityOutcome Outcome => _result.Outcome;

    /// <summary>The HTTP status of the answer; null when there was none.</summary>
    public int? HttpStatus => _result.HttpStatus;

    /// <summary>How long it took, in milliseconds.</summary>
    public int? LatencyMs => _result.LatencyMs;

    /// <summary>The address that was tried. A model may be called by another one.</summary>
    [OutputType(typeof(UrlScalar))]
    public string? Url => _result.Url;

    /// <summary>What happened, for people. It never holds the secret, nor what the other side said.</summary>
    public string? Message => _result.Message;
}

/// <summary>A page of AI providers.</summary>
[Name("AiProviderConnection")]
public sealed class AiProviderConnection(Page<AiProvider> page) : Connection<AiProvider, AiProviderEdge>(page);

/// <summary>An AI provider, and its place in the list.</summary>
[Name("AiProviderEdge")]
public sealed class AiProviderEdge : Edge<AiProvider>;
