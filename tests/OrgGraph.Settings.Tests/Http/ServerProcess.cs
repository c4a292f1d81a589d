using System.Diagnostics;
using System.Text.RegularExpressions;

namespace OrgGraph.Settings.Tests.Http;

/// <summary>The built server as its operators run it: a process of its own, in an empty folder, told everything by its environment.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(120);

    public string Folder { get; } = Directory.CreateTempSubdirectory("orggraph-process-").FullName;

    public string Data => Path.Combine(Folder, "data");

    /// <summary>The program, and its first arguments, through which it is run, e.g. as another user.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>Runs to the end.</summary>
    public async Task<(int Exit, string Output, string Error)> RunAsync(string arguments, params (string Key, string Value)[] environment)
    {
        using var process = Start(arguments, environment);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Longest);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }

        return (process.ExitCode, await output, await error);
    }

    public Process Start(string arguments, params (string Key, string Value)[] environment)
    {
        string[] command = [.. Through, "dotnet", Path.Combine(AppContext.BaseDirectory, "OrgGraph.Server.dll"), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var key in start.Environment.Keys.Where(key => key.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || key.StartsWith("DOTNET_ENV", StringComparison.Ordinal) || key.StartsWith("OrgGraph__", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(key);
        }

        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Where a started server says that it listens.</summary>
    public static async Task<string> AddressAsync(Process process) => (await StartedAsync(process)).Address;

    /// <summary>Where a started server says that it listens, and what it says from then on to its end.</summary>
    public static async Task<(string Address, Task<string> Log)> StartedAsync(Process process)
    {
        while (await process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60)) is { } line)
        {
            if (Address().Match(line) is { Success: true } match)
            {
                // Whoever does not read on lets the server block on a full pipe.
                return (match.Groups[1].Value, process.StandardOutput.ReadToEndAsync());
            }
        }

        throw new InvalidOperationException("The server did not start: " + await process.StandardError.ReadToEndAsync());
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    [GeneratedRegex(@"answers at (http://127\.0\.0\.1:\d+)")]
    private static partial Regex Address();
}
