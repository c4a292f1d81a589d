using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>What an attacker can make the server do with one small request.</summary>
public sealed class HostileDocumentsTests(SharedOrgGraph shared, ITestOutputHelper output) : IClassFixture<SharedOrgGraph>
{
    // 100 ms on the machine that the bound is meant for; the slower and shared ones that tests run on get three times that.
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(300);

    private readonly GraphExecutor _executor = shared.App.Services.GetRequiredService<GraphExecutor>();

    public static TheoryData<string> Names => [.. HostileDocuments.Refused.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Document_is_refused_within_100_ms_of_processor_time(string name)
    {
        var (query, variables, code) = HostileDocuments.Refused[name];
        var answer = default(GraphAnswer)!;

        var taken = ProcessorTime.Least(5, () => answer = Execute(query, variables));

        output.WriteLine($"{name}: {query.Length:N0} characters, {taken.TotalMilliseconds:N2} ms; {Message(answer)[..Math.Min(160, Message(answer).Length)]}");
        Assert.Equal(GraphOutcome.Refused, answer.Outcome);
        Assert.Equal([code], Codes(answer).Distinct());
        Assert.True(taken < Most, $"It took {taken.TotalMilliseconds:N0} ms of processor time.");
    }

    [Fact]
    public void Cheap_run_of_a_document_does_not_let_a_costly_one_pass()
    {
        const string Query = "query($n: Int) { viewer { organizations(first: $n) { nodes { members(first: $n) { nodes { groups { members(first: $n) { nodes { id } } } } } } } } }";

        var costly = Execute(Query, Variables(("n", 100)));
        var cheap = Execute(Query, Variables(("n", 1)));
        var costlyAgain = Execute(Query, Variables(("n", 100)));
        var standard = Execute(Query, Variables());

        Assert.Equal(["COST_EXCEEDED"], Codes(costly));
        Assert.Equal(GraphOutcome.Executed, cheap.Outcome);
        Assert.Equal(["COST_EXCEEDED"], Codes(costlyAgain));
        Assert.Equal(["COST_EXCEEDED"], Codes(standard));
    }

    internal GraphAnswer Execute(string query, GraphQL.Inputs variables, bool suggestNames = false) => _executor.ExecuteAsync(
        new GraphRequest(query, null, variables, Somebody, "trace", AllowMutation: true, AllowSubscription: true, SuggestNames: suggestNames), CancellationToken.None).AsTask().GetAwaiter().GetResult();

    private static GraphQL.Inputs Variables(params (string Name, object? Value)[] variables) => new(variables.ToDictionary(one => one.Name, one => one.Value));

    private static Caller Somebody => Caller.Session(
        new Person(new Guid("00000000-0000-0000-0000-0000000000ff"), "Mallory", "mallory@outside.test", "mallory@outside.test", null, null, null, OrgGraphApp.Start), OrgGraphApp.Start.AddYears(1));

    private static IEnumerable<string?> Codes(GraphAnswer answer) => Errors(answer).Select(error => error.GetProperty("extensions").GetProperty("code").GetString());

    private static string Message(GraphAnswer answer) => Errors(answer).FirstOrDefault() is { ValueKind: JsonValueKind.Object } error ? error.GetProperty("message").GetString()! : "";

    private static IEnumerable<JsonElement> Errors(GraphAnswer answer) =>
        JsonDocument.Parse(answer.Json).RootElement.TryGetProperty("errors", out var errors) ? errors.EnumerateArray() : [];
}
