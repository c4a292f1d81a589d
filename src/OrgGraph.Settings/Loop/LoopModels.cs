using OrgGraph.Settings.AiProviders;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Loop;

/// <summary>A model, and the provider of the organization by which it is asked.</summary>
/// <param name="Provider">Null: none serves it.</param>
internal sealed record AvailableModel(string Name, AiProviderSnapshot? Provider);

/// <summary>Which models Loop can use, and which it shall. Pure functions of a snapshot.</summary>
internal static class LoopModels
{
    /// <summary>The chat models that the organization's own providers serve, by name; each by the first provider that does.</summary>
    public static IReadOnlyList<AvailableModel> Available(OrganizationSnapshot organization)
    {
        var found = new SortedDictionary<string, AiProviderSnapshot>(StringComparer.Ordinal);
        foreach (var provider in organization.AiProviders.In(null).All)
        {
            foreach (var model in ChatModels(provider))
            {
                found.TryAdd(model, provider);
            }
        }

        return [.. found.Select(entry => new AvailableModel(entry.Key, entry.Value))];
    }

    /// <summary>The models that are selected: all that are available when none are.</summary>
    public static IReadOnlyList<AvailableModel> Selected(OrganizationSnapshot organization, IReadOnlyList<AvailableModel> available)
    {
        if (organization.Loop.Selected is not { } names)
        {
            return available;
        }

        var byName = available.ToDictionary(model => model.Name, StringComparer.Ordinal);
        return [.. names.Order(StringComparer.Ordinal).Select(name => byName.GetValueOrDefault(name) ?? new AvailableModel(name, null))];
    }

    // What nobody knows counts as a chat model when a provider lists it: most are.
    private static IEnumerable<string> ChatModels(AiProviderSnapshot provider)
    {
        var described = provider.CustomModels.ToLookup(model => model.Name, model => model.Flavor);
        var known = provider.Kind.Models.ToLookup(model => model.Name, model => model.Flavor);
        return provider.Models.Concat(provider.CustomModels.Select(model => model.Name)).Concat(provider.Kind.Models.Select(model => model.Name))
            .Distinct()
            .Where(name => ProviderResolution.Serves(provider, name))
            .Where(name => described[name].Concat(known[name]).FirstOrDefault(ModelFlavor.Chat) == ModelFlavor.Chat);
    }
}

/// <summary>Tells subscribers of Loop when a change of the providers makes other models available.</summary>
internal sealed class LoopAvailability : IProviderDependent
{
    public IReadOnlyList<string> ProvidersChanged(Decision decision)
    {
        var (before, after) = (LoopModels.Available(decision.Organization()), LoopModels.Available(decision.Changed()));
        if (before.Select(By).SequenceEqual(after.Select(By)))
        {
            return [];
        }

        decision.Raise(new LoopChanged(), LoopChanged.Subject);
        var left = after.Select(model => model.Name).ToHashSet(StringComparer.Ordinal);
        return [.. LoopModels.Selected(decision.Organization(), before).Where(model => model.Provider is not null && !left.Contains(model.Name)).Select(model => model.Name)];
    }

    private static (string, Guid?) By(AvailableModel model) => (model.Name, model.Provider?.Id);
}
