using System.Diagnostics;

namespace OrgGraph.Transport.Tests.Host;

/// <summary>A script with other people's clients, run by Node. Skipped where there is no folder with their packages: ORGGRAPH_NPM names it, as .ci/run does.</summary>
internal sealed class NodeScript : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    private readonly Process _node;
    private readonly Task<string> _errors;
    private readonly List<string> _said = [];

    private NodeScript(Process node)
    {
        _node = node;
        _errors = node.StandardError.ReadToEndAsync();
    }

    private static string? Packages => Environment.GetEnvironmentVariable("ORGGRAPH_NPM");

    /// <summary>For tests that have more to start than the script.</summary>
    public static void SkipWithoutPackages() => Skip.If(string.IsNullOrEmpty(Packages), "ORGGRAPH_NPM names no folder with the npm packages that .ci/run installs.");

    /// <summary>Starts a script of the folder Conformance.</summary>
    public static NodeScript Start(string script, Uri address, params string[] arguments)
    {
        SkipWithoutPackages();
        string[] all = [Path.Combine(AppContext.BaseDirectory, "Conformance", script), Packages!, address.ToString(), .. arguments];
        return new NodeScript(Process.Start(new ProcessStartInfo("node", all) { RedirectStandardOutput = true, RedirectStandardError = true })!);
    }

    /// <summary>Runs a script to its end, which must be a good one.</summary>
    public static async Task RunAsync(string script, Uri address, params string[] arguments)
    {
        using var running = Start(script, address, arguments);
        await running.SucceedsAsync();
    }

    /// <summary>Waits until the script says a line.</summary>
    public async Task SaysAsync(string line)
    {
        while (await _node.StandardOutput.ReadLineAsync().WaitAsync(Longest) is { } said)
        {
            _said.Add(said);
            if (said == line)
            {
                return;
            }
        }

        Assert.Fail($"It ended without saying {line}.\n{string.Join('\n', _said)}\n{await _errors}");
    }

    /// <summary>Waits for its end.</summary>
    public async Task SucceedsAsync()
    {
        _said.Add(await _node.StandardOutput.ReadToEndAsync().WaitAsync(Longest));
        await _node.WaitForExitAsync();
        Assert.True(_node.ExitCode == 0, string.Join('\n', _said) + await _errors);
    }

    public void Dispose()
    {
        if (!_node.HasExited)
        {
            _node.Kill();
        }

        _node.Dispose();
    }
}
