using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Operations;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>The connection is lost in the middle of a commit: nothing is applied twice, and nobody is told what is not so.</summary>
public sealed class LostCommitTests : IAsyncLifetime
{
    private const string Events = "subscription($id: ID!) { organizationEvents(organizationId: $id) { __typename version subjectName } }";

    private CutLine _line = null!;
    private OrgGraphApp _app = null!;
    private Client _olivia = null!;
    private Written _before = null!;
    private string[] _projects = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Theory]
    [InlineData(CutAt.Before, true)]
    [InlineData(CutAt.After, true)]
    [InlineData(CutAt.After, false)]
    public async Task Done_once_when_the_outcome_can_be_looked_up(CutAt at, bool isPassing)
    {
        await StartAsync(isPassing);
        await using var live = await _olivia.SubscribeAsync(Events, new { id = _app.Acme });
        (_line.At, _line.Cuts) = (at, 1);

        var made = await MakeAsync("Once");
        var next = await MakeAsync("Next");

        Assert.Equal(0, _line.Cuts);
        Assert.Equal(made.Version + 1, next.Version);
        Assert.Equal((made.Version, "Once"), await HeardAsync(live));
        Assert.Equal((next.Version, "Next"), await HeardAsync(live));
        await AssertWrittenAsync(2, "Once", "Next");
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(5, true)]
    public async Task Refused_and_nothing_is_there_when_it_did_not_arrive_and_is_not_tried_again(int cuts, bool isPassing)
    {
        await StartAsync(isPassing);
        (_line.At, _line.Cuts) = (CutAt.Before, cuts);

        var refused = await SendAsync("Never");

        Assert.Equal(["UNAVAILABLE"], refused.Codes);
        Assert.Contains("Nothing was changed.", refused.Text, StringComparison.Ordinal);
        await AssertWrittenAsync(0);
        await MakeAsync("Never");
        await AssertWrittenAsync(1, "Never");
    }

    [Theory]
    [InlineData(CutAt.Before, true)]
    [InlineData(CutAt.Before, false)]
    [InlineData(CutAt.After, true)]
    [InlineData(CutAt.After, false)]
    public async Task Sender_is_told_to_look_when_the_outcome_cannot_be_looked_up(CutAt at, bool isPassing)
    {
        await StartAsync(isPassing);
        (_line.At, _line.Cuts, _line.StaysCut) = (at, 1, true);

        var unknown = await SendAsync("Perhaps");

        Assert.Equal(["UNAVAILABLE"], unknown.Codes);
        Assert.Contains("Look before you try again.", unknown.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was changed", unknown.Text, StringComparison.Ordinal);
        _line.Mend();
        // The copy of before: whoever looks may have to wait for the next poll, and another change finds it out by itself.
        await MakeAsync("Next");
        await (at == CutAt.After ? AssertWrittenAsync(2, "Perhaps", "Next") : AssertWrittenAsync(1, "Next"));
    }

    // Of two organizations: those whose decisions waited while a commit was under way share the next one.
    [Theory]
    [InlineData(CutAt.Before)]
    [InlineData(CutAt.After)]
    public async Task All_of_one_commit_are_done_once(CutAt at)
    {
        await StartAsync(isPassing: true);
        var team = await Team.FoundAsync(_app);
        _before = await WrittenAsync();
        string[] names = [.. Enumerable.Range(0, 6).Select(i => $"Together {i}")];
        var held = new TaskCompletionSource();
        _line.Hold = held.Task;
        var first = MakeAsync("First");
        await Eventually.TrueAsync(() => _line.Held == 1);
        _line.Hold = null;
        var together = names.Select((name, i) => i % 2 == 0 ? MakeAsync(name) : MakeAsync(name, team)).ToArray();
        await Scrape.UntilAsync(_app, "orggraph_writer_waiting", names.Length);
        (_line.At, _line.Cuts) = (at, 1);
        held.SetResult();

        var made = await Task.WhenAll(together.Append(first));

        Assert.Equal(0, _line.Cuts);
        Assert.All(made, one => Assert.Empty(one.Errors));
        Assert.Equal(made.Length, made.DistinctBy(one => one.Text("project", "id")).Count());
        await AssertWrittenAsync(made.Length, ["First", .. names.Where((_, i) => i % 2 == 0)]);
        Assert.Equal(names.Where((_, i) => i % 2 == 1), await ProjectsAsync(team.Owner.Client, team.Id));
        Assert.Equal(2, await TestDatabase.NumberAsync(_app, "SELECT COUNT(DISTINCT AppendId) FROM Events WHERE SubjectName = 'First' OR SubjectName LIKE 'Together%'"));
    }

    private async Task StartAsync(bool isPassing)
    {
        _app = await OrgGraphApp.StartAsync(configure: services => services.AddSingleton<ISqlDialect>(
            _line = new CutLine((ISqlDialect)services.Last(service => service.ServiceType == typeof(ISqlDialect)).ImplementationInstance!, isPassing)));
        _olivia = await _app.OliviaAsync();
        await _app.DoDueWorkAsync();
        (_before, _projects) = (await WrittenAsync(), await ProjectsAsync(_olivia, _app.Acme));
    }

    private Task<Payload> MakeAsync(string name, Team? team = null) =>
        (team?.Owner.Client ?? _olivia).MutateAsync("createProject", new { organizationId = team?.Id ?? _app.Acme, name }, "project { id }");

    private Task<Answer> SendAsync(string name) => _olivia.SendMutationAsync("createProject", new { organizationId = _app.Acme, name });

    private static async Task<(int?, string?)> HeardAsync(EventReader live)
    {
        var happened = await live.NextEventAsync();
        return (happened.GetProperty("version").GetInt32(), happened.GetProperty("subjectName").GetString());
    }

    // Versions, events and audit entries of so many changes; the demo organization's new projects, each once.
    private async Task AssertWrittenAsync(int changes, params string[] names)
    {
        Assert.Equal(new Written(_before.Versions + changes, _before.Events + changes, _before.Entries + changes), await WrittenAsync());
        Assert.Equal(names.Order(StringComparer.Ordinal), (await ProjectsAsync(_olivia, _app.Acme)).Except(_projects).Order(StringComparer.Ordinal));
        Assert.Null((await _app.Services.GetRequiredService<AuditCheck>().VerifyAsync(GlobalId.Parse(_app.Acme, "id").Id, CancellationToken.None)).Problem);
    }

    private async Task<Written> WrittenAsync() => new(
        await TestDatabase.NumberAsync(_app, "SELECT SUM(Version) FROM Organizations"),
        await TestDatabase.NumberAsync(_app, "SELECT COUNT(*) FROM Events"),
        await TestDatabase.NumberAsync(_app, "SELECT COUNT(*) FROM AuditEntries"));

    private static async Task<string[]> ProjectsAsync(Client client, string id)
    {
        var data = await client.QueryAsync("query($id: ID!) { organization(id: $id) { projects { nodes { name } } } }", new { id });
        string[] names = [.. data.GetProperty("organization").GetProperty("projects").GetProperty("nodes").EnumerateArray().Select(project => project.GetProperty("name").GetString()!)];
        Assert.Equal(names.Distinct(), names);
        return names;
    }

    private sealed record Written(long Versions, long Events, long Entries);
}
