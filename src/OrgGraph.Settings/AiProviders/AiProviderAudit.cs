using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.AiProviders;

/// <summary>What the audit log shows of providers: no more than they show themselves.</summary>
internal sealed class AiProviderAudit : IAuditedFields
{
    private static readonly string[] ShownToAll = ["name", "type", "projectId", "models"];

    public string ResourceType => "aiProvider";

    public bool CanSee(Snapshot snapshot, Caller caller, Guid? project, string field) =>
        Array.IndexOf(ShownToAll, field) >= 0 || (project is null && field != "preview") || AiProvider.CanChange(snapshot, caller, project);
}
