using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Settings.Runtime;

/// <summary>What programs ask for when they run: in an organization, and perhaps for one project.</summary>
[Name("Runtime")]
public sealed class Runtime : IScoped
{
    internal Runtime(OrganizationSnapshot organization, Scope scope) => (Organization, Scope) = (organization, scope);

    [Ignore]
    internal OrganizationSnapshot Organization { get; }

    [Ignore]
    public Scope Scope { get; }
}

/// <summary>The way to what programs ask for.</summary>
public sealed class RuntimeQueries
{
    /// <summary>What programs ask for when they run. With a project the caller must be able to read it.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="projectId">For which project; left out, for the organization as a whole.</param>
    [Authorize(Policy.Member)]
    public async Task<Runtime?> RuntimeAsync(IResolveFieldContext context, [Id] string organizationId, [Id] string? projectId)
    {
        var scope = GuardedResolver.ScopeOf(context);
        var request = context.Request();
        var organization = (OrganizationSnapshot)(await request.SnapshotAsync(scope.OrganizationId!.Value))!;

        // An id of something else names no project: it must not count as none given.
        if (projectId is not null)
        {
            Policies.Check([Policy.ReadProject], request.Caller, organization, scope, request.Now).Require();
        }

        return new Runtime(organization, scope);
    }
}
