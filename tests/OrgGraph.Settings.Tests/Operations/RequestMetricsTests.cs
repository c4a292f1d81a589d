using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>What operators see of requests and mutations.</summary>
public sealed class RequestMetricsTests : OrgGraphTest
{
    private const string Requests = "orggraph_graphql_request_duration_seconds_count";

    [Fact]
    public async Task Requests_are_counted_by_kind_and_code()
    {
        var olivia = await App.OliviaAsync();
        await olivia.QueryAsync("query Page($id: ID!) { organization(id: $id) { name } }", new { id = App.Acme });
        await olivia.QueryAsync("{ __typename }");
        await App.Anonymous.SendAsync("{ viewer { principal { id } } }");
        await olivia.SendAsync("{ nothing }");
        await olivia.SendAsync("{ nothing");
        await olivia.SendAsync("{ viewer { organizations(first: 100) { nodes { members(first: 100) { nodes { groups { members(first: 100) { nodes { id } } } } } } } } }");
        await olivia.SendAsync("query A { __typename }", null, ("Accept", "application/json"));
        await using var events = await olivia.SubscribeAsync("subscription($id: ID!) { organizationEvents(organizationId: $id) { __typename } }", new { id = App.Acme });

        var scrape = await Scrape.OfAsync(App);

        Assert.Equal(3, scrape[Requests + "{graphql_operation_type=\"query\"}"]);
        Assert.Equal(1, scrape[Requests + "{graphql_operation_type=\"query\",error_type=\"AUTH_NOT_AUTHENTICATED\"}"]);
        Assert.Equal(1, scrape[Requests + "{graphql_operation_type=\"query\",error_type=\"BAD_USER_INPUT\"}"]);
        Assert.Equal(1, scrape[Requests + "{graphql_operation_type=\"none\",error_type=\"BAD_USER_INPUT\"}"]);
        Assert.Equal(1, scrape[Requests + "{graphql_operation_type=\"query\",error_type=\"COST_EXCEEDED\"}"]);
        Assert.Equal(1, scrape[Requests + "{graphql_operation_type=\"subscription\"}"]);
        Assert.Equal(["cost 1", "guard 1", "validation 1"], ((string[])["cost", "guard", "introspection", "method", "rate_limit", "validation"])
            .Select(reason => $"{reason} {scrape[$"orggraph_graphql_refusals_total{{orggraph_refusal_reason=\"{reason}\"}}"]}").Where(text => !text.EndsWith(" 0", StringComparison.Ordinal)));
        Assert.True(scrape["orggraph_document_cache_documents"] >= 3);
    }

    [Fact]
    public async Task Mutations_are_counted_by_name_and_outcome()
    {
        var (olivia, vera) = (await App.OliviaAsync(), await App.VeraAsync());
        var input = new { organizationId = App.Acme, name = "Counted" };
        await olivia.MutateAsync("createProject", input);
        await olivia.MutateAsync("createProject", input);
        await olivia.SendAsync(
            "mutation($a: CreateProjectInput!, $b: CreateProjectInput!) { one: createProject(input: $a) { version } two: createProject(input: $b) { version } __typename }",
            new { a = new { organizationId = App.Acme, name = "Another" }, b = new { organizationId = App.Acme, name = "" } });
        await vera.SendMutationAsync("createProject", input);
        await App.Anonymous.SendMutationAsync("createProject", input);
        await olivia.MakeKeyAsync();

        var scrape = await Scrape.OfAsync(App);

        Assert.Equal(2, Mutations(scrape, "createProject", "accepted"));
        Assert.Equal(1, Mutations(scrape, "createProject", "refused", "CONFLICT"));
        Assert.Equal(1, Mutations(scrape, "createProject", "refused", "VALIDATION"));
        Assert.Equal(1, Mutations(scrape, "createProject", "denied", "AUTH_NOT_AUTHORIZED"));
        Assert.Equal(1, Mutations(scrape, "createProject", "denied", "AUTH_NOT_AUTHENTICATED"));
        Assert.Equal(1, Mutations(scrape, "createApiKey", "accepted"));
        Assert.Equal(6, scrape.Series.Count(series => series.StartsWith("orggraph_mutations_total", StringComparison.Ordinal)));
        Assert.Equal(6, scrape[Requests + "{graphql_operation_type=\"mutation\"}"] + scrape[Requests + "{graphql_operation_type=\"mutation\",error_type=\"AUTH_NOT_AUTHORIZED\"}"]
            + scrape[Requests + "{graphql_operation_type=\"mutation\",error_type=\"AUTH_NOT_AUTHENTICATED\"}"]);
    }

    [Fact]
    public async Task What_is_turned_away_at_the_door_is_counted_by_reason()
    {
        await App.With("nonsense").SendAsync("{ __typename }");
        await App.Anonymous.SendAsync("{ __typename }", null, ("Origin", "https://evil.test"));
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/health/live") { Headers = { Host = "evil.test" } };
        using var refused = await App.Http.SendAsync(foreign);

        var scrape = await Scrape.OfAsync(App);

        Assert.Equal(1, scrape["orggraph_server_refusals_total{orggraph_refusal_reason=\"credential\"}"]);
        Assert.Equal(1, scrape["orggraph_server_refusals_total{orggraph_refusal_reason=\"host\"}"]);
        Assert.Equal(1, scrape["orggraph_transport_refusals_total{error_type=\"AUTH_NOT_AUTHENTICATED\",http_response_status_code=\"401\"}"]);
        Assert.Equal(1, scrape["orggraph_transport_refusals_total{error_type=\"BAD_USER_INPUT\",http_response_status_code=\"403\"}"]);
        Assert.Equal(0, scrape["orggraph_server_executing"] + scrape["orggraph_server_waiting"]);
        Assert.True(scrape.Series.Any(series => series.StartsWith("kestrel_active_connections", StringComparison.Ordinal)), "The web server's own are missing.");
        Assert.True(scrape.Series.Any(series => series.StartsWith("dotnet_gc_collections_total", StringComparison.Ordinal)), "The runtime's own are missing.");
    }

    [Fact]
    public async Task Rate_limited_requests_are_counted()
    {
        await using var app = await OrgGraphApp.StartAsync([("OrgGraph:RateLimiting", "true")]);
        var refused = 0;
        while (refused < 3)
        {
            refused += (await app.Anonymous.SendAsync("{ __typename }")).Codes is ["RATE_LIMITED"] ? 1 : 0;
        }

        var scrape = await Scrape.OfAsync(app);

        Assert.Equal(3, scrape["orggraph_graphql_refusals_total{orggraph_refusal_reason=\"rate_limit\"}"]);
        Assert.Equal(3, scrape[Requests + "{graphql_operation_type=\"query\",error_type=\"RATE_LIMITED\"}"]);
    }

    private static double Mutations(Scrape scrape, string name, string outcome, string? error = null) => scrape[
        $"orggraph_mutations_total{{orggraph_mutation_name=\"{name}\",orggraph_mutation_outcome=\"{outcome}\"{(error is null ? "" : $",error_type=\"{error}\"")}}}"];
}
