using System.Collections.Frozen;
using Microsoft.Data.SqlClient;

namespace OrgGraph.Migrations.SqlServer;

/// <summary>Which errors of SQL Server say no more than "not now".</summary>
public static class SqlServerErrors
{
    // Of 20 and above the connection is gone; number 0 then stands for whatever cut it.
    private const byte FatalClass = 20;

    private static readonly FrozenSet<int> Transient = new[]
    {
        // The client's own: timed out, no instance, handshake or transport failed.
        -2, 20, 64, 121, 233, 258, 997, 10053, 10054, 10060, 10061,
        // Locks: out of them, deadlock victim, lock timeout; a snapshot that came too late.
        1203, 1204, 1205, 1221, 1222, 3960, 3966, 41301, 41302, 41305, 41325, 41839,
        // Starting, failing over, being moved or throttled.
        617, 669, 921, 4060, 4221, 8628, 8645, 8651, 9515, 10922, 10928, 10929, 10936, 14355, 17197, 18401, 40143, 40197, 40501, 40540, 40613, 42108, 42109, 49918, 49919, 49920,
    }.ToFrozenSet();

    public static bool AreTransient(SqlException exception) => exception.Errors.Cast<SqlError>().Any(error => IsTransient(error.Number, error.Class));

    // Who waited once for a lock or an answer, and got none, is told so rather than waiting again.
    public static bool ArePassing(SqlException exception) => AreTransient(exception) && !exception.Errors.Cast<SqlError>().Any(error => error.Number is -2 or 258 or 1222);

    /// <summary>Whether a new transaction may succeed where this one failed.</summary>
    public static bool IsTransient(int number, byte severity) => Transient.Contains(number) || (number == 0 && severity >= FatalClass);
}
