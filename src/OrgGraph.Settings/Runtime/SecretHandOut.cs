using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Runtime;

/// <summary>Something that was opened for a program.</summary>
/// <param name="Id">Of what it belongs to: that is what was used, and what the audit log names.</param>
internal sealed record Opened<T>(Guid Id, string Name, Guid? ProjectId, T Value);

/// <summary>How secrets get to a program: opened as they are now, written into the audit log, and only then handed out.</summary>
public sealed class SecretHandOut
{
    private const int MostTries = 5;

    private readonly SnapshotStore _store;
    private readonly UsageTracker _usage;
    private readonly AuditTrail _trail;

    internal SecretHandOut(SnapshotStore store, UsageTracker usage, AuditTrail trail) => (_store, _usage, _trail) = (store, usage, trail);

    /// <summary>Opens, records and hands out.</summary>
    /// <param name="type">Of what the secrets belong to.</param>
    /// <param name="action">What the audit log calls it.</param>
    /// <param name="openAsync">Opens what a snapshot names and is not among what is opened already; null: some of it was replaced or erased since.</param>
    internal async Task<IReadOnlyList<T>> HandOutAsync<T>(
        Runtime runtime, RequestContext request, NodeType type, string action, Func<OrganizationSnapshot, Dictionary<Guid, Secret>, Task<IReadOnlyList<Opened<T>>?>> openAsync)
    {
        var (organization, secrets) = (runtime.Organization, new Dictionary<Guid, Secret>());
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await openAsync(organization, secrets) is { } opened)
            {
                await RecordAsync(organization, request, type, action, opened);
                return [.. opened.Select(one => one.Value)];
            }

            // What counts now, and whether it may still be had, the newer snapshot tells.
            organization = await NewerAsync(organization, runtime.Scope, request);
        }

        throw RequestFault.Unavailable("The secrets change faster than they can be read. Try again in a few seconds.");
    }

    // Nothing leaves before it stands in the log who has it.
    private async Task RecordAsync<T>(OrganizationSnapshot organization, RequestContext request, NodeType type, string action, IReadOnlyList<Opened<T>> opened)
    {
        await _trail.ResolvedAsync(
            organization,
            request.Caller,
            [.. opened.Select(one => (action, new GlobalId(type, organization.OrganizationId, one.Id), one.Name, one.ProjectId))],
            request.Cancellation);
        foreach (var one in opened)
        {
            _usage.Record(organization.OrganizationId, one.Id);
        }
    }

    private async Task<OrganizationSnapshot> NewerAsync(OrganizationSnapshot organization, Scope scope, RequestContext request)
    {
        var newer = (OrganizationSnapshot?)await _store.CatchUpAsync(organization.OrganizationId, request.Cancellation);
        Policies.Check([Policy.ResolveSecrets], request.Caller, newer, scope, request.Now).Require();
        return newer!;
    }
}
