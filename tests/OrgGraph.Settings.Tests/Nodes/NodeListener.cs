using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using OrgGraph.Settings.Tests.Http;

namespace OrgGraph.Settings.Tests.Nodes;

/// <summary>One event as a subscriber was told it.</summary>
internal sealed record Heard(int Version, string Type, string Subject, string Cursor, long At);

/// <summary>A subscriber of everything on one node, by server-sent events.</summary>
internal sealed class NodeListener : IAsyncDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly Task _reading;

    private NodeListener(HttpResponseMessage answer, Stream stream)
    {
        _answer = answer;
        _reading = ReadAsync(new StreamReader(stream));
    }

    public ConcurrentQueue<Heard> Events { get; } = [];

    /// <param name="after">A cursor; null: what happens from now on.</param>
    public static async Task<NodeListener> StartAsync(RunningServer server, string organization, string? after = null)
    {
        var token = await server.SignInAsync("olivia@acme.test");
        var from = after is null ? "" : $", after: \"{after}\"";
        var query = $"subscription {{ organizationEvents(organizationId: \"{organization}\"{from}) {{ __typename version subjectName cursor }} }}";
        var answer = await server.Http.SendAsync(server.Request(token, query, "text/event-stream"), HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        var stream = await answer.Content.ReadAsStreamAsync();
        // The first comment: it is subscribed.
        var first = new byte[1];
        await stream.ReadExactlyAsync(first);
        return new NodeListener(answer, stream);
    }

    public Task ReachAsync(int version) => Testing.Eventually.TrueAsync(
        () => Task.FromResult(Events.LastOrDefault()?.Version >= version), TimeSpan.FromSeconds(60), $"version {version} heard, the last is {Events.LastOrDefault()}");

    public async ValueTask DisposeAsync()
    {
        _answer.Dispose();
        await _reading;
    }

    private async Task ReadAsync(StreamReader lines)
    {
        try
        {
            while (await lines.ReadLineAsync() is { } line)
            {
                if (line.StartsWith("data: {", StringComparison.Ordinal))
                {
                    using var json = JsonDocument.Parse(line.AsMemory(6));
                    var told = json.RootElement.GetProperty("data").GetProperty("organizationEvents");
                    Events.Enqueue(new Heard(
                        told.GetProperty("version").GetInt32(), told.GetProperty("__typename").GetString()!, told.GetProperty("subjectName").GetString()!, told.GetProperty("cursor").GetString()!, Stopwatch.GetTimestamp()));
                }
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            // The node, or the listener, is gone.
        }
    }
}
