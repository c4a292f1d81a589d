using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Organizations;

/// <summary>Who asks, and by which credential.</summary>
[Name("Viewer")]
public sealed class Viewer(IPrincipal principal, Credential credential)
{
    /// <summary>The person, or the service account.</summary>
    public IPrincipal Principal { get; } = principal;

    /// <summary>The credential that this request came with.</summary>
    public Credential Credential { get; } = credential;

    /// <summary>The organizations that the viewer belongs to, by name. By an API key or service token: only the one in which it acts.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    public async Task<OrganizationConnection> OrganizationsAsync(IResolveFieldContext context, int? first, string? after, int? last, string? before)
    {
        var arguments = new PageArguments(first, after, last, before);
        arguments.Size();
        var request = context.Request();
        var found = new List<Entry>();
        foreach (var id in await request.OrganizationsAsync())
        {
            if (await OrganizationQueries.VisibleAsync(request, id) is { } snapshot)
            {
                found.Add(new Entry(snapshot));
            }
        }

        found.Sort(ByName);
        return new OrganizationConnection(Paging.Of(ListName, found, ByName, arguments).Select(entry => new Organization(entry.Snapshot)));
    }

    internal static OrganizationEdge EdgeOf(Organization organization)
    {
        var entry = new Entry(organization.Snapshot);
        return new OrganizationEdge { Node = organization, Cursor = new PageCursor($"{ListName}.{ByName.Tag}+", ByName.Key(entry), entry.Id).ToString() };
    }

    private const string ListName = "Viewer.organizations";

    private static readonly SortOrder<Entry> ByName = new("name", entry => SortKey.Of(Kernel.Errors.InputRules.Normalize(entry.Snapshot.Settings.Name)));

    private sealed record Entry(OrganizationSnapshot Snapshot) : IEntity
    {
        public Guid Id => Snapshot.OrganizationId;

        public int Version => Snapshot.Version;
    }
}

/// <summary>The credential that a request came with.</summary>
[Name("Credential")]
public sealed class Credential(CredentialKind kind, string? preview, DateTimeOffset? expiresAt, Organization? organization)
{
    /// <summary>What kind it is.</summary>
    public CredentialKind Kind { get; } = kind;

    /// <summary>Enough of a key or token to recognise it; null for a session.</summary>
    public string? Preview { get; } = preview;

    /// <summary>When it stops working by itself; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; } = expiresAt;

    /// <summary>The only organization in which a key or token acts, whatever else its creator belongs to; null for a session.</summary>
    public Organization? Organization { get; } = organization;
}

/// <summary>Who asks.</summary>
public sealed class ViewerQueries
{
    /// <summary>Who asks, and by which credential.</summary>
    [Authorize(Policy.Authenticated), PerCaller]
    public async Task<Viewer?> ViewerAsync(IResolveFieldContext context)
    {
        var caller = context.Caller();
        var organization = caller.OrganizationId is { } id ? await OrganizationQueries.VisibleAsync(context.Request(), id) : null;
        var principal = organization?.PrincipalFor(caller, caller.Principal) ?? (caller.Person is { } person ? new Members.User(person) : null);
        return principal is null ? null : new Viewer(principal, new Credential(caller.Credential, caller.Preview, caller.ExpiresAt, organization is null ? null : new Organization(organization)));
    }
}
