using System.Diagnostics;
using OrgGraph.Settings.Kernel.Access;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>A decision waiting for its turn.</summary>
/// <param name="Policies">Checked again on the very snapshot on which it is decided.</param>
/// <param name="Decide">Null: accepted. Called again on a newer snapshot when it must be.</param>
/// <param name="IsNew">The organization does not exist yet.</param>
internal sealed record AppendRequest(Guid OrganizationId, Caller Caller, IReadOnlyList<Policy> Policies, Scope Scope, Func<Decision, Refusal?> Decide, bool IsNew)
{
    /// <summary>Since when it waits, on the writer's clock.</summary>
    public long WaitingSince { get; set; }

    /// <summary>The span within which it was asked for.</summary>
    public ActivityContext Origin { get; } = Activity.Current?.Context ?? default;

    public TaskCompletionSource<AppendResult> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The database refused a claim of the last try.</summary>
    public bool HasConflict { get; set; }

    /// <summary>The last try was one too many for a limit over all organizations.</summary>
    public bool HasReachedLimit { get; set; }

    /// <summary>Of the last try.</summary>
    public Decision? Decision { get; set; }

    /// <summary>How often others were faster, or had what it claims.</summary>
    public int Tries { get; set; }

    /// <summary>After how many of those it is given up.</summary>
    public int MostTries { get; init; } = 5;

    /// <summary>How often the database failed in passing.</summary>
    public int Failures { get; set; }
}
