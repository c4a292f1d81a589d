using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace OrgGraph.Migrations.SqlServer;

/// <summary>
/// The audit log is written once: only what retention has sealed as gone may be removed, and the places that say so only move on. A
/// migration by hand, apart from the generated one, which is made anew whole; its id keeps it behind that.
/// </summary>
/// <remarks>
/// That no entry is replaced by an insert, for which SQLite needs a fifth trigger, the primary key sees to here: nothing but UPDATE
/// replaces a row. TRUNCATE fires no trigger, and needs the right to alter the table, with which triggers can be dropped.
/// </remarks>
[DbContext(typeof(SqlServerContext)), Migration("20270101000000_AuditTriggers")]
public sealed class AuditTriggers : Migration
{
    /// <summary>Each trigger: what it guards, and the statement that makes it.</summary>
    public static readonly IReadOnlyList<(string Table, string Operation, string Sql)> All =
    [
        Trigger("AuditEntries", "UPDATE", 51001, "Audit entries are never changed.", "SELECT 1 FROM deleted"),
        Trigger(
            "AuditEntries",
            "DELETE",
            51002,
            "Audit entries are removed by retention only.",
            "SELECT 1 FROM deleted d LEFT JOIN AuditHeads h ON h.OrganizationId = d.OrganizationId WHERE d.Sequence > COALESCE(h.CutSequence, 0)"),
        Trigger(
            "AuditHeads",
            "UPDATE",
            51003,
            "The end of an audit log only moves on.",
            // Whole sets at once: a row that was given to another organization has nothing beside it.
            "SELECT 1 FROM deleted d LEFT JOIN inserted i ON i.OrganizationId = d.OrganizationId "
            + "WHERE i.OrganizationId IS NULL OR i.Sequence < d.Sequence OR i.CutSequence < d.CutSequence OR i.CutSequence > i.Sequence"),
        Trigger("AuditHeads", "DELETE", 51004, "The end of an audit log stays.", "SELECT 1 FROM deleted"),
    ];

    /// <summary>The name of the trigger on a table, as in SQLite.</summary>
    public static string NameOf(string table, string operation) => $"{table}_{operation[0]}{operation[1..].ToLowerInvariant()}";

    protected override void Up(MigrationBuilder migrationBuilder)
    {
        foreach (var (_, _, sql) in All)
        {
            // CREATE TRIGGER stands alone in its batch, and a script that may be run again has it within an IF.
            migrationBuilder.Sql($"EXEC(N'{sql.Replace("'", "''", StringComparison.Ordinal)}')");
        }
    }

    protected override void Down(MigrationBuilder migrationBuilder)
    {
        foreach (var (table, operation, _) in All)
        {
            migrationBuilder.Sql($"DROP TRIGGER {NameOf(table, operation)}");
        }
    }

    // NOCOUNT: what a trigger counts would be added to the rows that the statement says it changed. THROW takes the whole transaction back.
    private static (string Table, string Operation, string Sql) Trigger(string table, string operation, int error, string message, string wrong) => (table, operation,
        $"CREATE TRIGGER {NameOf(table, operation)} ON {table} AFTER {operation} AS BEGIN SET NOCOUNT ON; IF EXISTS ({wrong}) THROW {error}, '{message}', 1; END");
}
