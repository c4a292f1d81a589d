using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Organizations;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.AiProviders;

/// <summary>Of the organization, or of one of its projects: whose rights count, and where providers are looked for.</summary>
internal static class AiProviderScope
{
    /// <summary>
    /// What an input with both ids is about. A project that cannot be of the organization is nobody's: it is refused by the decision, like
    /// one that is not there, rather than taken for the organization itself.
    /// </summary>
    public static Scope Of(string organizationId, string? projectId)
    {
        var scope = OrganizationScope.Of(organizationId);
        return projectId is null ? scope : scope with { ProjectId = GlobalId.Parse(projectId, "projectId").In(NodeType.Project, scope.OrganizationId ?? default) ?? Guid.Empty };
    }

    /// <summary>What an input is about that names a provider alone.</summary>
    public static Scope Of(string aiProviderId)
    {
        var id = GlobalId.Parse(aiProviderId, "aiProviderId");
        return new Scope(id.Organized, ProjectIn: snapshot =>
            id.In(NodeType.AiProvider, snapshot.OrganizationId) is { } known && ((OrganizationSnapshot)snapshot).AiProviders.All[known] is { } provider ? provider.ProjectId : Guid.Empty);
    }

    /// <summary>The project that an input names, if the caller may read it; null: none is named.</summary>
    public static (Guid? Project, NotFoundError? Unknown) Project(Decision decision, string? projectId) =>
        projectId is null ? (null, null)
        : ReadableProject.Find(decision, projectId, "projectId") is { } project ? (project.Id, null)
        : (null, NotFoundError.Of("project", "projectId"));

    /// <summary>The provider that an id names, if the caller may know of it.</summary>
    public static AiProviderSnapshot? Find(OrganizationSnapshot organization, Caller caller, string aiProviderId) =>
        GlobalId.Parse(aiProviderId, "aiProviderId").In(NodeType.AiProvider, organization.OrganizationId) is { } id
        && organization.AiProviders.All[id] is { } provider
        && AiProvider.CanSee(organization, caller, provider.ProjectId)
            ? provider
            : null;
}
