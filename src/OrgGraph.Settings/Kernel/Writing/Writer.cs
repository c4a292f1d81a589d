using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Telemetry;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>
/// The one path for all changes. Decisions of one organization are made one after the other, each on the snapshot that the one before
/// left; decisions of many callers share a transaction and are answered after its commit.
/// </summary>
public sealed class Writer : IAsyncDisposable
{
    private const int MaxBatch = 128;
    private const int MostFailures = 5;
    private const string NotWritable = "The database cannot be written now. Nothing was changed. Try again in a few seconds.";

    // More would not make larger batches: nobody is left who was just answered.
    private const int MostGathering = 3;

    // Waiting longer than this is worse than being told to come back.
    private const int MaxWaiting = 1024;

    private readonly Channel<AppendRequest> _waiting = Channel.CreateBounded<AppendRequest>(MaxWaiting);
    private readonly SnapshotStore _store;
    private readonly IdSource _ids;
    private readonly TimeProvider _clock;
    private readonly ISnapshotModel _model;
    private readonly Database _database;
    private readonly AppendSession _session;
    private readonly UsageTracker _usage;
    private readonly AuditChain _audit;
    private readonly AuditNotes _notes;
    private readonly KernelMetrics _metrics;
    private readonly ILogger<Writer> _log;
    private Task _running = Task.CompletedTask;

    internal Writer(
        SnapshotStore store,
        ISnapshotModel model,
        Database database,
        EventCatalog catalog,
        UsageTracker usage,
        AuditChain audit,
        IdSource ids,
        TimeProvider clock,
        KernelMetrics metrics,
        ILogger<Writer> log)
    {
        _store = store;
        _model = model;
        _database = database;
        _session = new AppendSession(database.Dialect, catalog);
        _usage = usage;
        _audit = audit;
        _notes = new AuditNotes(catalog);
        _ids = ids;
        _clock = clock;
        _metrics = metrics;
        _log = log;
        metrics.Observe("orggraph.writer.waiting", "{decision}", "Decisions that wait for their turn.", () => _waiting.Reader.Count);
    }

    /// <summary>Called after each transaction that scheduled work.</summary>
    internal event Action? WorkScheduled;

    /// <summary>Called with an organization whose audit log has grown.</summary>
    internal event Action<Guid>? Audited;

    /// <summary>Called with each organization's new version after its commit. The listener returns at once.</summary>
    internal event Action<Guid, int>? Appended;

    /// <summary>Decides and appends. Returns when it is durable, or refused.</summary>
    /// <exception cref="RequestFault">A policy does not hold on the deciding snapshot, or the database cannot be written now.</exception>
    internal async Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellation)
    {
        request.WaitingSince = _clock.GetTimestamp();
        if (!_waiting.Writer.TryWrite(request))
        {
            throw RequestFault.Unavailable("The server has too many changes waiting. Try again in a second.");
        }

        // Once it waits it is decided, whether its sender stays or not: an answer that is lost is not a change that is lost.
        return await request.Completion.Task.WaitAsync(cancellation);
    }

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Lets what waits finish, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _running;
        await _session.DisposeAsync();
    }

    private async Task RunAsync()
    {
        var batch = new List<AppendRequest>(MaxBatch);
        while (await _waiting.Reader.WaitToReadAsync())
        {
            await GatherAsync();
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var request))
            {
                batch.Add(request);
            }

            _metrics.Begun(batch, _clock);
            try
            {
                await WriteAsync(batch);
            }
            catch (Exception e)
            {
                await _session.RollbackAsync();
                _log.LogError("Appending failed: {Type}: {Reason}", e.GetType().Name, e.Message);
                if (e is DbException failure && _database.Dialect.IsTransient(failure))
                {
                    // Another process holds the lock: whoever came meanwhile would wait for it as long again.
                    while (_waiting.Reader.TryRead(out var request))
                    {
                        batch.Add(request);
                    }
                }

                Fail(batch, e);
            }

            batch.Clear();
        }
    }

    // Lets what is ready to run go first, while it brings more: those who were just answered, and requests that are not read yet. On one
    // core the writer would else run ahead of them with half of a batch, and each batch costs a sync. One who is alone waits for nobody.
    private async Task GatherAsync()
    {
        for (var (round, seen) = (0, 0); round < MostGathering && _waiting.Reader.Count > seen; round++)
        {
            seen = _waiting.Reader.Count;
            await Task.Yield();
        }
    }

    private async Task WriteAsync(List<AppendRequest> batch)
    {
        var open = batch.ToList();
        while (open.Count > 0)
        {
            var plans = new List<OrganizationPlan>();
            // In one order on all nodes: two that take the same organizations one after the other then never wait for each other.
            foreach (var group in open.GroupBy(request => request.OrganizationId).OrderBy(group => group.Key))
            {
                plans.Add(await PlanAsync(group));
            }

            var writing = plans.Where(plan => plan.Accepted.Count > 0).ToList();
            var lost = writing.Count > 0 ? await CommitAsync(writing) : [];
            foreach (var plan in plans.Where(plan => !lost.Contains(plan)))
            {
                Publish(plan);
            }

            // After those that are durable were told so: a read that fails here must not have them refused.
            foreach (var plan in lost)
            {
                await _store.CatchUpAsync(plan.Before.OrganizationId, CancellationToken.None);
            }

            open = [.. lost.SelectMany(plan => plan.Requests).Where(request => !GiveUp(request))];
        }
    }

    // Decides everything that waits for one organization, each on what the one before left.
    private async Task<OrganizationPlan> PlanAsync(IGrouping<Guid, AppendRequest> group)
    {
        var snapshot = await _store.GetAsync(group.Key, CancellationToken.None) ?? _model.Empty(group.Key, epoch: 0);
        var plan = new OrganizationPlan(snapshot, [.. group]);
        var now = Now();
        foreach (var request in group)
        {
            var decision = new Decision(plan.After, request.Caller, now, _ids, request.HasConflict, request.HasReachedLimit);
            request.Decision = decision;
            var verdict = Policies.Check(request.Policies, request.Caller, plan.After, request.Scope, now);
            if (verdict != Verdict.Allowed)
            {
                plan.Answers.Add(() => request.Completion.TrySetException(RequestFault.Refused(verdict)));
                continue;
            }

            Decide(plan, request, decision);
        }

        return plan;
    }

    private static void Decide(OrganizationPlan plan, AppendRequest request, Decision decision)
    {
        try
        {
            if (request.Decide(decision) is { } refusal)
            {
                var unchanged = plan.After;
                plan.Answers.Add(() => request.Completion.TrySetResult(new AppendResult(unchanged, null, refusal.Errors)));
            }
            else
            {
                plan.Accept(request, decision);
            }
        }
        catch (Exception e)
        {
            plan.Answers.Add(() => request.Completion.TrySetException(e));
        }
    }

    // An error of the moment took the transaction back: decided again, a bounded number of times, on what is there then.
    private async Task<HashSet<OrganizationPlan>> CommitAsync(List<OrganizationPlan> plans)
    {
        try
        {
            return await CommitOnceAsync(plans);
        }
        catch (DbException e) when (_database.Dialect.IsPassing(e))
        {
            _log.LogDebug("Appending is tried again: {Reason}", e.Message);
            await _session.DisposeAsync();
            plans.ForEach(plan => plan.Requests.ForEach(request => request.Failures++));
            return [.. plans];
        }
    }

    // Returns the organizations whose decisions must be made again: another process was faster, or a claim was taken.
    private async Task<HashSet<OrganizationPlan>> CommitOnceAsync(List<OrganizationPlan> plans)
    {
        var (appendId, began) = (_ids.Next(), _clock.GetTimestamp());
        var lost = new HashSet<OrganizationPlan>();
        using var span = KernelActivities.Commit(plans.SelectMany(plan => plan.Accepted));
        AppendRequest? at = null;
        try
        {
            await _session.BeginAsync(CancellationToken.None);
            foreach (var plan in plans)
            {
                at = plan.Accepted[0];
                if (!await TakeAsync(plan))
                {
                    lost.Add(plan);
                    continue;
                }

                foreach (var request in plan.Accepted)
                {
                    at = request;
                    if (await _session.WriteAsync(request.Decision!, plan.IsNew, appendId, CancellationToken.None) is { } obstacle)
                    {
                        return await TakeBackAsync(plans, request, obstacle);
                    }
                }

                // In the change's own transaction: no entry, no change.
                if (!await _audit.AppendAsync(_session, plan.Before.OrganizationId, plan.Notes(_notes), CancellationToken.None))
                {
                    await _session.RollbackAsync();
                    plans.ForEach(other => other.Requests.ForEach(request => request.Tries++));
                    return [.. plans];
                }
            }
        }
        catch (DbException e) when (_database.Dialect.IsUniqueViolation(e))
        {
            return await TakeBackAsync(plans, at!, obstacle: null);
        }

        if (lost.Count == plans.Count)
        {
            await _session.RollbackAsync();
        }
        else
        {
            await CommitOrFindAsync(appendId, plans.Find(plan => !lost.Contains(plan) && plan.HasEvents));
            _metrics.Committed(_clock.GetElapsedTime(began));
        }

        foreach (var plan in lost)
        {
            plan.Requests.ForEach(request => request.Tries++);
            _metrics.Retried(plan.Requests.Count, isOvertaken: true);
        }

        return lost;
    }

    private async Task<bool> TakeAsync(OrganizationPlan plan)
    {
        if (!plan.IsNew)
        {
            return plan.After.Version == plan.Before.Version
                || await _session.AdvanceAsync(plan.Before.OrganizationId, plan.Before.Version, plan.After.Version, CancellationToken.None);
        }

        await _session.CreateAsync(plan.Before.OrganizationId, plan.After.Version, plan.Accepted[0].Decision!.Changes.Name!, Now(), CancellationToken.None);
        return true;
    }

    // One claim was taken, so the whole transaction is undone: its owner decides again knowing it, the others as if nothing had been; it
    // is no try of theirs, however many claims of one batch are taken.
    private async Task<HashSet<OrganizationPlan>> TakeBackAsync(List<OrganizationPlan> plans, AppendRequest culprit, SideChange? obstacle)
    {
        await _session.RollbackAsync();
        culprit.HasReachedLimit |= obstacle is SideChange.Take;
        culprit.HasConflict |= obstacle is not SideChange.Take;
        culprit.Tries++;
        _metrics.Retried(plans.Sum(plan => plan.Requests.Count), isOvertaken: false);
        return [.. plans];
    }

    // A commit that fails may have arrived all the same: the AppendId on the event rows tells.
    private async Task CommitOrFindAsync(Guid appendId, OrganizationPlan? telling)
    {
        try
        {
            await _session.CommitAsync(CancellationToken.None);
        }
        catch (DbException e)
        {
            await _session.DisposeAsync();
            var arrived = telling is null ? null : await TryFindAsync(appendId, telling.Before, _database.Dialect.IsTransient(e));
            if (arrived is null)
            {
                // Decided again it might be done twice, and that nothing was changed might not be so.
                throw RequestFault.Unavailable("The database did not say whether the change was made. Look before you try again.");
            }

            if (arrived is not true)
            {
                throw;
            }
        }
    }

    // Null: it cannot be told.
    private async Task<bool?> TryFindAsync(Guid appendId, Snapshot before, bool mayBeUnderWay)
    {
        try
        {
            if (mayBeUnderWay)
            {
                // Waits for a commit whose connection was lost: looked for before it ends, it would not be there yet.
                await _database.ExecuteAsync("UPDATE Organizations SET Version = Version WHERE Id = @id", CancellationToken.None, ("id", before.OrganizationId));
            }

            const string Since = "SELECT Version FROM Events WHERE OrganizationId = @organization AND Version > @version AND AppendId = @append";
            var found = await _database.QueryAsync(
                Since, reader => reader.GetInt32(0), CancellationToken.None, ("organization", before.OrganizationId), ("version", before.Version), ("append", appendId));
            return found.Count > 0;
        }
        catch (DbException)
        {
            return null;
        }
    }

    private void Publish(OrganizationPlan plan)
    {
        if (plan.After.Version > plan.Before.Version)
        {
            _store.Swap(plan.After, [.. plan.Accepted.SelectMany(request => request.Decision!.Changes.Events)]);
            Appended?.Invoke(plan.After.OrganizationId, plan.After.Version);
        }

        if (plan.Accepted.Exists(request => request.Decision!.Changes.Side.Exists(change => change is SideChange.Insert { Row: WorkItemRow })))
        {
            WorkScheduled?.Invoke();
        }

        if (plan.IsAudited)
        {
            Audited?.Invoke(plan.Before.OrganizationId);
        }

        foreach (var answer in plan.Answers)
        {
            answer();
        }
    }

    private static bool GiveUp(AppendRequest request)
    {
        if (request.Failures >= MostFailures)
        {
            request.Completion.TrySetException(RequestFault.Unavailable(NotWritable));
            return true;
        }

        if (request.Tries >= request.MostTries)
        {
            request.Completion.TrySetException(RequestFault.Unavailable("Others kept changing the organization at the same moment. Nothing was changed. Try again."));
            return true;
        }

        return false;
    }

    /// <summary>Writes usage in a transaction of its own.</summary>
    internal async Task FlushUsageAsync(CancellationToken cancellation)
    {
        var rows = _usage.TakeDirty();
        if (rows.Count == 0)
        {
            return;
        }

        try
        {
            await using var session = new AppendSession(_database.Dialect, new EventCatalog([]));
            await session.BeginAsync(cancellation);
            await session.WriteUsageAsync(rows, cancellation);
            await session.CommitAsync(cancellation);
        }
        catch (DbException)
        {
            _usage.PutBack(rows);
            throw;
        }
    }

    /// <summary>Milliseconds are what rows, events and clients keep.</summary>
    private DateTimeOffset Now() => DateTimeOffset.FromUnixTimeMilliseconds(_clock.GetUtcNow().ToUnixTimeMilliseconds());

    private static void Fail(IEnumerable<AppendRequest> requests, Exception reason)
    {
        foreach (var request in requests)
        {
            request.Completion.TrySetException(ForOne(reason));
        }
    }

    // An error of each one's own: while it is told, the place of the field is written into it.
    private static Exception ForOne(Exception reason) => reason switch
    {
        DbException => RequestFault.Unavailable(NotWritable),
        RequestFault fault => new RequestFault(fault.Code ?? RequestErrorCodes.Internal, fault.Message) { IsUnconfirmed = fault.IsUnconfirmed },
        _ => reason,
    };
}
