using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Grants;

/// <summary>Which grants.</summary>
public sealed class GrantFilter
{
    /// <summary>Only those that this user, service account or permission group holds itself.</summary>
    [Id]
    public string? GranteeId { get; set; }

    /// <summary>Only those on just this resource; on what contains it they are not.</summary>
    public ResourceInput? Resource { get; set; }

    /// <summary>Only those that allow this.</summary>
    public Permission? Permission { get; set; }
}

/// <summary>A question whether the caller may do something.</summary>
public sealed class PermissionCheckInput
{
    /// <summary>What is to be done.</summary>
    public Permission Permission { get; set; }

    /// <summary>
    /// With what. EXPERIMENT, DATASET, PROMPT, FUNCTION, PLAYGROUND and LOGS are inside projectId; resourceId is the platform's own id, left
    /// out for all of that kind in the project.
    /// </summary>
    public ResourceInput Resource { get; set; } = null!;
}

/// <summary>The grants of an organization.</summary>
public sealed class GrantQueries
{
    private const string Name = "Organization.grants";
    private const int MaxChecks = 100;

    /// <summary>The grants that the caller may see, the oldest first: not those on projects that the caller may not read, and those of service accounts for owners only.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    [Authorize(Policy.ManageAccess)]
    public GrantConnection? Grants(IResolveFieldContext context, [Parent] Organization organization, int? first, string? after, int? last, string? before, GrantFilter? where)
    {
        var snapshot = organization.Snapshot;
        var caller = context.Caller();
        var arguments = new PageArguments(first, after, last, before);
        var grantee = where?.GranteeId is { } id ? Grant.FindGrantee(snapshot, caller, id, "granteeId")?.Id ?? Guid.Empty : (Guid?)null;
        ResourceRef? resource = null;
        if (where?.Resource is { } input)
        {
            var (found, error) = ResourceInputs.Read(snapshot, caller, input);
            if (error is not null)
            {
                return Page(Name, snapshot, caller, [], arguments, _ => false);
            }

            resource = found;
        }

        return Page(
            Name,
            snapshot,
            caller,
            grantee is { } holder ? Of(snapshot, holder) : snapshot.Grants.All,
            arguments,
            grant => (resource is null || grant.Resource == resource) && (where?.Permission is null || grant.Permission == where.Permission));
    }

    /// <summary>
    /// Whether the caller may do these things, in order: how a service that acts with its caller's own credential enforces grants. False for
    /// what does not exist, or what the caller may not know of.
    /// </summary>
    /// <param name="checks">At most 100 questions.</param>
    public IEnumerable<bool> ViewerCan(IResolveFieldContext context, [Parent] Organization organization, PermissionCheckInput[] checks)
    {
        if (checks.Length > MaxChecks)
        {
            throw RequestFault.BadInput($"Ask at most {MaxChecks} questions at once.");
        }

        var rights = Policies.RightsOf(context.Caller(), organization.Snapshot);
        return Array.ConvertAll(checks, check => Exists(organization.Snapshot, check.Resource) is { } resource && rights.Can(check.Permission, resource));
    }

    /// <summary>The grants that one principal or group holds itself, the oldest first.</summary>
    internal static GrantConnection HeldBy(string name, OrganizationSnapshot organization, Caller caller, Guid grantee, PageArguments arguments) =>
        Page(name, organization, caller, Of(organization, grantee), arguments, _ => true);

    /// <summary>The resource that an input names, if there is one; who may know of it is another question.</summary>
    internal static ResourceRef? Exists(OrganizationSnapshot organization, ResourceInput input) => input.In(organization.OrganizationId) is { } resource && resource.Type switch
    {
        ResourceType.PermissionGroup => organization.Groups[resource.ObjectId!.Value] is not null,
        _ => resource.ObjectId is not { } project || organization.Projects[project] is not null,
    }
        ? resource
        : null;

    private static GrantConnection Page(
        string name, OrganizationSnapshot organization, Caller caller, IReadOnlyList<GrantSnapshot> sorted, PageArguments arguments, Func<GrantFact, bool> matches) =>
        new(Paging.Of(name, sorted, GrantSnapshot.ByCreation, arguments, grant => matches(grant.Fact) && Grant.CanSee(organization, caller, grant.Fact)).Select(row => new Grant(organization, row)));

    private static GrantSnapshot[] Of(OrganizationSnapshot organization, Guid grantee) =>
        [.. organization.Access.GrantsOf(grantee).Select(fact => organization.Grants[fact.Id]).OfType<GrantSnapshot>().Order(GrantSnapshot.ByCreation)];
}
