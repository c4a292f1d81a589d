using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>The cache stays small whatever is sent, and keeps what is asked for.</summary>
public sealed class DocumentCacheTests
{
    [Fact]
    public void Cache_is_bounded_by_number()
    {
        var cache = new DocumentCache();

        for (var i = 0; i < 10_000; i++)
        {
            cache.Keep(cache.Get($"{{ a{i} }}"));
            Assert.True(cache.Count <= DocumentCache.MaxDocuments, $"It holds {cache.Count} documents.");
        }

        Assert.True(cache.Count >= DocumentCache.MaxDocuments / 2);
    }

    [Fact]
    public void Cache_is_bounded_by_bytes()
    {
        var cache = new DocumentCache();
        var fields = HostileDocuments.Many(400, i => $"a{i}: b(c: 1)");

        for (var i = 0; i < 500; i++)
        {
            cache.Keep(cache.Get($"{{ x{i} {fields} }}"));
            Assert.True(cache.Bytes <= DocumentCache.MaxBytes, $"It holds {cache.Bytes:N0} bytes.");
        }
    }

    [Fact]
    public void Document_that_is_asked_for_stays()
    {
        var cache = new DocumentCache();
        var hot = cache.Get("{ hot }");
        cache.Keep(hot);

        for (var i = 0; i < 3000; i++)
        {
            cache.Keep(cache.Get($"{{ a{i} }}"));
            Assert.Same(hot, cache.Get("{ hot }"));
        }
    }

    [Fact]
    public void Mutation_with_a_string_in_it_is_not_kept()
    {
        var cache = new DocumentCache();

        cache.Keep(cache.Get("mutation { a(b: \"secret\") }"));
        cache.Keep(cache.Get("mutation($b: String) { a(b: $b) }"));

        Assert.Equal(1, cache.Count);
    }

    [Fact]
    public async Task Operation_beside_one_that_ran_is_validated_too()
    {
        await using var app = await OrgGraphApp.StartAsync();
        var executor = app.Services.GetRequiredService<GraphExecutor>();
        GraphRequest Request(string operation) => new(
            "query Good { __typename } query Bad { secretDoor }", operation, GraphQL.Inputs.Empty, Kernel.Access.Caller.Anonymous, "trace", AllowMutation: true, AllowSubscription: true);

        var good = await executor.ExecuteAsync(Request("Good"), CancellationToken.None);
        var bad = await executor.ExecuteAsync(Request("Bad"), CancellationToken.None);

        Assert.Equal((GraphOutcome.Refused, GraphOutcome.Refused), (good.Outcome, bad.Outcome));
    }
}
