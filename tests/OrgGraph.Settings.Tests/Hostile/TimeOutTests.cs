using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>A request that takes too long, or becomes too much, is ended: the work as well as the answer.</summary>
public sealed class TimeOutTests : OrgGraphTest
{
    private const string ByName = "query($name: String) { organization(name: $name) { id } }";

    [Fact]
    public async Task Query_is_ended_after_5_seconds()
    {
        var olivia = await App.OliviaAsync();
        await olivia.QueryAsync(ByName, new { name = "Acme" });
        var resume = new TaskCompletionSource();
        App.Database.Pause = resume.Task;

        var asking = Enumerable.Range(0, 4).Select(_ => olivia.SendAsync(ByName, new { name = "Acme" })).ToArray();
        await Eventually.TrueAsync(() => App.Database.Waiting == asking.Length);
        App.Clock.Advance(ExecutionBounds.QueryTime - TimeSpan.FromMilliseconds(1));
        Assert.DoesNotContain(asking, task => task.IsCompleted);
        App.Clock.Advance(TimeSpan.FromMilliseconds(1));

        foreach (var answer in await Task.WhenAll(asking))
        {
            Assert.Equal((HttpStatusCode.OK, "TIMEOUT"), (answer.Status, answer.Codes.Single()));
        }

        await Eventually.TrueAsync(() => App.Database.Waiting == 0);
        App.Database.Pause = null;
        resume.SetResult();
        await App.ConfirmedAsync();
        Assert.Null((await olivia.SendAsync(ByName, new { name = "Acme" })).Errors);
    }

    [Fact]
    public async Task Query_is_ended_when_its_client_leaves()
    {
        var olivia = await App.OliviaAsync();
        await olivia.QueryAsync(ByName, new { name = "Acme" });
        var resume = new TaskCompletionSource();
        App.Database.Pause = resume.Task;
        using var client = new HttpClient { BaseAddress = App.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", olivia.Credential);
        using var leaving = new CancellationTokenSource();

        var asking = client.GetAsync("/graphql?query={organization(name:\"Acme\"){id}}", leaving.Token);
        await Eventually.TrueAsync(() => App.Database.Waiting > 0);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Eventually.TrueAsync(() => App.Database.Waiting == 0);
        resume.SetResult();
    }

    [Fact]
    public async Task Mutation_whose_client_leaves_is_no_failure_of_the_server()
    {
        var olivia = await App.OliviaAsync();
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = "Before" });
        await using var other = await TestDatabase.OpenAsync(App);
        await using var locking = await TestDatabase.LockAsync(other);
        using var client = new HttpClient { BaseAddress = App.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", olivia.Credential);
        using var leaving = new CancellationTokenSource();
        var before = App.Database.Writes;

        var query = $"mutation {{ createProject(input: {{ organizationId: \"{App.Acme}\", name: \"After\" }}) {{ version }} }}";
        var asking = client.PostAsJsonAsync("/graphql", new { query }, leaving.Token);
        await Eventually.TrueAsync(() => App.Database.Writes > before);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        await Eventually.TrueAsync(() => App.Logs.Lines.Any(line => line.Contains("The client left before its answer was written", StringComparison.Ordinal)));
        await locking.RollbackAsync();
        Assert.DoesNotContain(App.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Mutation_is_ended_after_10_seconds_and_those_before_it_are_answered()
    {
        var olivia = await App.OliviaAsync();
        await using var other = await TestDatabase.OpenAsync(App);
        await using var locking = await TestDatabase.LockAsync(other);

        var asking = olivia.SendAsync(
            "mutation($late: CreateProjectInput!) { answered: leaveOrganization(input: { organizationId: \"nonsense\" }) { version } late: createProject(input: $late) { version } }",
            new { late = new { organizationId = App.Acme, name = "Late" } });
        await Eventually.TrueAsync(() =>
        {
            App.Clock.Advance(TimeSpan.FromSeconds(1));
            return asking.IsCompleted;
        });
        await locking.RollbackAsync();

        var answer = await asking;
        Assert.Equal(["BAD_USER_INPUT", "TIMEOUT"], answer.Codes);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.Data.GetProperty("answered").ValueKind);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.Data.GetProperty("late").ValueKind);
    }

    [Fact]
    public async Task Lists_that_turn_out_long_are_ended_while_they_are_read()
    {
        // Three layers of groups, each group with all of the next layer: 20 + 400 + 8,000 ways down from one member.
        const int Wide = 20;
        var olivia = await App.OliviaAsync();
        string[] below = [];
        for (var layer = 0; layer < 3; layer++)
        {
            var made = new List<string>();
            for (var i = 0; i < Wide; i++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"Layer {layer} group {i}");
                made.Add((await olivia.MutateAsync("createPermissionGroup", new { organizationId = App.Acme, name, memberGroupIds = below }, "permissionGroup { id }")).Text("permissionGroup", "id"));
            }

            below = [.. made];
        }

        var vera = await App.MemberIdAsync("Vera");
        Assert.Empty((await olivia.MutateAsync("setMemberGroups", new { memberId = vera, groupIds = below })).Errors);
        string Query(int fields) => $"query($id: ID!) {{ node(id: $id) {{ ... on Member {{ groups {{ memberGroups {{ memberGroups {{ {HostileDocuments.Many(fields, i => $"f{i}: id")} }} }} }} }} }} }}";

        var much = await olivia.SendAsync(Query(10), new { id = vera });
        var tooMuch = await olivia.SendAsync(Query(15), new { id = vera });

        Assert.Null(much.Errors);
        Assert.Equal(["COST_EXCEEDED"], tooMuch.Codes);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, tooMuch.Data.ValueKind);
    }
}
