using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Environments;

/// <summary>The environments of an organization.</summary>
public sealed class EnvironmentQueries
{
    private const string Name = "Organization.environments";

    /// <summary>The environments, by name.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    public EnvironmentConnection Environments([Parent] Organization organization, int? first, string? after, int? last, string? before)
    {
        var snapshot = organization.Snapshot;
        var page = Paging.Of(Name, snapshot.Environments.All, EnvironmentSnapshot.ByName, new PageArguments(first, after, last, before));
        return new EnvironmentConnection(page.Select(row => new Environment(snapshot, row)));
    }

    /// <summary>The environment with that slug; null when there is none.</summary>
    /// <param name="slug">Its slug, exactly.</param>
    public Environment? Environment([Parent] Organization organization, string slug)
    {
        var snapshot = organization.Snapshot;
        return snapshot.Environments.All.FirstOrDefault(row => row.Slug == slug) is { } found ? new Environment(snapshot, found) : null;
    }

    internal static EnvironmentEdge EdgeOf(Environment environment) => new()
    {
        Node = environment,
        Cursor = new PageCursor($"{Name}.{EnvironmentSnapshot.ByName.Tag}+", EnvironmentSnapshot.ByName.Key(environment.Row), environment.Row.Id).ToString(),
    };
}
