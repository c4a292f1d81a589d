using OrgGraph.Settings.Kernel.Access;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>A decision waiting for its turn.</summary>
/// <param name="Policies">Checked again on the very snapshot on which it is decided.</param>
/// <param name="Decide">Null: accepted. Called again on a newer snapshot when it must be.</param>
/// <param name="IsNew">The organization does not exist yet.</param>
internal sealed record AppendRequest(Guid OrganizationId, Caller Caller, IReadOnlyList<Policy> Policies, Scope Scope, Func<Decision, Refusal?> Decide, bool IsNew)
{
    public TaskCompletionSource<AppendResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The database refused a claim of the last try.</summary>
    public bool HasConflict { get; set; }

    /// <summary>Of the last try.</summary>
    public Decision? Decision { get; set; }

    public int Tries { get; set; }
}
