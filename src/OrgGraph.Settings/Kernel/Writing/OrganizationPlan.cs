using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>What is decided for one organization within one transaction.</summary>
internal sealed class OrganizationPlan(Snapshot before, List<AppendRequest> requests)
{
    public Snapshot Before { get; } = before;

    public Snapshot After { get; private set; } = before;

    public bool IsNew => Before.Version == 0;

    public List<AppendRequest> Requests { get; } = requests;

    public List<AppendRequest> Accepted { get; } = [];

    public bool HasEvents => Accepted.Exists(request => request.Decision!.Changes.Events.Count > 0);

    public bool IsAudited { get; private set; }

    /// <summary>What the audit log says of it.</summary>
    public IReadOnlyList<AuditNote> Notes(AuditNotes notes)
    {
        AuditNote[] all = [.. Accepted.SelectMany(request => notes.Of(request.Decision!))];
        IsAudited = all.Length > 0;
        return all;
    }

    /// <summary>Told when the transaction is durable.</summary>
    public List<Action> Answers { get; } = [];

    public void Accept(AppendRequest request, Decision decision)
    {
        int? version = null;
        if (decision.Changes.IsVersion)
        {
            After = decision.Snapshot.Version == decision.NextVersion ? decision.Snapshot : decision.Snapshot.Apply([], decision.NextVersion);
            version = After.Version;
        }

        if (!decision.Changes.IsEmpty)
        {
            Accepted.Add(request);
        }

        var after = After;
        Answers.Add(() => request.Completion.TrySetResult(new AppendResult(after, version, [])));
    }
}
