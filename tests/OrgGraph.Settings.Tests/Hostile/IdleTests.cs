using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using OrgGraph.Settings.Tests.Http;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>A server in a process of its own has nothing to do a second after it was attacked, whether the attacker waits for the answer or not.</summary>
[Trait("Category", "Long")]
public sealed partial class IdleTests(ITestOutputHelper output)
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    // Its own clockwork: versions are polled twice a second, work is looked for.
    private static readonly TimeSpan Most = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Process_is_idle_a_second_after_the_attack(bool waitsForAnswers)
    {
        using var folder = new ServerProcess();
        // Else the runtime compiles anew, in the second after, what was called often before: its work, whoever called.
        using var process = folder.Start(
            "--urls http://127.0.0.1:0 --OrgGraph:RateLimiting=false", ("ASPNETCORE_ENVIRONMENT", "Development"), ("OrgGraph__Ide", "None"), ("DOTNET_TieredCompilation", "0"));
        try
        {
            using var http = new HttpClient { BaseAddress = await AddressAsync(process.StandardOutput) };
            http.DefaultRequestHeaders.Authorization = await SignInAsync(http);
            foreach (var (query, variables, _) in HostileDocuments.Refused.Values)
            {
                using var leaving = new CancellationTokenSource();
                var asking = http.PostAsJsonAsync("/graphql", new { query, variables = (IDictionary<string, object?>)variables.ToDictionary(one => one.Key, one => one.Value) }, leaving.Token);
                if (waitsForAnswers)
                {
                    using var answer = await asking;
                }
                else
                {
                    await leaving.CancelAsync();
                    await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
                }
            }

            // Time itself is what is measured here.
            await Task.Delay(After);
            var before = Used(process);
            await Task.Delay(After);
            var used = Used(process) - before;

            output.WriteLine($"{used.TotalMilliseconds:N0} ms of processor time in the second after.");
            Assert.True(used < Most, $"It used {used.TotalMilliseconds:N0} ms of processor time in the second after.");
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static TimeSpan Used(System.Diagnostics.Process process)
    {
        process.Refresh();
        return process.TotalProcessorTime;
    }

    private static async Task<Uri> AddressAsync(StreamReader log)
    {
        while (await log.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(120)) is { } line)
        {
            if (Address().Match(line) is { Success: true } match)
            {
                // Nobody reads the log: without this the process would stop when the pipe is full.
                _ = log.ReadToEndAsync();
                return new Uri(match.Groups[1].Value);
            }
        }

        throw new InvalidOperationException("The server ended before it said its address.");
    }

    private static async Task<AuthenticationHeaderValue> SignInAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync("/demo/token", new { email = "olivia@acme.test" });
        return new AuthenticationHeaderValue("Bearer", (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString());
    }

    [GeneratedRegex(@"OrgGraph answers at (http://[0-9.:]+)")]
    private static partial Regex Address();
}
