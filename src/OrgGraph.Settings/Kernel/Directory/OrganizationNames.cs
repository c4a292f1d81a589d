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

    /// <summary>The organization of that name, or all of them by name.</summary>
    public async Task<IReadOnlyList<(Guid Id, string Name)>> ListAsync(string? name, CancellationToken cancellation) => await _database.QueryAsync(
        "SELECT Id, Name FROM Organizations WHERE @name = '' OR NormalizedName = @name ORDER BY NormalizedName",
        reader => (reader.GetGuid(0), reader.GetString(1)),
        cancellation,
        ("name", name is null ? "" : Errors.InputRules.Normalize(name)));

    public async Task<bool> AnyAsync(CancellationToken cancellation) =>
        (await _database.QueryAsync("SELECT COUNT(*) FROM Organizations", reader => Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture), cancellation))[0] > 0;

    /// <summary>The organization of that name among those that the person belongs to. One look-up, whether or not others have one of that name.</summary>
    internal async Task<Guid?> FindAsync(string normalizedName, Guid person, CancellationToken cancellation)
    {
        const string Find = """
            SELECT Organizations.Id FROM Organizations JOIN Memberships ON Memberships.OrganizationId = Organizations.Id
            WHERE Organizations.NormalizedName = @name AND Memberships.PersonId = @person
            """;
        var rows = await _database.QueryAsync(Find, reader => reader.GetGuid(0), cancellation, ("name", normalizedName), ("person", person));
        return rows.Count == 0 ? null : rows[0];
    }

    /// <summary>Counts an attempt that a limit over all organizations is on; false when the limit is reached.</summary>
    internal async Task<bool> TryTakeAsync(Allowance allowance, DateTimeOffset now, CancellationToken cancellation)
    {
        if (allowance.IsUnlimited)
        {
            return true;
        }

        for (var tries = 1; ; tries++)
        {
            try
            {
                return await _database.ExecuteAsync(Allowance.TakeSql(_database.Dialect), cancellation, allowance.TakeParameters(now)) == 1;
            }
            catch (DbException e) when (tries < MaxTries && _database.Dialect.IsUniqueViolation(e))
            {
                // Another node took the same moment: the next try counts it.
            }
        }
    }

    /// <summary>Whether the limit still allows one more.</summary>
    internal async Task<bool> HasRoomAsync(Allowance allowance, DateTimeOffset now, CancellationToken cancellation)
    {
        var taken = await _database.QueryAsync(
            Allowance.CountSql, reader => Convert.ToInt32(reader.GetValue(0), CultureInfo.InvariantCulture), cancellation, allowance.CountParameters(now));
        return allowance.IsUnlimited || taken[0] < allowance.Limit;
    }

    /// <summary>Forgets attempts that no limit counts any more.</summary>
    internal Task ForgetAsync(DateTimeOffset now, CancellationToken cancellation) => _database.ExecuteAsync(
        "DELETE FROM Allowances WHERE At <= @before", cancellation, ("before", (now - Allowance.Longest).UtcTicks));
}
