using Microsoft.SqlServer.TransactSql.ScriptDom;

namespace OrgGraph.SqlServer.Tests;

/// <summary>SQL Server's own grammar, without SQL Server: it tells what can be said, not what is there.</summary>
internal static class TransactSql
{
    /// <summary>What is wrong with a script; empty when nothing is.</summary>
    public static IReadOnlyList<string> Errors(string script)
    {
        new TSql160Parser(initialQuotedIdentifiers: true).Parse(new StringReader(script), out var errors);
        return [.. errors.Select(error => $"{error.Line}:{error.Column} {error.Message}")];
    }
}
