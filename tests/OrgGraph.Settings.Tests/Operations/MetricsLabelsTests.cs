using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>Whatever is sent, the number of series stays, and none of it is in a label.</summary>
public sealed class MetricsLabelsTests : OrgGraphTest
{
    private static readonly string[] Known =
    [
        "error_type", "graphql_operation_type", "http_response_status_code", "le", "orggraph_mutation_name", "orggraph_mutation_outcome", "orggraph_refusal_reason", "orggraph_snapshot_read",
        "orggraph_transport_close_reason", "orggraph_transport_protocol", "orggraph_work_kind", "orggraph_work_outcome", "orggraph_writer_retry_reason",
    ];

    [Fact]
    public async Task Series_do_not_grow_with_what_is_sent()
    {
        await RoundAsync("alpha");
        var first = await Scrape.UntilAsync(App, "orggraph_subscriptions", 0);
        await RoundAsync("omega");
        var second = await Scrape.UntilAsync(App, "orggraph_subscriptions", 0);

        Assert.Equal(Own(first), Own(second));
        Assert.Subset(Known.ToHashSet(), second.Labels.Select(label => label.Name).ToHashSet());
        foreach (var sent in new[] { "alpha", "omega", App.Acme, "olivia", "Acme", (await App.OliviaAsync()).Credential! })
        {
            Assert.DoesNotContain(sent, second.Text, StringComparison.OrdinalIgnoreCase);
        }
    }

    private static IEnumerable<string> Own(Scrape scrape) => scrape.Series.Where(series => series.StartsWith("orggraph_", StringComparison.Ordinal)).Order(StringComparer.Ordinal);

    private async Task RoundAsync(string word)
    {
        var olivia = await App.OliviaAsync();
        var (_, key) = await olivia.MakeKeyAsync($"Key {word}");
        await key.QueryAsync($"query {word} {{ {word}: __typename }}");
        await olivia.SendAsync($"query {word} {{ {word} }}");
        await olivia.SendAsync($"{{ {word}");
        await olivia.SendAsync($"mutation {word} {{ {word}(input: {{}}) {{ version }} }}");
        await olivia.SendAsync($"mutation {word} {{ {word}: createProject(input: {{ organizationId: \"{word}\", name: \"{word}\" }}) {{ version }} }}");
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = $"Project {word}" });
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = $"Project {word}" });
        await App.With($"sk-{word}").SendAsync("{ __typename }", null, ("User-Agent", word), ("OrgGraph-Min-Version", word));
        await App.Anonymous.SendAsync("{ __typename }", null, ("Origin", $"https://{word}.test"));
        using var lost = await App.Http.GetAsync($"/{word}?{word}={word}");
        using var strange = new HttpRequestMessage(new HttpMethod(word.ToUpperInvariant()), "/graphql");
        using var refused = await App.Http.SendAsync(strange);
        await olivia.InviteAsync($"{word}@labels.test");
        await App.DoDueWorkAsync();
        await using var events = await olivia.SubscribeAsync($"subscription {word}($id: ID!) {{ organizationEvents(organizationId: $id) {{ __typename }} }}", new { id = App.Acme });
        await olivia.MutateAsync("createProject", new { organizationId = App.Acme, name = $"Watched {word}" });
        await events.NextEventAsync("ProjectCreated");
    }
}
