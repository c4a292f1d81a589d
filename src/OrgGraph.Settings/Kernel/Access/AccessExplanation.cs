namespace OrgGraph.Settings.Kernel.Access;

/// <summary>One way by which a principal comes to a permission.</summary>
/// <param name="Groups">From the group that the principal is directly in to the one that gives; empty for a grant to the principal itself.</param>
/// <param name="Grant">What gives; null: the built-in group does.</param>
public sealed record AccessRoute(IReadOnlyList<Guid> Groups, GrantFact? Grant, BuiltInGroup? BuiltIn);

/// <summary>
/// Why a principal may do what it may. Rights are a union of sources, so each source is asked by itself, by the very rule that enforces,
/// what it gives on the resource.
/// </summary>
internal static class AccessExplanation
{
    /// <summary>Groups can be nested so that there are more ways than atoms: this many of the shortest are told.</summary>
    public const int MaxRoutes = 100;

    /// <summary>Each permission that the principal holds on the resource, with the ways that lead to it.</summary>
    public static IReadOnlyList<(Permission Permission, IReadOnlyList<AccessRoute> Routes)> Of(AccessIndex access, PrincipalRef principal, ResourceRef resource)
    {
        var rights = access.Of(principal);
        var held = rights.On(resource);
        if (held == PermissionSet.None)
        {
            return [];
        }

        var routes = access.GrantsOf(principal.Id).Select(grant => (Gives: Given(grant, resource), Route: new AccessRoute([], grant, null)))
            .Concat(rights.Groups.SelectMany(group => OfGroup(access, principal, group, resource)))
            .Where(source => (source.Gives & held) != 0)
            .OrderBy(source => source.Route.Groups.Count)
            .ToList();
        return [.. Enum.GetValues<Permission>().Where(permission => held.Has(permission)).Select(permission =>
            (permission, (IReadOnlyList<AccessRoute>)[.. routes.Where(source => source.Gives.Has(permission)).Take(MaxRoutes).Select(source => source.Route)]))];
    }

    private static IEnumerable<(PermissionSet Gives, AccessRoute Route)> OfGroup(AccessIndex access, PrincipalRef principal, Guid group, ResourceRef resource)
    {
        if (access.Own(group).Held(resource) == PermissionSet.None)
        {
            yield break;
        }

        var chains = Chains(access, principal, group);
        if (access.Graph.BuiltIn(group) is { } builtIn && EffectiveRights.OfSources(builtIn, []).Held(resource) is var byGroup and not PermissionSet.None)
        {
            foreach (var chain in chains)
            {
                yield return (byGroup, new AccessRoute(chain, null, builtIn));
            }
        }

        foreach (var grant in access.GrantsOf(group))
        {
            if (Given(grant, resource) is var byGrant and not PermissionSet.None)
            {
                foreach (var chain in chains)
                {
                    yield return (byGrant, new AccessRoute(chain, grant, null));
                }
            }
        }
    }

    private static PermissionSet Given(GrantFact grant, ResourceRef resource) => EffectiveRights.OfSources(null, [grant]).Held(resource);

    // Breadth first, so that the shortest come first; only through groups from which the goal can be reached.
    private static List<Guid[]> Chains(AccessIndex access, PrincipalRef principal, Guid goal)
    {
        var found = new List<Guid[]>();
        var below = access.Graph.WithDescendants(goal).ToHashSet();
        var next = new Queue<Guid[]>(access.DirectGroups(principal).Where(below.Contains).Select(group => new[] { group }));
        while (found.Count < MaxRoutes && next.TryDequeue(out var chain))
        {
            if (chain[^1] == goal)
            {
                found.Add(chain);
                continue;
            }

            foreach (var parent in access.Graph.Parents(chain[^1]).Where(below.Contains))
            {
                // What waits is bounded too: more than enough shortest ones are on their way.
                if (next.Count < MaxRoutes * 10)
                {
                    next.Enqueue([.. chain, parent]);
                }
            }
        }

        return found;
    }
}
