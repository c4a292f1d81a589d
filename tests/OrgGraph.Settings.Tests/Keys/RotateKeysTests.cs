using System.Diagnostics;
using OrgGraph.Settings.Tests.Crashes;
using OrgGraph.Settings.Tests.Http;
using OrgGraph.Settings.Tests.Testing;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Keys;

/// <summary>`keys rotate` beside a server that is read and written all the time, each a process of its own.</summary>
[Collection(CrashTests.Name)]
public sealed class RotateKeysTests(ITestOutputHelper output)
{
    private const int Variables = 900;
    private const int Kills = 50;

    private static readonly (string, string)[] Environment = [("ASPNETCORE_ENVIRONMENT", "Development"), ("OrgGraph__Limits__EnvironmentVariables", "0")];

    [Fact]
    public async Task Every_secret_reads_all_along_when_a_rotation_is_killed_midway_and_run_again()
    {
        using var place = new CrashPlace();
        await using var server = await place.StartAsync();
        var load = await SecretLoad.StartAsync(server, Variables);
        var old = Assert.Single(SecretLoad.KeysOf(place));
        var peppers = Directory.GetFiles(Path.Combine(place.Data, "keys"), "pepper-*");
        using var stop = new CancellationTokenSource();
        var running = load.RunAsync(stop.Token);

        var reached = await KillAsync(place, () => SecretLoad.KeysOf(place).Count > 1);
        var midway = SecretLoad.KeysOf(place);
        var (exit, said, error) = await place.Place.RunAsync("keys rotate", Environment);
        await stop.CancelAsync();
        await running;

        Assert.Equal((0, ""), (exit, error));
        Assert.True(reached, "The rotation ended before it could be killed.");
        var now = Assert.Single(SecretLoad.KeysOf(place));
        Assert.StartsWith("kek-2-", now, StringComparison.Ordinal);
        Assert.Contains(now, midway);
        Assert.Contains($"every stored secret is under {now}", said, StringComparison.Ordinal);
        SecretLoad.Check(await load.ResolveAsync(), Variables);
        Assert.True(load.Read > 0 && load.Written > 0);
        output.WriteLine($"{load.Read} whole reads of {Variables} secrets and {load.Written} writes meanwhile, none wrong; killed when under {string.Join(" and ", midway)}.");

        // Old tokens and the audit chain need the pepper, and old backups the old key: both are there.
        Assert.Equal(peppers, Directory.GetFiles(Path.Combine(place.Data, "keys"), "pepper-*"));
        Assert.True(File.Exists(Path.Combine(place.Data, "keys", old + ".key")));
        Assert.Equal(0, (await place.Place.RunAsync("audit verify", Environment)).Exit);
        await using var again = await place.StartAsync();
        SecretLoad.Check(await load.ResolveAsync(again), Variables);
    }

    [Fact, Trait("Category", "Long")]
    public async Task Every_secret_reads_after_fifty_kills()
    {
        var seed = CrashPlace.Seed(output);
        var random = new Random(seed);
        using var place = new CrashPlace();
        await using var server = await place.StartAsync();
        var load = await SecretLoad.StartAsync(server, Variables);
        using var stop = new CancellationTokenSource();
        var running = load.RunAsync(stop.Token);
        var between = 0;
        for (var kill = 0; kill < Kills; kill++)
        {
            // From before it has opened the ring to the pause at its end.
            var patience = TimeSpan.FromMilliseconds(random.Next(300, 6000));
            var begun = Stopwatch.StartNew();
            await KillAsync(place, () => begun.Elapsed > patience);
            between += SecretLoad.KeysOf(place).Count > 1 ? 1 : 0;
            Assert.Empty(await ProblemsAsync(server));
            SecretLoad.Check(await load.ResolveAsync(), Variables);
        }

        var (exit, said, _) = await place.Place.RunAsync("keys rotate", Environment);
        await stop.CancelAsync();
        await running;

        Assert.Equal(0, exit);
        var now = Assert.Single(SecretLoad.KeysOf(place));
        Assert.Contains(now, said, StringComparison.Ordinal);
        SecretLoad.Check(await load.ResolveAsync(), Variables);
        await using var again = await place.StartAsync();
        SecretLoad.Check(await load.ResolveAsync(again), Variables);
        output.WriteLine($"{Kills} kills, {between} of them between two keys, up to {now}; {load.Read} whole reads and {load.Written} writes meanwhile, none wrong.");
    }

    [Fact]
    public async Task Keys_from_the_environment_are_rotated_by_giving_another_one()
    {
        using var place = new CrashPlace();
        (string, string)[] first = [("OrgGraph__Secrets__KeyRing__KEK_1", NewKey()), ("OrgGraph__Secrets__KeyRing__PEPPER_1", NewKey())];
        (string, string)[] both = [.. first, ("OrgGraph__Secrets__KeyRing__KEK_2", NewKey())];
        SecretLoad load;
        await using (var server = await place.StartAsync(first))
        {
            load = await SecretLoad.StartAsync(server, 3);
            Assert.Equal(["kek-1"], SecretLoad.KeysOf(place));
        }

        var idle = await place.Place.RunAsync("keys rotate", [.. Environment, .. first]);
        Assert.Equal((0, true), (idle.Exit, idle.Output.Contains("Every stored secret is under kek-1 already. The keys are given by configuration", StringComparison.Ordinal)));
        var rotated = await place.Place.RunAsync("keys rotate", [.. Environment, .. both]);
        Assert.Equal((0, ""), (rotated.Exit, rotated.Error));
        Assert.Equal(["kek-2"], SecretLoad.KeysOf(place));
        Assert.False(Directory.Exists(Path.Combine(place.Data, "keys")));

        await using (var server = await place.StartAsync(both[1..]))
        {
            SecretLoad.Check(await load.ResolveAsync(server), 3);
        }

        // With the old one alone nothing opens, and everything says so.
        var without = await place.Place.RunAsync("keys rotate", [.. Environment, .. first]);
        Assert.Equal(1, without.Exit);
        Assert.Contains("'kek-2' is not in the key ring. The secret is whole.", without.Error, StringComparison.Ordinal);
        Assert.Equal(["kek-2"], SecretLoad.KeysOf(place));
    }

    [Fact]
    public async Task All_goes_from_the_ring_to_a_key_service_to_another_key_and_back()
    {
        await using var kms = new PlayedKms();
        using var place = new CrashPlace();
        (string, string) url = ("OrgGraph__Secrets__AwsKms__ServiceUrl", kms.Address);
        SecretLoad load;
        await using (var server = await place.StartAsync())
        {
            load = await SecretLoad.StartAsync(server, 40);
        }

        foreach (var (settings, key) in new[]
        {
            (new[] { url, ("OrgGraph__Secrets__AwsKms__KeyArn", PlayedKms.Arn) }, "aws-kms:" + PlayedKms.Arn),
            ([url, ("OrgGraph__Secrets__AwsKms__KeyArn", PlayedKms.Other), ("OrgGraph__Secrets__AwsKms__FormerKeyArns__0", PlayedKms.Arn)], "aws-kms:" + PlayedKms.Other),
            ([url, ("OrgGraph__Secrets__AwsKms__FormerKeyArns__0", PlayedKms.Other)], "kek-1-"),
        })
        {
            var (exit, said, error) = await place.Place.RunAsync("keys rotate", [.. Environment, .. settings]);
            Assert.Equal((0, ""), (exit, error));
            Assert.StartsWith(key, Assert.Single(SecretLoad.KeysOf(place)), StringComparison.Ordinal);
            Assert.Contains("No new key was made", said, StringComparison.Ordinal);
        }

        await using var last = await place.StartAsync();
        SecretLoad.Check(await load.ResolveAsync(last), 40);

        kms.Refuse(400, "AccessDeniedException");
        var refused = await place.Place.RunAsync("keys rotate", [.. Environment, url, ("OrgGraph__Secrets__AwsKms__KeyArn", PlayedKms.Arn)]);
        Assert.Equal(1, refused.Exit);
        Assert.Contains("AWS KMS refuses the key " + PlayedKms.Arn + ": AccessDeniedException", refused.Error, StringComparison.Ordinal);
        Assert.StartsWith("kek-1-", Assert.Single(SecretLoad.KeysOf(place)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("which ring is meant?", "OrgGraph__Secrets__KeyRing", "/keys", "OrgGraph__Secrets__KeyRing__KEK_1", "x")]
    [InlineData("is not 32 random bytes in base64", "OrgGraph__Secrets__KeyRing__KEK_1", "short", "OrgGraph__Secrets__KeyRing__PEPPER_1", "short")]
    [InlineData("'HAMMER_1' is no new name of a key", "OrgGraph__Secrets__KeyRing__HAMMER_1", "AAAA", "nothing", "")]
    [InlineData("is no ARN of a key", "OrgGraph__Secrets__AwsKms__KeyArn", "arn:aws:kms:eu-central-1:123456789012:alias/orggraph", "nothing", "")]
    [InlineData("is no https address", "OrgGraph__Secrets__AwsKms__ServiceUrl", "http://kms.acme.test", "nothing", "")]
    public async Task Refused_when_the_keys_are_none(string message, string key, string value, string other, string otherValue)
    {
        using var place = new CrashPlace();

        var (exit, _, error) = await place.Place.RunAsync("", [.. Environment, ("ASPNETCORE_URLS", "http://127.0.0.1:0"), (key, value), (other, otherValue)]);

        Assert.Equal(1, exit);
        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("short", error, StringComparison.Ordinal);
    }

    // Whether it was still running then.
    private static async Task<bool> KillAsync(CrashPlace place, Func<bool> when)
    {
        using var rotating = place.Place.Start("keys rotate", Environment);
        await Eventually.TrueAsync(() => Task.FromResult(rotating.HasExited || when()), TimeSpan.FromMinutes(1), "the moment to kill the rotation");
        var isRunning = !rotating.HasExited;
        rotating.Kill();
        await rotating.WaitForExitAsync();
        return isRunning;
    }

    private static async Task<string> ProblemsAsync(RunningServer server)
    {
        using var answer = await server.Http.GetAsync("/health/ready");
        return answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync();
    }

    private static string NewKey() => Convert.ToBase64String(System.Security.Cryptography.RandomNumberGenerator.GetBytes(32));
}
