using GraphQL;
using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Loop;

/// <summary>Which models are selected for Loop.</summary>
internal sealed class LoopRow : SettingsRow
{
    public static readonly RowTable<LoopRow> Table = new("LoopSettings", "OrganizationId", "Id");

    /// <summary>Names as JSON; null: nothing is selected, so all that are available are.</summary>
    public string? Selected { get; init; }
}

/// <summary>Which models are selected for Loop, as the snapshot holds it.</summary>
/// <param name="Selected">Names; null: nothing is selected, so all that are available are.</param>
internal sealed record LoopSelection(int Version, IReadOnlyList<string>? Selected)
{
    public static readonly LoopSelection None = new(0, null);

    public static LoopSelection Of(LoopRow row) => new(row.Version, row.Selected is { } names ? System.Text.Json.JsonSerializer.Deserialize<string[]>(names) : null);

    public LoopRow ToRow(Guid organization) =>
        new() { OrganizationId = organization, Id = organization, Selected = Selected is { } names ? System.Text.Json.JsonSerializer.Serialize(names) : null };
}

/// <summary>Which models Loop, the assistant, may use. It asks them by the organization's own providers, never by those of projects.</summary>
[Name("LoopSettings")]
public sealed class LoopSettings
{
    private readonly OrganizationSnapshot _organization;
    private readonly IReadOnlyList<AvailableModel> _available;
    private readonly IReadOnlyList<AvailableModel> _selected;

    internal LoopSettings(OrganizationSnapshot organization)
    {
        _organization = organization;
        _available = LoopModels.Available(organization);
        _selected = LoopModels.Selected(organization, _available);
    }

    /// <summary>Whether a selected model is available.</summary>
    public bool Ready => _selected.Any(model => model.Provider is not null);

    /// <summary>What is missing when it is not ready, for people; null when it is.</summary>
    public string? BlockedReason =>
        Ready ? null
        : _organization.AiProviders.In(null).Count == 0 ? "Loop needs an AI provider of the organization, and there is none yet: add one first. Providers of projects do not count."
        : _available.Count == 0 ? "None of the organization's AI providers serves a chat model: Loop needs one."
        : "No provider of the organization serves a selected model any more. Select others, or add a provider that does.";

    /// <summary>The chat models that the organization's own providers serve, by name.</summary>
    public IEnumerable<LoopModel> AvailableModels => _available.Select(model => new LoopModel(_organization, model));

    /// <summary>The models that are selected, by name. They stay selected when their provider goes, and are not available then.</summary>
    public IEnumerable<LoopModel> SelectedModels => _selected.Select(model => new LoopModel(_organization, model));

    /// <summary>Whether nothing is selected, so that all available models are.</summary>
    public bool IsDefault => _organization.Loop.Selected is null;

    /// <summary>The organization's version at which the selection last changed, 0 when it never did: pass it as expectedVersion.</summary>
    public int Version => _organization.Loop.Version;
}

/// <summary>A model of Loop.</summary>
[Name("LoopModel")]
public sealed class LoopModel
{
    private readonly OrganizationSnapshot _organization;
    private readonly AvailableModel _model;

    internal LoopModel(OrganizationSnapshot organization, AvailableModel model) => (_organization, _model) = (organization, model);

    /// <summary>What requests call it.</summary>
    public string Name => _model.Name;

    /// <summary>The provider by which it is asked; null when none of the organization's serves it.</summary>
    public AiProvider? Provider => _model.Provider is { } provider ? new AiProvider(_organization, provider) : null;

    /// <summary>Whether it can be used.</summary>
    public bool Available => _model.Provider is not null;
}

/// <summary>Loop's place in an organization.</summary>
public sealed class LoopQueries
{
    /// <summary>Which models Loop, the assistant, may use.</summary>
    public LoopSettings Loop([Kernel.Graph.Parent] Organization organization) => new(organization.Snapshot);
}
