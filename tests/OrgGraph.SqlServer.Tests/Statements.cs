using System.Text;
using OrgGraph.Settings;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Vault;
using OrgGraph.Settings.Kernel.Work;

namespace OrgGraph.SqlServer.Tests;

/// <summary>The statements that a server runs on a provider, made by the code that runs them.</summary>
internal static class Statements
{
    private static readonly SettingsModel Model = new();

    public static IEnumerable<(string What, string Sql)> Of(ISqlDialect dialect)
    {
        foreach (var table in Model.Tables)
        {
            yield return ($"load {table.Name}", SnapshotLoader.LoadSql(table));
            yield return ($"catch up {table.Name}", SnapshotLoader.CatchUpSql(table));
        }

        foreach (var table in Model.Tables.Concat(Model.OtherTables))
        {
            string[] columns = [.. table.Columns.Select(column => column.Name)];
            yield return ($"insert {table.Name}", table.InsertSql);
            yield return ($"upsert {table.Name}", dialect.Upsert(table.Name, columns, table.Key));
        }

        var usage = UsageRow.Table;
        yield return ("usage", dialect.UpsertMax(usage.Name, [.. usage.Columns.Select(column => column.Name)], usage.Key, nameof(UsageRow.LastUsedAt)));
        yield return ("page of events", EventLog.PageSql(dialect));
        yield return ("due work", WorkRunner.DueSql(dialect));
        yield return ("lease", WorkRunner.LeaseSql);
        yield return ("backlog of work", WorkBacklog.CountSql);
        yield return ("overtaken work", WorkQueue.UnderWaySql);
        yield return ("allowance, take", Allowance.TakeSql(dialect));
        yield return ("allowance, count", Allowance.CountSql);
        yield return ("keys in use", KeyRotation.UsedSql);
        yield return ("next to re-wrap", KeyRotation.NextSql(dialect));
        yield return ("re-wrap", KeyRotation.RewrapSql);
        yield return ("attempt to connect Slack, take", Settings.Slack.SlackAttempts.TakeSql);
    }

    public static string Text(ISqlDialect dialect)
    {
        var text = new StringBuilder();
        foreach (var (what, sql) in Of(dialect))
        {
            text.Append("-- ").Append(what).Append('\n').Append(sql.ReplaceLineEndings("\n")).Append("\n\n");
        }

        return text.ToString();
    }
}
