using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.AiProviders;

/// <summary>Secrets become old. The clock is moved, so there is a server of its own.</summary>
public sealed class AiProviderStalenessTests : OrgGraphTest
{
    private Team _team = null!;

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        _team = await Team.FoundAsync(App);
    }

    [Fact]
    public async Task Stale_after_six_calendar_months_as_an_event()
    {
        var id = await _team.ProviderAsync("Main");
        var cursor = (await _team.QueryAsync("cursor")).GetProperty("cursor").GetString();
        var due = OrgGraphApp.Start.AddMonths(6);

        await App.PassAsync(due - App.Clock.GetUtcNow() - TimeSpan.FromSeconds(2));
        var before = await StaleAsync(id);
        await App.PassAsync(TimeSpan.FromSeconds(2));
        var after = await StaleAsync(id);

        Assert.Equal((false, true), (before, after));
        Assert.Equal(["AiProviderBecameStale Main OrgGraph"], await HeardAsync(cursor));
        await App.PassAsync(TimeSpan.FromDays(1));
        Assert.Single(await HeardAsync(cursor));
    }

    [Fact]
    public async Task New_secret_begins_anew_and_other_changes_do_not()
    {
        var (replaced, renamed) = (await _team.ProviderAsync("Replaced"), await _team.ProviderAsync("Renamed", "custom"));
        var without = await _team.ProviderAsync("Without", "custom");
        await App.PassAsync(TimeSpan.FromDays(100));
        var owner = await App.SignInAsync(_team.Owner.Email);
        await SaveAsync(owner, new { organizationId = _team.Id, aiProviderId = replaced, type = "openai", secret = "new" });
        await SaveAsync(owner, new { organizationId = _team.Id, aiProviderId = renamed, type = "custom", name = "Other" });
        await SaveAsync(owner, new { organizationId = _team.Id, aiProviderId = without, type = "custom", removeSecret = true });
        var cursor = (await _team.QueryAsync(owner, "cursor")).GetProperty("cursor").GetString();

        await App.PassAsync(OrgGraphApp.Start.AddMonths(6).AddDays(1) - App.Clock.GetUtcNow());

        Assert.Equal((false, true, false), (await StaleAsync(replaced), await StaleAsync(renamed), await StaleAsync(without)));
        Assert.Equal(["AiProviderBecameStale Other OrgGraph"], await HeardAsync(cursor));
        await App.PassAsync(TimeSpan.FromDays(102));
        Assert.True(await StaleAsync(replaced));
        Assert.Equal(["AiProviderBecameStale Other OrgGraph", "AiProviderBecameStale Replaced OrgGraph"], await HeardAsync(cursor));
        owner = await App.SignInAsync(_team.Owner.Email);
        await SaveAsync(owner, new { organizationId = _team.Id, aiProviderId = replaced, type = "openai", secret = "newer" });
        Assert.False(await StaleAsync(replaced));
    }

    private static async Task SaveAsync(Client client, object input) => Assert.Empty((await client.MutateAsync("saveAiProvider", input)).Errors);

    private async Task<bool> StaleAsync(string id) =>
        (await Team.NodeAsync(await App.SignInAsync(_team.Owner.Email), id, "... on AiProvider { isStale }")).GetProperty("isStale").GetBoolean();

    private async Task<List<string>> HeardAsync(string? after)
    {
        var owner = await App.SignInAsync(_team.Owner.Email);
        await using var events = await owner.SubscribeAsync(
            "subscription($id: ID!, $after: String) { organizationEvents(organizationId: $id, after: $after) { __typename subjectName actorName } }", new { id = _team.Id, after });
        var marker = $"Marker {Team.NextNumber()}";
        await owner.MutateAsync("createProject", new { organizationId = _team.Id, name = marker });
        var heard = new List<string>();
        while (true)
        {
            var happened = await events.NextEventAsync();
            if (happened.GetProperty("subjectName").GetString() == marker)
            {
                return heard;
            }

            if (happened.Kind() == "AiProviderBecameStale")
            {
                heard.Add($"{happened.Kind()} {happened.GetProperty("subjectName").GetString()} {happened.GetProperty("actorName").GetString()}");
            }
        }
    }
}

public sealed class AiProviderLimitTests : OrgGraphTest
{
    protected override (string Key, string Value)[] Settings => [("OrgGraph:Limits:AiProviders", "1"), ("OrgGraph:Limits:CustomModels", "1")];

    [Fact]
    public async Task Refused_when_a_limit_is_reached_in_the_scope()
    {
        var team = await Team.FoundAsync(App);
        var project = await team.ProjectAsync("Bot");
        await team.ProviderAsync("First");
        await team.ProviderAsync("First", projectId: project);
        const string Limits = "limits: errors { ... on LimitReachedError { limit } }";
        object[] models = [new { name = "a", format = "OPENAI" }, new { name = "b", format = "OPENAI" }];

        var second = await team.Owner.Client.MutateAsync("saveAiProvider", new { organizationId = team.Id, type = "groq", secret = "s" }, Limits);
        var inProject = await team.Owner.Client.MutateAsync("saveAiProvider", new { organizationId = team.Id, projectId = project, type = "groq", secret = "s" }, Limits);
        var custom = await team.Owner.Client.MutateAsync("saveAiProvider", new { organizationId = team.Id, type = "openai", name = "First", customModels = models }, Limits);

        Assert.Equal(["LimitReachedError input"], second.Errors);
        Assert.Equal(["LimitReachedError input"], inProject.Errors);
        Assert.Equal(["LimitReachedError input.customModels"], custom.Errors);
        Assert.Equal(1, second["limits"][0].GetProperty("limit").GetInt32());
        Assert.Empty((await team.Owner.Client.MutateAsync("saveAiProvider", new { organizationId = team.Id, type = "openai", name = "First", customModels = models[..1] })).Errors);
    }
}
