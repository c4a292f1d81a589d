using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Kernel.Directory;

/// <summary>How often somebody may do something within a time, counted over all organizations and processes.</summary>
/// <param name="Of">Whose count it is.</param>
/// <param name="Limit">0: none.</param>
internal sealed record Allowance(Guid Of, string Kind, int Limit, TimeSpan Window)
{
    /// <summary>Longer than any window: what is older counts for nobody.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Counts one more, or changes no row when the limit is reached: one statement, so that attempts at the same moment are counted each.</summary>
    public static string TakeSql(ISqlDialect dialect) => $"""
        INSERT INTO Allowances (PersonId, Kind, At)
        SELECT @of, @kind, CASE WHEN MAX(At) >= @now THEN MAX(At) + 1 ELSE @now END FROM {dialect.Counted("Allowances")}
        WHERE PersonId = @of AND Kind = @kind HAVING COUNT(CASE WHEN At > @since THEN 1 END) < @limit
        """;

    public const string CountSql = "SELECT COUNT(*) FROM Allowances WHERE PersonId = @of AND Kind = @kind AND At > @since";

    public bool IsUnlimited => Limit == 0;

    public (string Name, object Value)[] CountParameters(DateTimeOffset now) => [("of", Of), ("kind", Kind), ("since", (now - Window).UtcTicks)];

    public (string Name, object Value)[] TakeParameters(DateTimeOffset now) => [.. CountParameters(now), ("now", now.UtcTicks), ("limit", Limit)];
}
