using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Auditing;

/// <summary>Reads whole logs and tells whether they are as they were written.</summary>
public sealed class AuditCheck
{
    private const int PageSize = 1000;

    private readonly Database _database;
    private readonly AuditChain _chain;

    internal AuditCheck(Database database, AuditChain chain) => (_database, _chain) = (database, chain);

    /// <summary>Checks one organization's log.</summary>
    /// <returns>How many entries are good, and what is wrong with the first that is not; null when all are.</returns>
    public async Task<(long Good, string? Problem)> VerifyAsync(Guid organizationId, CancellationToken cancellation)
    {
        var heads = await _database.QueryAsync(AuditHeadRow.Table, "OrganizationId = @organization", cancellation, ("organization", organizationId));
        if (heads.Count == 0)
        {
            var isNew = (await _database.QueryAsync("SELECT COUNT(*) FROM AuditEntries WHERE OrganizationId = @organization", reader => reader.GetInt64(0), cancellation, ("organization", organizationId)))[0] == 0
                && (await _database.QueryAsync("SELECT Version FROM Organizations WHERE Id = @organization", reader => reader.GetInt32(0), cancellation, ("organization", organizationId))).All(version => version == 0);
            return (0, isNew ? null : "The record of where the log ends is missing.");
        }

        try
        {
            var (good, problem) = await VerifyAsync(heads[0], cancellation);
            return (good, problem ?? await BeyondAsync(organizationId, cancellation));
        }
        catch (KeyRingException e)
        {
            return (0, e.Message);
        }
    }

    private async Task<(long Good, string? Problem)> VerifyAsync(AuditHeadRow head, CancellationToken cancellation)
    {
        if (!_chain.IsSealed(head.CutPepperId, head.CutSeal, "cut", head.OrganizationId, head.CutSequence, head.CutHash))
        {
            return (0, $"The record that entries up to {head.CutSequence} were removed by retention was altered.");
        }

        var (sequence, hash) = (head.CutSequence, head.CutHash);
        while (true)
        {
            var page = await PageAsync(head, sequence, cancellation);
            foreach (var row in page)
            {
                if (row.Sequence != sequence + 1)
                {
                    return (sequence - head.CutSequence, $"Entry {sequence + 1} is missing.");
                }

                if (_chain.HashOf(row, hash) != row.Hash)
                {
                    return (sequence - head.CutSequence, $"Entry {row.Sequence} ({row.Action} at {row.OccurredAt:u}) was altered, or does not belong there.");
                }

                (sequence, hash) = (row.Sequence, row.Hash);
            }

            if (page.Count < PageSize)
            {
                return (sequence - head.CutSequence, EndOf(head, sequence, hash));
            }
        }
    }

    private string? EndOf(AuditHeadRow head, long sequence, string hash) =>
        sequence < head.Sequence ? $"Entry {sequence + 1} is missing: the log was cut at its end, which was entry {head.Sequence}."
        : hash != head.Hash || !_chain.IsSealed(head.PepperId, head.Seal, "head", head.OrganizationId, head.Sequence, head.Hash) ? "The record of where the log ends was altered."
        : null;

    // The last entry is read before the end's record, which only moves on: what lies beyond it then was put there by nobody who may.
    private async Task<string?> BeyondAsync(Guid organizationId, CancellationToken cancellation)
    {
        var last = (await _database.QueryAsync(
            "SELECT MAX(Sequence) FROM AuditEntries WHERE OrganizationId = @organization", reader => reader.IsDBNull(0) ? 0 : reader.GetInt64(0), cancellation, ("organization", organizationId)))[0];
        var head = (await _database.QueryAsync(AuditHeadRow.Table, "OrganizationId = @organization", cancellation, ("organization", organizationId)))[0];
        return last > head.Sequence ? $"Entry {head.Sequence + 1} does not belong there: the log ends with entry {head.Sequence}." : null;
    }

    // Only up to where the log ended when this began: the server may go on meanwhile.
    private Task<List<AuditRow>> PageAsync(AuditHeadRow head, long after, CancellationToken cancellation) => _database.QueryAsync(
        _database.Dialect.Limited($"SELECT {AuditRow.Table.SelectList} FROM AuditEntries WHERE OrganizationId = @organization AND Sequence > @after AND Sequence <= @end", "Sequence"),
        AuditRow.Table.Read,
        cancellation,
        ("organization", head.OrganizationId),
        ("after", after),
        ("end", head.Sequence),
        ("limit", PageSize));
}
