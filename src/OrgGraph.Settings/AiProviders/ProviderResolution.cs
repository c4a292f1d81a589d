using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.AiProviders;

/// <summary>A provider that counts somewhere, and whose place it takes.</summary>
/// <param name="Source">From which scope it is.</param>
/// <param name="Overrides">The organization's providers that it stands for there.</param>
internal sealed record ResolvedProvider(AiProviderSnapshot Provider, SettingScope Source, IReadOnlyList<AiProviderSnapshot> Overrides)
{
    /// <summary>The models that it serves, those that are described in it included.</summary>
    public bool Serves(string model) => ProviderResolution.Serves(Provider, model);
}

/// <summary>
/// Which providers count: the one answer for pages, for Loop and for the run time. Pure functions of a snapshot. What is sealed of a
/// provider is opened by the ids in its snapshot, as the fields that <see cref="ProviderSecrets"/> names.
/// </summary>
internal static class ProviderResolution
{
    /// <summary>The providers that count in a project, or in the organization itself: in order of use, the project's own first, each by name.</summary>
    public static IReadOnlyList<ResolvedProvider> Of(OrganizationSnapshot snapshot, Guid? project)
    {
        var organizations = snapshot.AiProviders.In(null).All;
        if (project is not { } id || snapshot.AiProviders.In(id) is not { Count: > 0 } own)
        {
            return [.. organizations.Select(provider => new ResolvedProvider(provider, SettingScope.Organization, []))];
        }

        var overriding = own.All.Select(provider => new ResolvedProvider(provider, SettingScope.Project, [.. organizations.Where(provider.Overrides)]));
        var left = organizations.Where(provider => !own.All.Any(other => other.Overrides(provider)));
        return [.. overriding, .. left.Select(provider => new ResolvedProvider(provider, SettingScope.Organization, []))];
    }

    /// <summary>Whether a provider serves a model: one that it lists or describes, or, unless it lists others, one that its kind is known for.</summary>
    public static bool Serves(AiProviderSnapshot provider, string model) =>
        provider.Models.Contains(model)
        || provider.CustomModels.Any(custom => custom.Name == model)
        || (provider.Models.Count == 0 && !provider.ExcludeDefaultModels && Knows(provider, model));

    /// <summary>Whether it would serve the model if its lists did not leave it out.</summary>
    public static bool Knows(AiProviderSnapshot provider, string model) => provider.Kind.Models.Any(known => known.Name == model);

    /// <summary>The projects in which one of their own takes the provider's place, by name.</summary>
    public static IEnumerable<ProjectSnapshot> OverriddenIn(OrganizationSnapshot snapshot, AiProviderSnapshot provider) =>
        provider.ProjectId is not null
            ? []
            : snapshot.AiProviders.ByScope.Where(scope => scope.Key != Guid.Empty && scope.Value.All.Any(other => other.Overrides(provider)))
                .Select(scope => snapshot.Projects[scope.Key])
                .OfType<ProjectSnapshot>()
                .Order(ProjectSnapshot.ByName);
}
