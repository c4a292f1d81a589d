using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrgGraph.Benchmarks;

/// <summary>
/// Asks a running demo server from 16 connections and prints requests a second with p50 and p99 in milliseconds. Start the server in
/// Release with OrgGraph__RateLimiting=false; server and load share this machine, so compare runs of one machine only.
/// </summary>
internal static class Load
{
    private const int Connections = 16;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Run = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        var token = (await (await http.PostAsJsonAsync("/demo/token", new { email = "olivia@acme.test" })).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var id = (await AskAsync(http, "{ organization(name: \"Acme\") { id } }", new { })).GetProperty("data").GetProperty("organization").GetProperty("id").GetString();
        await MeasureAsync("settings page", http, "query($id: ID!) { organization(id: $id) { name members { nodes { id user { email } groups { name } } } permissionGroups { nodes { name memberCount } } environments { nodes { name } } } }", new { id });
        await MeasureAsync("id and name", http, "query($id: ID!) { organization(id: $id) { id name } }", new { id });
        await MeasureAsync("create an API key", http, "mutation($id: ID!) { createApiKey(input: { organizationId: $id, name: \"Load\" }) { secret errors { __typename } } }", new { id });
        return 0;
    }

    private static async Task MeasureAsync(string name, HttpClient http, string query, object variables)
    {
        await LoopAsync(http, query, variables, WarmUp);
        var times = await LoopAsync(http, query, variables, Run);
        times.Sort();
        Out.WriteLine($"{name,-20} {times.Count / Run.TotalSeconds,8:F0} requests/s   p50 {times[times.Count / 2],6:F2} ms   p99 {times[(int)(times.Count * 0.99)],6:F2} ms");
    }

    private static async Task<List<double>> LoopAsync(HttpClient http, string query, object variables, TimeSpan time)
    {
        var watch = Stopwatch.StartNew();
        var all = await Task.WhenAll(Enumerable.Range(0, Connections).Select(async _ =>
        {
            var times = new List<double>();
            while (watch.Elapsed < time)
            {
                var began = Stopwatch.GetTimestamp();
                await AskAsync(http, query, variables);
                times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            }

            return times;
        }));
        return [.. all.SelectMany(times => times)];
    }

    private static async Task<JsonElement> AskAsync(HttpClient http, string query, object variables)
    {
        using var answer = await http.PostAsJsonAsync("/graphql", new { query, variables });
        answer.EnsureSuccessStatusCode();
        var json = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return json.TryGetProperty("errors", out var errors) ? throw new InvalidOperationException(errors.ToString()) : json;
    }

    private static TextWriter Out => Console.Out;
}
