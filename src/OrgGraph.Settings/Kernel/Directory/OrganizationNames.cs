using System.Data.Common;
using System.Globalization;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Directory;

/// <summary>Organizations by name, and how many a person made or tried to make.</summary>
public sealed class OrganizationNames
{
    private const int MaxTries = 5;

    private readonly Database _database;

    internal OrganizationNames(Database database) => _database = database;

    /// <summary>The organization of that name, without regard to case; null when there is none.</summary>
    public async Task<Guid?> FindAsync(string normalizedName, CancellationToken cancellation)
    {
        var rows = await _database.QueryAsync(
            "SELECT Id FROM Organizations WHERE NormalizedName = @name", reader => reader.GetGuid(0), cancellation, ("name", normalizedName));
        return rows.Count == 0 ? null : rows[0];
    }

    public async Task<bool> AnyAsync(CancellationToken cancellation) =>
        (await _database.QueryAsync("SELECT COUNT(*) FROM Organizations", reader => reader.GetInt64(0), cancellation))[0] > 0;

    /// <summary>Counts an attempt that a limit over all organizations is on; false when the limit is reached.</summary>
    /// <param name="limit">0: none.</param>
    internal async Task<bool> TryTakeAsync(Guid person, string kind, int limit, TimeSpan window, DateTimeOffset now, CancellationToken cancellation)
    {
        if (limit == 0)
        {
            return true;
        }

        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TakeAsync(person, kind, limit, window, now, cancellation);
            }
            catch (DbException e) when (tries < MaxTries && _database.Dialect.IsUniqueViolation(e))
            {
                // Another node took the same moment: the next try counts it.
            }
        }
    }

    // One statement, so that attempts at the same moment are counted each.
    private async Task<bool> TakeAsync(Guid person, string kind, int limit, TimeSpan window, DateTimeOffset now, CancellationToken cancellation)
    {
        const string Take = """
            INSERT INTO Allowances (PersonId, Kind, At)
            SELECT @person, @kind, CASE WHEN MAX(At) >= @now THEN MAX(At) + 1 ELSE @now END FROM Allowances
            WHERE PersonId = @person AND Kind = @kind HAVING COUNT(CASE WHEN At > @since THEN 1 END) < @limit
            """;
        return await _database.ExecuteAsync(
            Take, cancellation, ("person", person), ("kind", kind), ("now", now.UtcTicks), ("since", (now - window).UtcTicks), ("limit", limit)) == 1;
    }

    /// <summary>Whether the limit still allows one more.</summary>
    internal async Task<bool> HasRoomAsync(Guid person, string kind, int limit, TimeSpan window, DateTimeOffset now, CancellationToken cancellation)
    {
        var taken = await _database.QueryAsync(
            "SELECT COUNT(*) FROM Allowances WHERE PersonId = @person AND Kind = @kind AND At > @since",
            reader => Convert.ToInt32(reader.GetValue(0), CultureInfo.InvariantCulture),
            cancellation,
            ("person", person),
            ("kind", kind),
            ("since", (now - window).UtcTicks));
        return limit == 0 || taken[0] < limit;
    }
}
