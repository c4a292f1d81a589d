using System.Text.RegularExpressions;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using OrgGraph.Migrations.Sqlite;
using OrgGraph.Migrations.SqlServer;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.SqlServer.Tests;

/// <summary>What keeps the audit log as it was written, on either database.</summary>
public sealed partial class AuditTriggersTests
{
    [Theory]
    [InlineData(MigrationsSqlGenerationOptions.Default)]
    [InlineData(MigrationsSqlGenerationOptions.Idempotent)]
    public void Script_makes_each_trigger_after_its_table(MigrationsSqlGenerationOptions options)
    {
        var script = Script(options);

        Assert.All(AuditTriggers.All, trigger =>
        {
            var at = script.IndexOf($"EXEC(N'{trigger.Sql.Replace("'", "''", StringComparison.Ordinal)}')", StringComparison.Ordinal);
            var table = script.IndexOf($"CREATE TABLE [{trigger.Table}]", StringComparison.Ordinal);
            Assert.True(table >= 0 && at > table, "Give the migration in src/OrgGraph.Migrations/SqlServer/AuditTriggers.cs an id behind that of the generated one.");
        });
    }

    [Fact]
    public void Triggers_can_be_parsed_and_count_nothing() => Assert.All(AuditTriggers.All, trigger =>
    {
        Assert.Empty(TransactSql.Errors(trigger.Sql));
        Assert.Contains("AS BEGIN SET NOCOUNT ON; ", trigger.Sql, StringComparison.Ordinal);
    });

    [Fact]
    public void Both_databases_guard_the_same_tables_against_the_same()
    {
        using var sqlite = new SqliteContext(new DbContextOptionsBuilder<SqliteContext>().UseSqlite("Data Source=none").Options);
        var there = Triggers().Matches(sqlite.GetService<IMigrator>().GenerateScript()).Select(Named);
        var script = Script(MigrationsSqlGenerationOptions.Default);
        var here = Triggers().Matches(script).Select(Named).ToList();
        // Only SQLite's INSERT OR REPLACE replaces a row that has the key.
        Assert.Contains("CONSTRAINT [PK_AuditEntries] PRIMARY KEY ([OrganizationId], [Sequence])", script, StringComparison.Ordinal);
        here.Add("AuditEntries_Insert: INSERT ON AuditEntries");

        Assert.Equal(there.Order(StringComparer.Ordinal), here.Order(StringComparer.Ordinal));
    }

    // SQL Server refuses an OUTPUT clause without INTO on a table that has triggers, and EF Core's own statements have one.
    [Fact]
    public void Nothing_asks_a_table_with_triggers_for_what_it_changed()
    {
        Assert.DoesNotMatch(Output(), Statements.Text(new SqlServerDialect("Server=none")));
        Assert.DoesNotContain(
            Repository.Sources("src").Where(source => !source.Path.StartsWith("src/OrgGraph.Migrations/", StringComparison.Ordinal)),
            source => source.Text.Contains("SaveChanges", StringComparison.Ordinal) || Output().IsMatch(source.Text));
    }

    private static string Script(MigrationsSqlGenerationOptions options)
    {
        using var context = new SqlServerContextFactory().CreateDbContext([]);
        return context.GetService<IMigrator>().GenerateScript(options: options);
    }

    private static string Named(Match trigger) => $"{trigger.Groups["name"].Value}: {trigger.Groups["operation"].Value} ON {trigger.Groups["table"].Value}";

    [GeneratedRegex(@"CREATE TRIGGER (?<name>\w+) (?:BEFORE (?<operation>\w+) ON (?<table>\w+)|ON (?<table>\w+) AFTER (?<operation>\w+))")]
    private static partial Regex Triggers();

    [GeneratedRegex(@"\bOUTPUT (?:INSERTED|DELETED)\b", RegexOptions.IgnoreCase)]
    private static partial Regex Output();
}

/// <summary>The triggers at work, on a server.</summary>
public sealed class AuditTriggersAtWorkTests(Engine engine) : IClassFixture<Engine>
{
    [SkippableTheory]
    [InlineData("UPDATE AuditEntries SET ActorName = N'x' WHERE Sequence = 2", 51001)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 2", 51002)]
    [InlineData("DELETE FROM AuditEntries", 51002)]
    [InlineData("UPDATE AuditHeads SET Sequence = Sequence - 1", 51003)]
    [InlineData("UPDATE AuditHeads SET OrganizationId = NEWID()", 51003)]
    [InlineData("DELETE FROM AuditHeads", 51004)]
    [InlineData("INSERT INTO AuditEntries SELECT * FROM AuditEntries WHERE Sequence = 2", 2627)]
    public async Task Database_itself_refuses_to_change_it(string statement, int number)
    {
        using var database = engine.NewDatabase();
        await using var node = await database.StartAsync();
        await using var connection = await database.OpenAsync();
        var olivia = await node.SignInAsync("olivia@acme.test");
        for (var i = 0; i < 3; i++)
        {
            await node.SendAsync(olivia, $"mutation {{ createProject(input: {{organizationId: \"{await node.AcmeAsync(olivia)}\", name: \"Written {i}\"}}) {{ version }} }}");
        }

        await using var command = new SqlCommand(statement, connection);
        Assert.Equal(number, (await Assert.ThrowsAsync<SqlException>(() => command.ExecuteNonQueryAsync())).Number);
    }
}
