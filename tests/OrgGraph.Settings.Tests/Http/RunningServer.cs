using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>The demo organization, served by a process of its own on a clock that runs.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private readonly Process _process;
    private bool _isDisposed;

    private RunningServer(Process process, string address, Task<string> log)
    {
        _process = process;
        Log = log;
        Http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromMinutes(2) };
        GraphQL = new Uri(address + "/graphql");
    }

    public bool HasExited => _process.HasExited;

    public HttpClient Http { get; }

    public Uri GraphQL { get; }

    /// <summary>What it said since it listens; there when it has ended.</summary>
    public Task<string> Log { get; }

    /// <param name="place">Holds the data, and outlives the server.</param>
    /// <param name="port">0: any.</param>
    /// <param name="environment">Besides what makes it a demo.</param>
    public static async Task<RunningServer> StartAsync(ServerProcess place, int port = 0, params (string Key, string Value)[] environment)
    {
        var process = place.Start("", [("ASPNETCORE_ENVIRONMENT", "Development"), ("ASPNETCORE_URLS", $"http://127.0.0.1:{port}"), ("OrgGraph__Ide", "None"), .. environment]);
        var (address, log) = await ServerProcess.StartedAsync(process);
        return new RunningServer(process, address, log);
    }

    public async Task<string> SignInAsync(string email)
    {
        using var answer = await Http.PostAsJsonAsync("/demo/token", new { email });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString()!;
    }

    public HttpRequestMessage Request(string token, string query, string accept = "application/json") => new(HttpMethod.Post, "/graphql")
    {
        Content = JsonContent.Create(new { query }),
        Headers = { Accept = { new MediaTypeWithQualityHeaderValue(accept) }, Authorization = new AuthenticationHeaderValue("Bearer", token) },
    };

    public async Task<JsonElement> SendAsync(string token, string query)
    {
        using var answer = await Http.SendAsync(Request(token, query));
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }

    public async Task<string> AcmeAsync(string token) =>
        (await SendAsync(token, "{ organization(name: \"Acme\") { id } }")).GetProperty("data").GetProperty("organization").GetProperty("id").GetString()!;

    /// <summary>SIGKILL: what it was doing stays undone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGTERM.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", string.Create(CultureInfo.InvariantCulture, $"-TERM {_process.Id}"));
        kill.WaitForExit();
    }

    /// <summary>Waits for its end: the exit code.</summary>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return _process.ExitCode;
    }

    /// <summary>A line of /proc/PID/status in bytes, e.g. VmRSS or VmHWM.</summary>
    public long Memory(string name) => 1024 * long.Parse(
        File.ReadLines($"/proc/{_process.Id}/status").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        Http.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
