using GraphQL;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Errors;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Organizations;

namespace OrgGraph.Settings.Audit;

/// <summary>Which entries of the audit log. All conditions hold together.</summary>
public sealed class AuditLogFilter
{
    /// <summary>Only those from this time on.</summary>
    public DateTimeOffset? Since { get; set; }

    /// <summary>Only those before this time.</summary>
    public DateTimeOffset? Until { get; set; }

    /// <summary>Only those of this user or service account.</summary>
    [Id]
    public string? ActorId { get; set; }

    /// <summary>Only those with exactly this action, e.g. apiKey.created.</summary>
    public string? Action { get; set; }

    /// <summary>Only those about this kind of thing, e.g. apiKey.</summary>
    public string? ResourceType { get; set; }

    /// <summary>Only those about this thing.</summary>
    [Id]
    public string? ResourceId { get; set; }

    /// <summary>Only those that came out like this.</summary>
    public AuditOutcome? Outcome { get; set; }
}

/// <summary>The audit log of an organization.</summary>
public sealed class AuditQueries
{
    private readonly AuditLog _log;

    internal AuditQueries(AuditLog log) => _log = log;

    /// <summary>What was done in the organization and by whom, newest first. Pages stay exact while new entries arrive.</summary>
    /// <param name="first">How many from the start, 1 to 100; 50 when neither first nor last is given.</param>
    /// <param name="after">Only those after this cursor.</param>
    /// <param name="last">How many from the end, 1 to 100.</param>
    /// <param name="before">Only those before this cursor.</param>
    /// <param name="where">Which ones.</param>
    [Authorize(Policy.ReadAuditLog), PerCaller(ExceptOwners = true)]
    public async Task<AuditLogEntryConnection?> AuditLogAsync(
        IResolveFieldContext context, [Parent] Organization organization, int? first, string? after, int? last, string? before, AuditLogFilter? where)
    {
        var snapshot = organization.Snapshot;
        var (count, fromEnd) = new PageArguments(first, after, last, before).Size();
        // Newest first: what comes after a cursor is older.
        var below = after is null ? long.MaxValue : SequenceOf(after, "after", snapshot.OrganizationId);
        var above = before is null ? 0 : SequenceOf(before, "before", snapshot.OrganizationId);
        if (Wanted(context.Caller(), snapshot, where ?? new AuditLogFilter()) is not { } wanted)
        {
            return new AuditLogEntryConnection(new Page<AuditLogEntry>([], _ => "", false, false, () => 0));
        }

        var cancellation = context.Request().Cancellation;
        var rows = await _log.ReadAsync(wanted, above, below, newestFirst: !fromEnd, count + 1, cancellation);
        var hasMore = rows.Count > count;
        rows = [.. rows.Take(count).OrderByDescending(row => row.Sequence)];
        var hasNewer = fromEnd ? hasMore : after is not null && (await _log.ReadAsync(wanted, below - 1, long.MaxValue, newestFirst: false, 1, cancellation)).Count > 0;
        var hasOlder = fromEnd ? before is not null && (await _log.ReadAsync(wanted, 0, above + 1, newestFirst: true, 1, cancellation)).Count > 0 : hasMore;
        var total = IsSelected(context, "totalCount") ? await _log.CountAsync(wanted, cancellation) : 0;
        return new AuditLogEntryConnection(new Page<AuditLogEntry>(
            [.. rows.Select(row => new AuditLogEntry(snapshot, row))], index => new AuditCursor(snapshot.OrganizationId, rows[index].Sequence).ToString(), hasOlder, hasNewer, () => total));
    }

    // Null: nothing can match.
    private static AuditWanted? Wanted(Caller caller, OrganizationSnapshot snapshot, AuditLogFilter where)
    {
        string? actor = null;
        if (where.ActorId is { } id)
        {
            var parsed = GlobalId.Parse(id, "actorId");
            PrincipalRef? principal = parsed.Type switch
            {
                NodeType.User => PrincipalRef.User(parsed.Id),
                NodeType.ServiceAccount when parsed.OrganizationId == snapshot.OrganizationId && ServiceAccounts.ServiceAccount.CanSee(snapshot, caller, parsed.Id) => PrincipalRef.ServiceAccount(parsed.Id),
                _ => null,
            };
            if (principal is null)
            {
                return null;
            }

            actor = principal.ToString();
        }

        return AuditAudience.Of(caller, snapshot) with
        {
            Since = where.Since,
            Until = where.Until,
            Actor = actor,
            Action = where.Action,
            ResourceType = where.ResourceType,
            ResourceId = where.ResourceId is { } resource ? GlobalId.Parse(resource, "resourceId").ToString() : null,
            Outcome = where.Outcome,
        };
    }

    private static long SequenceOf(string cursor, string argument, Guid organizationId) => AuditCursor.TryParse(cursor, out var place) && place.OrganizationId == organizationId
        ? place.Sequence
        : throw RequestFault.BadInput($"{argument} is not a cursor of this list in this order. Pass a cursor that the same field gave with the same order.");

    // Counting reads the whole log: only who asks for it waits for it.
    private static bool IsSelected(IResolveFieldContext context, string field) =>
        context.SubFields?.Values.Any(sub => sub.Field.Name.Value == field) == true;
}

/// <summary>Entries of the audit log by id.</summary>
internal sealed class AuditEntryNodes : INodeSource
{
    private readonly AuditLog _log;

    internal AuditEntryNodes(AuditLog log) => _log = log;

    public NodeType Type => NodeType.AuditLogEntry;

    public object? Find(Snapshot snapshot, Caller caller, Guid id) => null;

    public async ValueTask<object?> FindAsync(Snapshot snapshot, Caller caller, Guid id, CancellationToken cancellation)
    {
        if (!Policies.RightsOf(caller, snapshot).Can(Permission.Read, ResourceRef.AuditLog) || AuditIds.SequenceOf(id) is not { } sequence)
        {
            return null;
        }

        var rows = await _log.ReadAsync(AuditAudience.Of(caller, snapshot), sequence - 1, sequence + 1, newestFirst: false, 1, cancellation);
        return rows.Count == 1 ? new AuditLogEntry((OrganizationSnapshot)snapshot, rows[0]) : null;
    }
}

/// <summary>The audit log's own stream.</summary>
public sealed class AuditSubscriptions
{
    /// <summary>Each new entry of the audit log, in order.</summary>
    /// <param name="organizationId">Which organization.</param>
    /// <param name="after">The cursor of the last entry seen; without it the stream is live only.</param>
    [Authorize(Policy.Member), Authorize(Policy.ReadAuditLog), SubscriptionField("", "", IsAuditLog = true), PerCaller]
    public AuditLogEntry AuditLogged(IResolveFieldContext context, [Id] string organizationId, string? after)
    {
        var entry = (AuditRow)context.RootValue!;
        var pinned = context.Request().SnapshotAsync(entry.OrganizationId);
        return new AuditLogEntry(pinned.IsCompletedSuccessfully && pinned.Result is OrganizationSnapshot snapshot ? snapshot : throw new InvalidOperationException("An entry is delivered without its snapshot."), entry);
    }
}
