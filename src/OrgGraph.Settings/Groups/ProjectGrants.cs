using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Projects;

namespace OrgGraph.Settings.Groups;

/// <summary>Grants on a project, and on what is in it, go with it.</summary>
internal sealed class ProjectGrants : IProjectContent
{
    public void Delete(Decision decision, Guid project, DeletedContent counts)
    {
        foreach (var grant in decision.Organization().Grants.All.Where(grant => grant.Fact.Resource.Type is not Kernel.Access.ResourceType.PermissionGroup && grant.Fact.Resource.ObjectId == project))
        {
            decision.Remove(GrantRow.Table, grant.ToRow(decision.Before.OrganizationId));
            counts.Grants++;
        }
    }
}
