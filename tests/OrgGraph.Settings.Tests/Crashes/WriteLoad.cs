using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using OrgGraph.Settings.Tests.Http;

namespace OrgGraph.Settings.Tests.Crashes;

/// <summary>A mutation whose answer came.</summary>
/// <param name="Kind">Of its event.</param>
/// <param name="Subject">The event's subject; unique.</param>
/// <param name="At">When, on the monotonic clock.</param>
internal sealed record Acknowledged(string Kind, string Subject, int Version, long At);

/// <summary>Writers on many connections, and what they were told.</summary>
internal sealed class WriteLoad(int seed, int writers = 16)
{
    private readonly ConcurrentQueue<(string Name, string Id)> _keys = [];
    private int _names;
    private int _rounds;
    private int _lost;
    private int _refused;
    private int _goal;

    /// <summary>How many more than asked for may be acknowledged: else a fast machine makes more while a test looks at what there is than it can ever look at.</summary>
    public int MostUnasked { get; init; } = int.MaxValue;

    public ConcurrentQueue<Acknowledged> Acknowledged { get; } = [];

    /// <summary>Answers that nobody should get: neither done, nor a clear "not now".</summary>
    public ConcurrentQueue<string> Wrong { get; } = [];

    /// <summary>Requests without an answer: what they wanted is done whole or not at all.</summary>
    public int Lost => _lost;

    /// <summary>503.</summary>
    public int Refused => _refused;

    /// <summary>Whether a credential that has expired is answered by signing in anew.</summary>
    public bool ExpectsExpiry { get; init; }

    /// <summary>Writes until the server is gone or told to stop.</summary>
    public async Task RunAsync(RunningServer server, CancellationToken stop = default)
    {
        if (await TargetAsync(server) is not { } place)
        {
            return;
        }

        var round = Interlocked.Increment(ref _rounds);
        await Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(() => WriteAsync(place, new Random(HashCode.Combine(seed, round, writer)), stop))));
    }

    // Null: the server is gone already.
    private static async Task<Target?> TargetAsync(RunningServer server)
    {
        try
        {
            var token = await server.SignInAsync("olivia@acme.test");
            var page = (await server.SendAsync(token, "{ organization(name: \"Acme\") { id permissionGroups(where: {search: \"Viewers\"}) { nodes { id } } } }")).GetProperty("data").GetProperty("organization");
            return new Target(server, page.GetProperty("id").GetString()!, page.GetProperty("permissionGroups").GetProperty("nodes")[0].GetProperty("id").GetString()!) { Token = token };
        }
        catch (Exception e) when (IsGone(e))
        {
            return null;
        }
    }

    /// <summary>Waits until so many more are acknowledged.</summary>
    public Task ReachAsync(int more) => MoreAsync(more, () => Acknowledged.Count, "acknowledged");

    /// <summary>Waits until so many more are refused with 503.</summary>
    public Task RefusedAsync(int more) => MoreAsync(more, () => Refused, "refused");

    private async Task MoreAsync(int more, Func<int> count, string what)
    {
        var goal = count() + more;
        Volatile.Write(ref _goal, Acknowledged.Count + more);
        await Testing.Eventually.TrueAsync(() => Task.FromResult(count() >= goal), TimeSpan.FromMinutes(2), $"{more} more {what}; wrong so far: {string.Join("; ", Wrong.Take(3))}");
    }

    private async Task WriteAsync(Target target, Random random, CancellationToken stop)
    {
        while (await MayGoOnAsync(target, stop) && await WriteOneAsync(target, Next(target, random)))
        {
        }
    }

    // Waits while there is enough; false: it is told to stop, or the server is gone.
    private async Task<bool> MayGoOnAsync(Target target, CancellationToken stop)
    {
        bool IsOver() => stop.IsCancellationRequested || target.Server.HasExited;
        if (Acknowledged.Count - Volatile.Read(ref _goal) >= MostUnasked)
        {
            await Testing.Eventually.TrueAsync(
                () => Task.FromResult(IsOver() || Acknowledged.Count - Volatile.Read(ref _goal) < MostUnasked), TimeSpan.FromMinutes(10), "more was asked for");
        }

        return !IsOver();
    }

    private Wanted Next(Target target, Random random)
    {
        var number = Interlocked.Increment(ref _names);
        var name = $"Load {number}";
        return random.Next(7) switch
        {
            0 or 1 => new("createApiKey", $"organizationId: \"{target.Organization}\", name: \"{name}\"", "apiKey { id }", "apiKey.created", name),
            2 => new("createEnvironment", $"organizationId: \"{target.Organization}\", name: \"{name}\"", "environment { id }", "environment.created", name),
            3 => new("createPermissionGroup", $"organizationId: \"{target.Organization}\", name: \"{name}\"", "permissionGroup { id }", "permissionGroup.created", name),
            4 => new("inviteMembers", $"organizationId: \"{target.Organization}\", emails: [\"load-{number}@acme.test\"], groupIds: [\"{target.Group}\"]", "results { outcome }", "invitation.created", $"load-{number}@acme.test"),
            5 when _keys.TryDequeue(out var key) => new("revokeApiKey", $"apiKeyId: \"{key.Id}\"", "apiKey { id }", "apiKey.revoked", key.Name),
            _ => new("createProject", $"organizationId: \"{target.Organization}\", name: \"{name}\"", "project { id }", "project.created", name),
        };
    }

    // False: the server is gone.
    private async Task<bool> WriteOneAsync(Target target, Wanted wanted)
    {
        try
        {
            using var request = target.Server.Request(
                target.Token, $"mutation {{ {wanted.Mutation}(input: {{{wanted.Input}}}) {{ version {wanted.Selection} errors {{ ... on UserError {{ message }} }} }} }}");
            using var answer = await target.Server.Http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable && answer.Headers.RetryAfter is not null && text.Contains("\"UNAVAILABLE\"", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref _refused);
                // As a client that heeds Retry-After would, only sooner.
                await Task.Delay(50);
            }
            else if (ExpectsExpiry && text.Contains("\"AUTH_NOT_AUTHENTICATED\"", StringComparison.Ordinal))
            {
                // 401, or refused where it was decided.
                target.Token = await target.Server.SignInAsync("olivia@acme.test");
            }
            else if (answer.StatusCode == HttpStatusCode.OK)
            {
                Read(wanted, text);
            }
            else
            {
                Wrong.Enqueue($"{wanted.Mutation}: {(int)answer.StatusCode} {text}");
            }

            return true;
        }
        catch (Exception e) when (IsGone(e))
        {
            Interlocked.Increment(ref _lost);
            return false;
        }
    }

    private void Read(Wanted wanted, string text)
    {
        using var json = JsonDocument.Parse(text);
        if (!json.RootElement.TryGetProperty("errors", out _)
            && json.RootElement.GetProperty("data").GetProperty(wanted.Mutation) is var payload
            && payload.GetProperty("errors").GetArrayLength() == 0
            && payload.GetProperty("version") is { ValueKind: JsonValueKind.Number } version)
        {
            if (wanted.Kind == "apiKey.created")
            {
                _keys.Enqueue((wanted.Subject, payload.GetProperty("apiKey").GetProperty("id").GetString()!));
            }

            Acknowledged.Enqueue(new Acknowledged(wanted.Kind, wanted.Subject, version.GetInt32(), Stopwatch.GetTimestamp()));
        }
        else
        {
            Wrong.Enqueue($"{wanted.Mutation}: {text}");
        }
    }

    private static bool IsGone(Exception e) => e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException;

    private sealed record Target(RunningServer Server, string Organization, string Group)
    {
        public required string Token { get; set; }
    }

    private sealed record Wanted(string Mutation, string Input, string Selection, string Kind, string Subject);
}
