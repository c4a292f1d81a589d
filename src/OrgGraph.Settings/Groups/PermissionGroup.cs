using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Groups;

/// <summary>A collection of people and service accounts that rights are given to. Groups can include the members of other groups.</summary>
[Name("PermissionGroup"), Implements(typeof(INode))]
public sealed class PermissionGroup : INode, IScoped
{
    internal PermissionGroup(OrganizationSnapshot organization, PermissionGroupSnapshot row) => (Organization, Row) = (organization, row);

    [Ignore]
    internal OrganizationSnapshot Organization { get; }

    [Ignore]
    internal PermissionGroupSnapshot Row { get; }

    [Ignore]
    public Scope Scope => new(Organization.OrganizationId, Resource: ResourceRef.Group(Row.Id));

    /// <summary>Opaque and unique over everything: pass it to `node`, or wherever an id is asked for.</summary>
    [Id]
    public string Id => new GlobalId(NodeType.PermissionGroup, Organization.OrganizationId, Row.Id).ToString();

    /// <summary>The name, unique in the organization without regard to case.</summary>
    public string Name => Row.Name;

    /// <summary>What the group is for.</summary>
    public string? Description => Row.Description;

    /// <summary>Which of the groups that every organization has; null for a custom one.</summary>
    public BuiltInGroup? BuiltIn => Row.BuiltIn;

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt => Row.CreatedAt;

    /// <summary>The organization's version at which this last changed: pass it as expectedVersion.</summary>
    public int Version => Row.Version;

    /// <summary>Whether the caller may give this group to somebody, e.g. in an invitation.</summary>
    [PerCaller(ExceptOwners = true)]
    public bool ViewerCanAssign(IResolveFieldContext context) =>
        GivingRules.MayAssign(context.Caller(), Policies.RightsOf(context.Caller(), Organization), Organization.Access, [Row.Id]);

    /// <summary>Groups whose members are included in this one, by name.</summary>
    public IEnumerable<PermissionGroup> MemberGroups => Of(Organization, Row.MemberGroupIds);

    /// <summary>How many people are in the group, included groups counted in, each person once.</summary>
    public int MemberCount => Organization.Access.Count(Row.Id, PrincipalKind.User);

    /// <summary>Who is directly in the group, by name: people, and for owners service accounts too.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    public PrincipalConnection Members(IResolveFieldContext context, int? first, string? after, int? last, string? before)
    {
        var direct = Organization.Access.DirectMembers(Row.Id);
        var visible = direct.Select(member => (Ref: member, Principal: Organization.PrincipalFor(context.Caller(), member))).Where(member => member.Principal is not null);
        List<Entry> entries = [.. visible.Select(member => new Entry(member.Ref.Id, member.Principal!)).Order(ByName)];
        var page = Paging.Of("PermissionGroup.members", entries, ByName, new PageArguments(first, after, last, before));
        return new PrincipalConnection(page.Select(entry => entry.Principal), isComplete: entries.Count == direct.Count);
    }

    internal static IEnumerable<PermissionGroup> Of(OrganizationSnapshot organization, IEnumerable<Guid> ids) =>
        ids.Select(id => organization.Groups[id]).OfType<PermissionGroupSnapshot>().Order(PermissionGroupSnapshot.ByName).Select(row => new PermissionGroup(organization, row));

    private static readonly SortOrder<Entry> ByName = new("name", entry => SortKey.Of(Kernel.Errors.InputRules.Normalize(entry.Principal.DisplayName)));

    private sealed record Entry(Guid Id, IPrincipal Principal) : IEntity
    {
        public int Version => 0;
    }
}

/// <summary>A page of permission groups.</summary>
[Name("PermissionGroupConnection")]
public sealed class PermissionGroupConnection(Page<PermissionGroup> page) : Connection<PermissionGroup, PermissionGroupEdge>(page);

/// <summary>A permission group, and its place in the list.</summary>
[Name("PermissionGroupEdge")]
public sealed class PermissionGroupEdge : Edge<PermissionGroup>;

/// <summary>A page of principals.</summary>
[Name("PrincipalConnection")]
public sealed class PrincipalConnection(Page<IPrincipal> page, bool isComplete) : Connection<IPrincipal, PrincipalEdge>(page)
{
    /// <summary>False when some are hidden from the caller.</summary>
    public bool IsComplete { get; } = isComplete;
}

/// <summary>A principal, and its place in the list.</summary>
[Name("PrincipalEdge")]
public sealed class PrincipalEdge : Edge<IPrincipal>;
