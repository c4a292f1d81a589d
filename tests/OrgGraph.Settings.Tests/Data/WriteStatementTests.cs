using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using OrgGraph.Migrations.Sqlite;
using OrgGraph.Settings.Kernel.Data;

namespace OrgGraph.Settings.Tests.Data;

/// <summary>What is bound straight to SQLite is stored as the provider's own command stores it, and fails as it does.</summary>
[Trait("Category", "Sqlite")]
public sealed class WriteStatementTests : IAsyncLifetime
{
    private const string Insert = "INSERT INTO Things (Id, Value) VALUES (@id, @value)";

    private static readonly (string Name, DbType? Type)[] Parameters = [("id", null), ("value", null)];
    private static readonly object[] Values =
    [
        DBNull.Value, "", "a", "a\0b", "é🗝\u2028", "\ud800", new string('x', 170), new string('é', 171), string.Concat(Enumerable.Repeat("🗝", 5_000)),
        Guid.Empty, new Guid("0198a000-ac3e-7000-8000-00000000abcd"), 0, -1, int.MaxValue, long.MinValue, true, false, Array.Empty<byte>(), new byte[] { 0, 255 },
    ];

    private readonly SqliteDialect _dialect = new($"Data Source=write-statements-{Guid.NewGuid():N};Mode=Memory;Cache=Shared");
    private DbConnection _connection = null!;

    public async Task InitializeAsync()
    {
        _connection = await _dialect.OpenWriterAsync(CancellationToken.None);
        await using var command = _connection.CreateCommand();
        command.CommandText = "CREATE TABLE Things (Id INTEGER PRIMARY KEY, Value)";
        await command.ExecuteNonQueryAsync();
    }

    public async Task DisposeAsync() => await _connection.DisposeAsync();

    [Fact]
    public async Task Values_are_stored_as_the_provider_stores_them()
    {
        await using var transaction = await _dialect.BeginWriteAsync(_connection, CancellationToken.None);
        await using var direct = _dialect.Prepare(_connection, Insert, Parameters);
        await using var providers = new CommandStatement(_connection, Insert, Parameters);
        for (var i = 0; i < Values.Length; i++)
        {
            Assert.Equal(1, await direct.RunAsync(new object[] { i, Values[i] }, transaction, CancellationToken.None));
            Assert.Equal(1, await providers.RunAsync(new object[] { 1000 + i, Values[i] }, transaction, CancellationToken.None));
        }

        await using var different = _connection.CreateCommand();
        different.CommandText =
            "SELECT COUNT(*), SUM(typeof(a.Value) = typeof(b.Value) AND hex(a.Value) = hex(b.Value)) FROM Things a JOIN Things b ON b.Id = a.Id + 1000";
        different.Transaction = transaction;
        await using var reader = await different.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal((Values.Length, Values.Length), (reader.GetInt32(0), reader.GetInt32(1)));
    }

    [Fact]
    public async Task Violation_is_told_and_the_statement_goes_on()
    {
        await using var transaction = await _dialect.BeginWriteAsync(_connection, CancellationToken.None);
        await using var statement = _dialect.Prepare(_connection, Insert, Parameters);
        await statement.RunAsync(new object[] { 1, "one" }, transaction, CancellationToken.None);

        var taken = await Assert.ThrowsAsync<SqliteException>(() => statement.RunAsync(new object[] { 1, "again" }, transaction, CancellationToken.None));
        await statement.RunAsync(new object[] { 2, "two" }, transaction, CancellationToken.None);

        Assert.True(_dialect.IsUniqueViolation(taken));
    }

    [Fact]
    public async Task Rows_that_were_changed_are_counted()
    {
        await using var transaction = await _dialect.BeginWriteAsync(_connection, CancellationToken.None);
        await using var insert = _dialect.Prepare(_connection, Insert, Parameters);
        await using var delete = _dialect.Prepare(_connection, "DELETE FROM Things WHERE Id = @id", [("id", null)]);
        await insert.RunAsync(new object[] { 1, "one" }, transaction, CancellationToken.None);

        Assert.Equal(1, await delete.RunAsync(new object[] { 1 }, transaction, CancellationToken.None));
        Assert.Equal(0, await delete.RunAsync(new object[] { 1 }, transaction, CancellationToken.None));
    }

    [Theory]
    [InlineData("INSERT INTO Things (Id) VALUES (@id); DELETE FROM Things")]
    [InlineData("INSERT INTO Things (Id, Value) VALUES (@id, @value)")]
    [InlineData("INSERT INTO Things (Id) VALUES (@other)")]
    [InlineData("INSERT INTO Things (Id) VALUES (1)")]
    public void Other_statements_than_one_with_all_its_parameters_are_refused(string sql) =>
        Assert.Throws<InvalidOperationException>(() => _dialect.Prepare(_connection, sql, [("id", null)]));

    [Fact]
    public async Task Values_that_are_too_few_or_of_no_known_kind_are_refused()
    {
        await using var transaction = await _dialect.BeginWriteAsync(_connection, CancellationToken.None);
        await using var statement = _dialect.Prepare(_connection, Insert, Parameters);

        await Assert.ThrowsAsync<ArgumentException>(() => statement.RunAsync(new object[] { 1 }, transaction, CancellationToken.None));
        await Assert.ThrowsAsync<NotSupportedException>(() => statement.RunAsync(new object[] { 1, DayOfWeek.Friday }, transaction, CancellationToken.None));
    }
}
