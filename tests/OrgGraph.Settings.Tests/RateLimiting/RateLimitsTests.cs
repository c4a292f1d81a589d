using System.Diagnostics;
using System.Net;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;
using OrgGraph.Server.RateLimiting;
using OrgGraph.Settings.Kernel.Access;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.RateLimiting;

/// <summary>Each limit at its size and one past it. Permits come back as time passes, so the time that a test took is counted in.</summary>
public sealed class RateLimitsTests
{
    [Theory]
    [InlineData(false, RateLimits.Queries, 100)]
    [InlineData(true, RateLimits.Mutations, 10)]
    public void Credential_may_send_so_many_at_once(bool isMutation, int size, int aSecond)
    {
        var limits = new RateLimits();
        var (caller, other) = (Person(1), Person(2));

        AssertBurst(size, aSecond, () => limits.Of(caller, From("10.0.0.1")).Admit(isMutation)?.RetryAfterSeconds);

        AssertShared(() => limits.Of(caller, From("10.0.0.1")).Admit(isMutation) is null, () => limits.Of(caller, From("10.0.0.2")).Admit(isMutation) is null);
        Assert.Null(limits.Of(caller, From("10.0.0.1")).Admit(!isMutation));
        Assert.Null(limits.Of(other, From("10.0.0.1")).Admit(isMutation));
        Assert.Null(limits.Of(Key(caller, 3), From("10.0.0.1")).Admit(isMutation));
    }

    [Fact]
    public void Address_without_credential_may_send_40_at_once()
    {
        var limits = new RateLimits();

        AssertBurst(RateLimits.Anonymous, 20, () => limits.Of(Caller.Anonymous, From("2001:db8:1:2::1")).Admit(isMutation: false)?.RetryAfterSeconds);

        AssertShared(
            () => limits.Of(Caller.Anonymous, From("2001:db8:1:2::1")).Admit(isMutation: false) is null, () => limits.Of(Caller.Anonymous, From("2001:db8:1:2:ffff::9")).Admit(isMutation: false) is null);
        Assert.Null(limits.Of(Caller.Anonymous, From("2001:db8:1:3::1")).Admit(isMutation: false));
        Assert.Null(limits.Of(Caller.Anonymous, From("192.0.2.1")).Admit(isMutation: false));
        Assert.Null(limits.Of(Person(1), From("2001:db8:1:2::1")).Admit(isMutation: false));
    }

    [Fact]
    public void Address_as_IPv4_within_IPv6_is_the_same()
    {
        var limits = new RateLimits();

        AssertShared(
            () => limits.Of(Caller.Anonymous, From("192.0.2.1")).Admit(isMutation: false) is null, () => limits.Of(Caller.Anonymous, From("::ffff:192.0.2.1")).Admit(isMutation: false) is null);
        Assert.Null(limits.Of(Caller.Anonymous, From("::ffff:192.0.2.2")).Admit(isMutation: false));
    }

    [Fact]
    public void Address_may_fail_20_times_a_minute()
    {
        var limits = new RateLimits();

        AssertBurst(RateLimits.Refused, 1 / 3.0, () => limits.RefuseCredential(From("192.0.2.1")) is { } wait ? (int)Math.Ceiling(wait.TotalSeconds) : null);
        AssertBurst(RateLimits.Refused, 1 / 3.0, () => limits.Of(Caller.Anonymous, From("192.0.2.1")).UnknownToken()?.RetryAfterSeconds);

        Assert.Null(limits.RefuseCredential(From("192.0.2.2")));
        Assert.Null(limits.Of(Caller.Anonymous, From("192.0.2.2")).UnknownToken());
        Assert.Null(limits.Of(Caller.Anonymous, From("192.0.2.1")).Admit(isMutation: false));
    }

    [Fact]
    public void Credential_has_16_in_flight()
    {
        var limits = new RateLimits();
        RateLimitLease Enter(Caller caller) => limits.Of(caller, From("10.0.0.1")).Enter()!;
        var first = Enumerable.Range(0, RateLimits.InFlight).Select(_ => Enter(Person(1))).ToArray();

        using var past = Enter(Person(1));
        using var other = Enter(Person(2));
        first[0].Dispose();
        using var next = Enter(Person(1));

        Assert.All(first, lease => Assert.True(lease.IsAcquired));
        Assert.Equal((false, true, true), (past.IsAcquired, other.IsAcquired, next.IsAcquired));
        Assert.Null(limits.Of(Caller.Anonymous, From("10.0.0.1")).Enter());
    }

    [Fact]
    public async Task Permits_come_back()
    {
        var limits = new RateLimits();
        while (limits.Of(Caller.Anonymous, From("192.0.2.1")).Admit(isMutation: false) is null)
        {
        }

        await Eventually.TrueAsync(() => limits.Of(Caller.Anonymous, From("192.0.2.1")).Admit(isMutation: false) is null);
    }

    [Fact]
    public async Task Node_executes_64_and_lets_256_wait()
    {
        using var node = new NodeLimit();
        var executing = new List<RateLimitLease>();
        for (var i = 0; i < NodeLimit.Executing; i++)
        {
            executing.Add(await node.EnterAsync(CancellationToken.None));
        }

        var waiting = Enumerable.Range(0, NodeLimit.Waiting).Select(_ => node.EnterAsync(CancellationToken.None).AsTask()).ToArray();
        using var past = await node.EnterAsync(CancellationToken.None);

        Assert.All(executing, lease => Assert.True(lease.IsAcquired));
        Assert.DoesNotContain(waiting, task => task.IsCompleted);
        Assert.False(past.IsAcquired);
        executing[0].Dispose();
        using var turn = await waiting[0];
        Assert.True(turn.IsAcquired);
        Assert.False(waiting[1].IsCompleted);
    }

    [Fact]
    public void Table_is_bounded_and_keeps_who_is_there()
    {
        var table = new LimiterTable<int>(100, () => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = 1, QueueLimit = 0 }));
        using var held = table.Take(-1);

        for (var i = 0; i < 10_000; i++)
        {
            using var lease = table.Take(i);
            using var again = table.Take(-1);
            Assert.Equal((true, false), (lease.IsAcquired, again.IsAcquired));
            Assert.True(table.Count <= 100);
        }
    }

    private static void AssertBurst(int size, double aSecond, Func<int?> take)
    {
        var began = Stopwatch.GetTimestamp();
        var accepted = 0;
        int? wait;
        while ((wait = take()) is null)
        {
            accepted++;
        }

        Assert.InRange(accepted, size, size + (int)Math.Ceiling(Stopwatch.GetElapsedTime(began).TotalSeconds * aSecond) + 1);
        Assert.True(wait >= 1);
    }

    // A permit may come back between the two: then it is tried again.
    private static void AssertShared(Func<bool> take, Func<bool> takeAsOther)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            while (take())
            {
            }

            if (!takeAsOther())
            {
                return;
            }
        }

        Assert.Fail("The other has permits of its own.");
    }

    private static DefaultHttpContext From(string address)
    {
        var context = new DefaultHttpContext();
        context.Connection.RemoteIpAddress = IPAddress.Parse(address);
        return context;
    }

    private static Caller Person(byte number) => Caller.Session(
        new Person(new Guid(number, 0, 0, new byte[8]), "Somebody", "somebody@example.test", null, null, null, null, OrgGraphApp.Start), OrgGraphApp.Start);

    private static Caller Key(Caller person, byte number) => Caller.ApiKey(person.Person!, Guid.Empty, new Guid(number, 0, 0, new byte[8]), "sk-...", null);
}
