using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Organizations;

/// <summary>The ways into the graph.</summary>
public sealed class OrganizationQueries
{
    private const int MaxNodes = 100;

    private readonly OrganizationNames _names;
    private readonly Dictionary<NodeType, INodeSource> _nodes;

    // Things that no snapshot holds are found by services.
    internal OrganizationQueries(SchemaParts parts, IEnumerable<INodeSource> others, OrganizationNames names) =>
        (_names, _nodes) = (names, parts.Nodes.Values.Concat(others).ToDictionary(source => source.Type));

    /// <summary>The organization by id or by name; null when there is none or the caller does not belong to it.</summary>
    /// <param name="id">Its id. Pass either id or name.</param>
    /// <param name="name">Its name, without regard to case. Pass either id or name.</param>
    [Authorize(Policy.Authenticated)]
    public async Task<Organization?> OrganizationAsync(IResolveFieldContext context, [Id] string? id, string? name)
    {
        if (id is null == name is null)
        {
            throw RequestFault.BadInput("Pass either id or name, and only one of them.");
        }

        var organization = id is not null ? GlobalId.Parse(id, "id") : await FindAsync(context.Request(), name!);
        return organization.Type == NodeType.Organization && await VisibleAsync(context.Request(), organization.Id) is { } snapshot ? new Organization(snapshot) : null;
    }

    /// <summary>Anything that has an id; null when there is no such thing or the caller may not see it.</summary>
    /// <param name="id">Its id.</param>
    [Authorize(Policy.Authenticated), PerCaller]
    public Task<INode?> NodeAsync(IResolveFieldContext context, [Id] string id) => FindNodeAsync(context.Request(), GlobalId.Parse(id, "id"));

    /// <summary>Several things by id, in the same order; null in place of what does not exist or the caller may not see.</summary>
    /// <param name="ids">At most 100 ids.</param>
    [Authorize(Policy.Authenticated), PerCaller]
    public async Task<INode?[]?> NodesAsync(IResolveFieldContext context, [Id] string[] ids)
    {
        if (ids.Length > MaxNodes)
        {
            throw RequestFault.BadInput($"Ask for at most {MaxNodes} nodes at once.");
        }

        var parsed = Array.ConvertAll(ids, id => GlobalId.Parse(id, "ids"));
        var found = new INode?[ids.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            found[i] = await FindNodeAsync(context.Request(), parsed[i]);
        }

        return found;
    }

    // Only among the caller's own: how long the answer takes must not tell that another tenant has the name.
    private async Task<GlobalId> FindAsync(RequestContext request, string name)
    {
        if (name.Length > InputRules.MaxName)
        {
            return default;
        }

        if (request.Caller.OrganizationId is { } bound)
        {
            return await VisibleAsync(request, bound) is { } own && InputRules.Normalize(own.Settings.Name) == InputRules.Normalize(name) ? GlobalId.Organization(bound) : default;
        }

        return await _names.FindAsync(InputRules.Normalize(name), request.Caller.Principal!.Value.Id, request.Cancellation) is { } id ? GlobalId.Organization(id) : default;
    }

    private async Task<INode?> FindNodeAsync(RequestContext request, GlobalId id)
    {
        if (id.Type == NodeType.User)
        {
            return await FindUserAsync(request, id.Id);
        }

        if (id.Organized is not { } organization || await VisibleAsync(request, organization) is not { } snapshot)
        {
            return null;
        }

        return id.Type == NodeType.Organization
            ? new Organization(snapshot)
            : _nodes.TryGetValue(id.Type, out var source) ? (INode?)await source.FindAsync(snapshot, request.Caller, id.Id, request.Cancellation) : null;
    }

    // A person is seen by those who share an organization with them, as it is known there.
    private async Task<INode?> FindUserAsync(RequestContext request, Guid id)
    {
        foreach (var organization in await request.OrganizationsAsync())
        {
            if (await VisibleAsync(request, organization) is { } snapshot && snapshot.PrincipalFor(request.Caller, PrincipalRef.User(id)) is { } user)
            {
                return user;
            }
        }

        return request.Caller.Person is { } self && self.Id == id ? new Members.User(self) : null;
    }

    internal static async Task<OrganizationSnapshot?> VisibleAsync(RequestContext request, Guid organization)
    {
        var snapshot = await request.SnapshotAsync(organization);
        return snapshot is not null && Policies.Check([Policy.Member], request.Caller, snapshot, new Scope(organization), request.Now) == Verdict.Allowed
            ? (OrganizationSnapshot)snapshot
            : null;
    }
}
