using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>Another process holds the database's write lock: writers are told to come back within 3 s, and reads go on.</summary>
[Trait("Category", "Long"), Trait("Category", "Sqlite"), Collection(CrashTests.Name)]
public sealed class LockedTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Writers_are_told_within_3_seconds_and_reads_go_on()
    {
        using var place = new CrashPlace();
        await using var server = await place.StartAsync();
        var token = await server.SignInAsync("olivia@acme.test");
        var acme = await server.AcmeAsync(token);
        await CrashPlace.ShownAsync(server);
        var waits = new ConcurrentQueue<TimeSpan>();
        var name = 0;

        await using (var other = CrashPlace.Open(place.DatabaseFile))
        {
            await using var held = other.BeginTransaction(deferred: false);
            var began = Stopwatch.StartNew();
            // Longer than copies may go unconfirmed, and than one writer waits: some come while others wait already.
            var writers = Enumerable.Range(0, 8).Select(async writer =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250 * writer));
                while (began.Elapsed < TimeSpan.FromSeconds(10))
                {
                    var watch = Stopwatch.StartNew();
                    using var answer = await server.Http.SendAsync(server.Request(
                        token, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"Locked out {Interlocked.Increment(ref name)}\"}}) {{ version }} }}"));
                    waits.Enqueue(watch.Elapsed);
                    Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                    Assert.NotNull(answer.Headers.RetryAfter);
                }
            }).ToList();
            var all = Task.WhenAll(writers);
            while (!all.IsCompleted)
            {
                Assert.DoesNotContain("Locked out", await CrashPlace.ShownAsync(server), StringComparison.Ordinal);
            }

            await all;
        }

        Assert.DoesNotContain("Locked out", await CrashPlace.ShownAsync(server), StringComparison.Ordinal);
        var free = await server.SendAsync(token, $"mutation {{ createProject(input: {{organizationId: \"{acme}\", name: \"Let in\"}}) {{ version }} }}");
        Assert.True(free.GetProperty("data").GetProperty("createProject").GetProperty("version").GetInt32() > 0);
        await place.CheckAsync([]);
        output.WriteLine($"{waits.Count} writers told, the slowest after {waits.Max().TotalSeconds:0.0} s.");
        Assert.All(waits, wait => Assert.InRange(wait, TimeSpan.Zero, Longest));
    }
}
