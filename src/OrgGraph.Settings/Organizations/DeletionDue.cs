using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Organizations;

/// <summary>Tells the operators that a requested deletion is due: archiving is theirs to do, and no one else's.</summary>
public sealed class DeletionDue(MutationRunner runner, ILogger<DeletionDue> log) : IWorkHandler
{
    public const string Work = "organization.deletionDue";

    public string Kind => Work;

    public async Task HandleAsync(WorkItem item, CancellationToken cancellation)
    {
        DeletionRequestSnapshot? due = null;
        var result = await runner.DecideAsSystemAsync(item.OrganizationId, decision => Decide(decision, item, out due), cancellation);
        if (due is not null)
        {
            var name = result.Organization().Settings.Name;
            log.LogWarning("The deletion of the organization {Name} was requested and is due since {DueAt:u}: run `organization archive`, or let an owner cancel it", name, due.DueAt);
        }
    }

    private static Refusal? Decide(Decision decision, WorkItem item, out DeletionRequestSnapshot? due)
    {
        due = null;
        var request = decision.Organization().Settings.Deletion;

        // One that was cancelled is not told, nor one that was requested again since: that has an item of its own.
        var isCurrent = request is not null && request.RequestedAt == item.CreatedAt;
        if (isCurrent && request!.DueAt > decision.Now)
        {
            throw new WorkPutOffException("The deletion is not due yet: the clock was set back.");
        }

        decision.Finish(item);
        due = isCurrent ? request : null;
        return null;
    }
}
