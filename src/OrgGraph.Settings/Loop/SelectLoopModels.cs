using System.Globalization;
using GraphQL;
using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Loop;

/// <summary>Selects the models that Loop may use.</summary>
public sealed class SelectLoopModelsInput : MutationInput, IScoped
{
    /// <summary>Which organization.</summary>
    [Id]
    public string OrganizationId { get; set; } = "";

    /// <summary>The names of all models that are selected from now on, up to 1,000: of Loop's available ones, or selected before. Empty: nothing is selected, so all available ones are.</summary>
    public string[] Models { get; set; } = [];

    /// <summary>Loop's version that the caller saw; another one by now refuses the change.</summary>
    public int? ExpectedVersion { get; set; }

    [Ignore]
    public Scope Scope => OrganizationScope.Of(OrganizationId);
}

/// <summary>The organization as it is now, or why nothing was changed.</summary>
[Errors(typeof(ValidationError), typeof(ProviderRequiredError), typeof(ConflictError))]
public sealed class SelectLoopModelsPayload(AppendResult result) : MutationPayload(result)
{
    /// <summary>The organization.</summary>
    public Organization? Organization { get; } = result.IsAccepted ? new Organization(result.Organization()) : null;
}

/// <summary>
/// Caller: MANAGE_SETTINGS. Refused: without a provider of the organization that serves a model, models that none serves, stale version.
/// Writes: selection. Events: LoopChanged.
/// </summary>
public sealed class SelectLoopModelsMutation(MutationRunner runner)
{
    /// <summary>Selects the models that Loop may use, in place of those selected before.</summary>
    /// <param name="input">The models.</param>
    [Authorize(Policy.ManageSettings)]
    public async Task<SelectLoopModelsPayload?> SelectLoopModelsAsync(IResolveFieldContext context, SelectLoopModelsInput input) =>
        new(await runner.DecideAsync(context, decision => Decide(decision, input)));

    private static Refusal? Decide(Decision decision, SelectLoopModelsInput input)
    {
        var organization = decision.Organization();
        if (ConflictError.IfStale(input.ExpectedVersion, organization.Loop.Version) is { } stale)
        {
            return stale;
        }

        var available = LoopModels.Available(organization);
        if (available.Count == 0)
        {
            return new ProviderRequiredError("Loop needs an AI provider of the organization that serves a chat model. Add one first.", "models");
        }

        var (names, malformed) = ModelInputs.Names(input.Models, "models");
        if (malformed is not null)
        {
            return malformed;
        }

        var known = available.Select(model => model.Name).Concat(organization.Loop.Selected ?? []).ToHashSet(StringComparer.Ordinal);
        for (var i = 0; i < names.Count; i++)
        {
            if (!known.Contains(names[i]))
            {
                return new ValidationError($"No provider of the organization serves {names[i]}. Loop's availableModels lists what can be selected.", "models", i.ToString(CultureInfo.InvariantCulture));
            }
        }

        var changed = organization.Loop with { Selected = names.Count == 0 ? null : names };
        if (!(changed.Selected ?? []).ToHashSet(StringComparer.Ordinal).SetEquals(organization.Loop.Selected ?? []))
        {
            decision.Put(LoopRow.Table, changed.ToRow(organization.OrganizationId));
            decision.Raise(new LoopChanged(), LoopChanged.Subject);
        }

        return null;
    }
}
