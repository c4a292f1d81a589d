using System.Globalization;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Directory;

/// <summary>Organizations by name, and how many a person made or tried to make.</summary>
public sealed class OrganizationNames
{
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

        if (!await HasRoomAsync(person, kind, limit, window, now, cancellation))
        {
            return false;
        }

        var row = new AllowanceRow { PersonId = person, Kind = kind, At = now.UtcTicks };
        await _database.WriteAsync([new SideChange.Upsert(AllowanceRow.Table, row)], cancellation);
        return true;
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
