using System.Data.Common;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>The section <c>OrgGraph:Audit</c> of the configuration.</summary>
public sealed class AuditOptions
{
    /// <summary>For how many days entries are kept; 0: for ever.</summary>
    public int RetentionDays { get; set; }
}

/// <summary>
/// Lets old entries go, hourly. Each time the place up to which they went is sealed first: what is left still proves to be whole, and
/// only what lies before that place can be removed.
/// </summary>
internal sealed class AuditRetention
{
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private const int LongestDays = 36_500;

    private readonly Database _database;
    private readonly AuditChain _chain;
    private readonly AuditOptions _options;
    private readonly TimeProvider _clock;
    private readonly ILogger<AuditRetention> _log;

    internal AuditRetention(Database database, AuditChain chain, AuditOptions options, TimeProvider clock, ILogger<AuditRetention> log) =>
        (_database, _chain, _options, _clock, _log) = (database, chain, options, clock, log);

    public async Task RunAsync(CancellationToken stopping)
    {
        if (_options.RetentionDays <= 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(First, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                timer.Period = Every;
                await TryCutAsync(stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // Ending: the next start goes on.
        }
    }

    private async Task TryCutAsync(CancellationToken stopping)
    {
        try
        {
            var before = _clock.GetUtcNow().AddDays(-Math.Min(_options.RetentionDays, LongestDays));
            foreach (var head in await _database.QueryAsync(AuditHeadRow.Table, "Sequence > CutSequence", stopping))
            {
                if (await CutAsync(head, before, stopping) is var count and > 0)
                {
                    _log.LogInformation("{Count} audit entries older than {Days} days are gone", count, _options.RetentionDays);
                }
            }
        }
        catch (DbException e)
        {
            _log.LogWarning("Removing old audit entries failed and is tried again in an hour: {Reason}", e.Message);
        }
    }

    // Only from the beginning up to the first that is young enough, whatever the clock did: the rest stays one chain.
    private async Task<int> CutAsync(AuditHeadRow head, DateTimeOffset before, CancellationToken cancellation)
    {
        const string LastOldSql = "SELECT MAX(Sequence) FROM AuditEntries WHERE OrganizationId = @organization AND Sequence < COALESCE("
            + "(SELECT MIN(Sequence) FROM AuditEntries WHERE OrganizationId = @organization AND OccurredAt >= @before), @end)";
        var last = (await _database.QueryAsync(
            LastOldSql, reader => reader.IsDBNull(0) ? 0 : reader.GetInt64(0), cancellation, ("organization", head.OrganizationId), ("before", before), ("end", head.Sequence + 1)))[0];
        if (last <= head.CutSequence)
        {
            // What an interrupted cut has left.
            return await RemoveAsync(head.OrganizationId, head.CutSequence, cancellation);
        }

        var hash = (await _database.QueryAsync(
            AuditRow.Table, "OrganizationId = @organization AND Sequence = @last", cancellation, ("organization", head.OrganizationId), ("last", last)))[0].Hash;
        var seal = _chain.SealOf("cut", head.OrganizationId, last, hash);
        var isSealed = await _database.ExecuteAsync(
            "UPDATE AuditHeads SET CutSequence = @last, CutHash = @hash, CutPepperId = @pepper, CutSeal = @seal WHERE OrganizationId = @organization AND CutSequence = @seen",
            cancellation,
            ("last", last),
            ("hash", hash),
            ("pepper", seal.PepperId),
            ("seal", seal.Hash),
            ("organization", head.OrganizationId),
            ("seen", head.CutSequence)) == 1;
        return isSealed ? await RemoveAsync(head.OrganizationId, last, cancellation) : 0;
    }

    private Task<int> RemoveAsync(Guid organizationId, long last, CancellationToken cancellation) => _database.ExecuteAsync(
        "DELETE FROM AuditEntries WHERE OrganizationId = @organization AND Sequence <= @last", cancellation, ("organization", organizationId), ("last", last));
}
