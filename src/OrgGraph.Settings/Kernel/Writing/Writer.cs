using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;

namespace OrgGraph.Settings.Kernel.Writing;

/// <summary>
/// The one path for all changes. Decisions of one organization are made one after the other, each on the snapshot that the one before
/// left; decisions of many callers share a transaction and are answered after its commit.
/// </summary>
public sealed class Writer : IAsyncDisposable
{
    private const int MaxBatch = 128;
    private const int MaxTries = 5;

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
    private readonly ILogger<Writer> _log;
    private Task _running = Task.CompletedTask;

    internal Writer(
        SnapshotStore store, ISnapshotModel model, Database database, EventCatalog catalog, UsageTracker usage, IdSource ids, TimeProvider clock, ILogger<Writer> log)
    {
        _store = store;
        _model = model;
        _database = database;
        _session = new AppendSession(database.Dialect, catalog);
        _usage = usage;
        _ids = ids;
        _clock = clock;
        _log = log;
    }

    /// <summary>Called after each transaction that scheduled work.</summary>
    internal event Action? WorkScheduled;

    /// <summary>Decides and appends. Returns when it is durable, or refused.</summary>
    /// <exception cref="RequestFault">A policy does not hold on the deciding snapshot, or the database cannot be written now.</exception>
    internal async Task<AppendResult> AppendAsync(AppendRequest request, CancellationToken cancellation)
    {
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
            while (batch.Count < MaxBatch && _waiting.Reader.TryRead(out var request))
            {
                batch.Add(request);
            }

            try
            {
                await WriteAsync(batch);
            }
            catch (Exception e)
            {
                await _session.RollbackAsync();
                _log.LogError("Appending failed: {Type}: {Reason}", e.GetType().Name, e.Message);
                Fail(batch, e is DbException ? RequestFault.Unavailable("The database cannot be written now. Nothing was changed. Try again in a few seconds.") : e);
            }

            batch.Clear();
        }
    }

    private async Task WriteAsync(List<AppendRequest> batch)
    {
        var open = batch.ToList();
        while (open.Count > 0)
        {
            var plans = new List<OrganizationPlan>();
            foreach (var group in open.GroupBy(request => request.OrganizationId))
            {
                plans.Add(await PlanAsync(group));
            }

            var writing = plans.Where(plan => plan.Accepted.Count > 0).ToList();
            var lost = writing.Count > 0 ? await CommitAsync(writing) : [];
            foreach (var plan in plans.Where(plan => !lost.Contains(plan)))
            {
                Publish(plan);
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
            var decision = new Decision(plan.After, request.Caller, now, _ids, request.HasConflict);
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

    // Returns the organizations whose decisions must be made again: another process was faster, or a claim was taken.
    private async Task<HashSet<OrganizationPlan>> CommitAsync(List<OrganizationPlan> plans)
    {
        var appendId = _ids.Next();
        var lost = new HashSet<OrganizationPlan>();
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
                    if (!await _session.WriteAsync(request.Decision!, plan.IsNew, appendId, CancellationToken.None))
                    {
                        return await TakeBackAsync(plans, request);
                    }
                }
            }
        }
        catch (DbException e) when (_database.Dialect.IsUniqueViolation(e))
        {
            return await TakeBackAsync(plans, at!);
        }

        if (lost.Count == plans.Count)
        {
            await _session.RollbackAsync();
        }
        else
        {
            await CommitOrFindAsync(appendId, plans.Exists(plan => !lost.Contains(plan) && plan.HasEvents));
        }

        foreach (var plan in lost)
        {
            await _store.CatchUpAsync(plan.Before.OrganizationId, CancellationToken.None);
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

    // One claim was taken, so the whole transaction is undone: its owner decides again knowing it, the others as if nothing had been.
    private async Task<HashSet<OrganizationPlan>> TakeBackAsync(List<OrganizationPlan> plans, AppendRequest culprit)
    {
        await _session.RollbackAsync();
        culprit.HasConflict = true;
        return [.. plans];
    }

    // A commit that fails may have arrived all the same: the AppendId on the event rows tells.
    private async Task CommitOrFindAsync(Guid appendId, bool hasEvents)
    {
        try
        {
            await _session.CommitAsync(CancellationToken.None);
        }
        catch (DbException) when (hasEvents)
        {
            await _session.DisposeAsync();
            if (!await ArrivedAsync(appendId))
            {
                throw;
            }
        }
    }

    private async Task<bool> ArrivedAsync(Guid appendId)
    {
        var found = await _database.QueryAsync("SELECT Version FROM Events WHERE AppendId = @append", reader => reader.GetInt32(0), CancellationToken.None, ("append", appendId));
        return found.Count > 0;
    }

    private void Publish(OrganizationPlan plan)
    {
        if (plan.After.Version > plan.Before.Version)
        {
            _store.Swap(plan.After, [.. plan.Accepted.SelectMany(request => request.Decision!.Changes.Events)]);
        }

        if (plan.Accepted.Exists(request => request.Decision!.Changes.Side.Exists(change => change is SideChange.Insert { Row: WorkItemRow })))
        {
            WorkScheduled?.Invoke();
        }

        foreach (var answer in plan.Answers)
        {
            answer();
        }
    }

    private bool GiveUp(AppendRequest request)
    {
        if (++request.Tries < MaxTries)
        {
            return false;
        }

        request.Completion.TrySetException(RequestFault.Unavailable("Others kept changing the organization at the same moment. Nothing was changed. Try again."));
        return true;
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
            request.Completion.TrySetException(reason);
        }
    }

    /// <summary>What is decided for one organization within one transaction.</summary>
    private sealed class OrganizationPlan(Snapshot before, IReadOnlyList<AppendRequest> requests)
    {
        public Snapshot Before { get; } = before;

        public Snapshot After { get; private set; } = before;

        public bool IsNew => Before.Version == 0;

        public IReadOnlyList<AppendRequest> Requests { get; } = requests;

        public List<AppendRequest> Accepted { get; } = [];

        public bool HasEvents => Accepted.Exists(request => request.Decision!.Changes.Events.Count > 0);

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
}
