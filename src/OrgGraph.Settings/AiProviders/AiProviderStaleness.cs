using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.AiProviders;

/// <summary>Records that a provider's secret has become old, as an event, once its time has come. A new secret overtakes it.</summary>
public sealed class AiProviderStaleness(MutationRunner runner) : IWorkHandler
{
    internal const string Work = "aiProvider.stale";

    public string Kind => Work;

    public Task HandleAsync(WorkItem item, CancellationToken cancellation) => runner.DecideAsSystemAsync(item.OrganizationId, decision => Decide(decision, item), cancellation);

    private static Refusal? Decide(Decision decision, WorkItem item)
    {
        decision.Finish(item);
        if (decision.Organization().AiProviders.All[item.SubjectId] is not { IsRecordedStale: false, StaleAt: { } at } provider || provider.SecretNumber != item.Ordinal)
        {
            return null;
        }

        if (at > decision.Now)
        {
            // The clock was set back.
            decision.Schedule(Work, provider.Id, at, item.Ordinal);
        }
        else
        {
            decision.Put(AiProviderRow.Table, (provider with { IsRecordedStale = true }).ToRow(decision.Before.OrganizationId));
            decision.Raise(new AiProviderBecameStale(provider.Id, provider.ProjectId), provider.Name);
        }

        return null;
    }
}
