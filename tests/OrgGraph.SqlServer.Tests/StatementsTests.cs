using System.Text.RegularExpressions;
using OrgGraph.Migrations.Sqlite;
using OrgGraph.Migrations.SqlServer;
using OrgGraph.Settings.Tests.Testing;
using Snapshooter.Xunit;

namespace OrgGraph.SqlServer.Tests;

/// <summary>What is said to each database. Delete a snapshot to make it anew when a table has changed.</summary>
public sealed partial class StatementsTests
{
    [Fact]
    public void Sqlite_is_told_this() => Snapshot.Match(Statements.Text(new SqliteDialect("Data Source=none")), "Statements.Sqlite");

    [Fact]
    public void SqlServer_is_told_this() => Snapshot.Match(Statements.Text(new SqlServerDialect("Server=none")), "Statements.SqlServer");

    [Fact]
    public void SqlServer_can_parse_all_of_it() =>
        Assert.Empty(Statements.Of(new SqlServerDialect("Server=none")).SelectMany(one => TransactSql.Errors(one.Sql).Select(error => $"{one.What}: {error}")));

    [Fact]
    public void SqlServer_can_parse_what_the_product_says_by_the_word()
    {
        var literals = Repository.Sources("src/OrgGraph.Settings").SelectMany(source => Literal().Matches(source.Text).Select(match => (source.Path, Sql: match.Groups["raw"].Success ? match.Groups["raw"].Value : match.Groups["plain"].Value))).ToList();

        Assert.True(literals.Count >= 10, $"Only {literals.Count} statements found: the search has gone blind.");
        Assert.Empty(literals.SelectMany(one => TransactSql.Errors(one.Sql).Select(error => $"{one.Path}: {error}: {one.Sql}")));
    }

    [Theory]
    [InlineData("SELECT Id FROM Events LIMIT @limit")]
    [InlineData("INSERT INTO Usage (A) VALUES (1) ON CONFLICT (A) DO NOTHING")]
    [InlineData("SELECT Id FROM User")]
    public void Parser_finds_what_SqlServer_would_not_take(string sql) => Assert.NotEmpty(TransactSql.Errors(sql));

    // Whole statements: not those that are put together, of which the others take care.
    [GeneratedRegex("""(?<![$"])(?:"{3}\s*(?<raw>(?:SELECT|INSERT|UPDATE|DELETE)\s[^{}]*?)"{3}|"(?<plain>(?:SELECT|INSERT|UPDATE|DELETE) [^"{}]*)"(?!\s*\+))""")]
    private static partial Regex Literal();
}
