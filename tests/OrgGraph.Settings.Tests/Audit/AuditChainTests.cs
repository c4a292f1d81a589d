using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Audit;

/// <summary>Nobody changes the log unseen, not even who can write the database file.</summary>
public sealed class AuditChainTests : OrgGraphTest
{
    private const string NoTriggers = "DROP TRIGGER IF EXISTS AuditEntries_Update; DROP TRIGGER IF EXISTS AuditEntries_Delete; DROP TRIGGER IF EXISTS AuditEntries_Insert; DROP TRIGGER IF EXISTS AuditHeads_Update; DROP TRIGGER IF EXISTS AuditHeads_Delete; ";
    private static readonly Guid Acme = new("0198a000-ac3e-7000-8000-000000000001");

    protected override (string Key, string Value)[] Settings => [("OrgGraph:Audit:RetentionDays", "30")];

    [Fact]
    public async Task Whole_log_is_found_whole()
    {
        await WorkAsync();

        var (good, problem) = await VerifyAsync();

        Assert.Null(problem);
        Assert.Equal(await CountAsync(), good);
    }

    [Theory]
    [InlineData("UPDATE AuditEntries SET ActorName = 'Somebody else' WHERE Sequence = 4", "Entry 4 ", 3)]
    [InlineData("UPDATE AuditEntries SET Changes = '[]' WHERE Sequence = (SELECT MAX(Sequence) FROM AuditEntries)", "was altered", null)]
    [InlineData("UPDATE AuditEntries SET Outcome = 'Denied' WHERE Sequence = 4", "Entry 4 ", 3)]
    [InlineData("UPDATE AuditEntries SET OccurredAt = OccurredAt + 1 WHERE Sequence = 4", "Entry 4 ", 3)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 4", "Entry 4 is missing", 3)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 1", "Entry 1 is missing", 0)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence > 5", "was cut at its end", 5)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 4; UPDATE AuditEntries SET Sequence = Sequence - 1 WHERE Sequence > 4", "Entry 4 ", 3)]
    [InlineData("UPDATE AuditEntries SET Sequence = -1 WHERE Sequence = 4; UPDATE AuditEntries SET Sequence = 4 WHERE Sequence = 5; UPDATE AuditEntries SET Sequence = 5 WHERE Sequence = -1", "Entry 4 ", 3)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence > 5; UPDATE AuditHeads SET Sequence = 5, Hash = (SELECT Hash FROM AuditEntries WHERE Sequence = 5)", "where the log ends was altered", 5)]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence < 5; UPDATE AuditHeads SET CutSequence = 4", "removed by retention was altered", 0)]
    [InlineData("INSERT INTO AuditEntries SELECT OrganizationId, Sequence + 1000, OccurredAt, Actor, ActorName, Credential, CredentialPreview, Action, ResourceType, ResourceId, ResourceName, Outcome, Changes, IsForOwners, ProjectId, PepperId, Hash FROM AuditEntries WHERE Sequence = 1", "does not belong there", null)]
    [InlineData("DELETE FROM AuditEntries; DELETE FROM AuditHeads", "where the log ends is missing", 0)]
    public async Task First_entry_that_was_tampered_with_is_named(string tampering, string problem, int? good)
    {
        await WorkAsync();
        await SqlAsync(NoTriggers + tampering);

        var found = await VerifyAsync();

        Assert.Contains(problem, found.Problem, StringComparison.Ordinal);
        Assert.True(good is null || good == found.Good, $"{found}");
    }

    [Theory]
    [InlineData("UPDATE AuditEntries SET ActorName = 'x' WHERE Sequence = 2")]
    [InlineData("DELETE FROM AuditEntries WHERE Sequence = 2")]
    [InlineData("DELETE FROM AuditEntries")]
    [InlineData("INSERT INTO AuditEntries SELECT * FROM AuditEntries WHERE Sequence = 2")]
    [InlineData("DELETE FROM AuditHeads")]
    [InlineData("UPDATE AuditHeads SET Sequence = Sequence - 1")]
    public async Task Database_itself_refuses_to_change_it(string statement)
    {
        await WorkAsync();
        var before = await CountAsync();

        await Assert.ThrowsAnyAsync<DbException>(() => SqlAsync(statement));

        Assert.Equal(before, await CountAsync());
        Assert.Null((await VerifyAsync()).Problem);
    }

    [Fact, Trait("Category", "Sqlite")]
    public Task Database_itself_refuses_to_replace_it() => Database_itself_refuses_to_change_it("INSERT OR REPLACE INTO AuditEntries SELECT * FROM AuditEntries WHERE Sequence = 2");

    [Fact]
    public async Task What_is_left_after_retention_is_still_whole_and_goes_on()
    {
        await WorkAsync();
        var old = await CountAsync();
        App.Clock.AdjustTime(App.Clock.GetUtcNow().AddDays(31));
        App.Clock.Advance(TimeSpan.FromSeconds(1));
        await App.ConfirmedAsync();
        await WorkAsync();
        App.Clock.Advance(TimeSpan.FromHours(1));
        await App.ConfirmedAsync();

        await Eventually.TrueAsync(async () => await CountAsync("Sequence <= " + old) == 0);

        var left = await CountAsync();
        Assert.True(left > 0);
        Assert.Equal((left, null), await VerifyAsync());
        await WorkAsync();
        Assert.Null((await VerifyAsync()).Problem);
        await Assert.ThrowsAnyAsync<DbException>(() => SqlAsync($"DELETE FROM AuditEntries WHERE Sequence = {old + 1}"));
    }

    [Fact]
    public async Task Two_servers_on_one_file_keep_one_chain()
    {
        await using var other = await OrgGraphApp.StartAsync(dataDirectory: App.DataDirectory, clock: App.Clock);
        var (here, there) = (await App.OliviaAsync(), await other.OliviaAsync());
        var vera = await other.VeraAsync();

        await Task.WhenAll(Enumerable.Range(0, 20).SelectMany(i => new Task[]
        {
            here.MutateAsync("createProject", new { organizationId = App.Acme, name = $"Here {i}" }),
            there.MutateAsync("createEnvironment", new { organizationId = App.Acme, name = $"There {i}" }),
            here.MutateAsync("createProject", new { organizationId = App.Acme, name = "" }),
            vera.SendMutationAsync("createProject", new { organizationId = App.Acme, name = $"Denied {i}" }),
        }));

        await Eventually.TrueAsync(async () => await CountAsync("Outcome = 'Refused'") == 20 && await CountAsync("Outcome = 'Denied'") == 1);
        Assert.Equal((20L, 20L), (await CountAsync("ResourceName LIKE 'Here %'"), await CountAsync("ResourceName LIKE 'There %'")));
        Assert.Null((await VerifyAsync()).Problem);
    }

    private async Task WorkAsync()
    {
        var olivia = await App.OliviaAsync();
        for (var i = 0; i < 4; i++)
        {
            await olivia.MutateAsync("createEnvironment", new { organizationId = App.Acme, name = $"Chain {App.Clock.GetUtcNow():yyyyMMddHHmmss} {i} {await CountAsync()}" });
        }
    }

    private Task<(long Good, string? Problem)> VerifyAsync() => App.Services.GetRequiredService<AuditCheck>().VerifyAsync(Acme, CancellationToken.None);

    private Task<long> CountAsync(string where = "1 = 1") => TestDatabase.NumberAsync(App, "SELECT COUNT(*) FROM AuditEntries WHERE " + where);

    private Task SqlAsync(string sql) => TestDatabase.RunAsync(App, sql);
}
