namespace OrgGraph.Settings.Kernel.Work;

/// <summary>Something due, as its handler gets it.</summary>
/// <param name="Ordinal">Tells an item that was overtaken from the current one.</param>
/// <param name="IsLastAttempt">It has been tried for a day: this failure is final.</param>
public sealed record WorkItem(Guid Id, Guid OrganizationId, string Kind, Guid SubjectId, int Ordinal, DateTimeOffset CreatedAt, int Attempts, Guid LeaseOwner, bool IsLastAttempt)
{
    /// <summary>The handler has ended it without having done it.</summary>
    public bool IsGivenUp { get; private set; }

    /// <summary>Told to operators; to whom it concerns the handler tells it by an event.</summary>
    public void GiveUp() => IsGivenUp = true;
}

/// <summary>
/// Does one kind of work. At least once: it may have been done before by a process that died. The outcome is a decision that also
/// finishes the item; an exception puts it off.
/// </summary>
public interface IWorkHandler
{
    string Kind { get; }

    Task HandleAsync(WorkItem item, CancellationToken cancellation);
}

/// <summary>The work could not be done now; it is tried again later. The message is logged, so it holds no secret.</summary>
/// <param name="notBefore">How long the other side asks to be left alone: the next attempt is no sooner.</param>
public sealed class WorkPutOffException(string message, TimeSpan notBefore = default) : Exception(message)
{
    public TimeSpan NotBefore { get; } = notBefore;
}
