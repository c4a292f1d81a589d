using System.Diagnostics;
using System.Globalization;

namespace OrgGraph.Settings.Tests.Hostile;

/// <summary>Processor time of one thread: what other tests do meanwhile does not count.</summary>
internal static class ProcessorTime
{
    private const string OwnThread = "/proc/thread-self/schedstat";

    /// <summary>The least of some runs, after one that warms up.</summary>
    public static TimeSpan Least(int runs, Action run)
    {
        var least = TimeSpan.MaxValue;
        var thread = new Thread(() =>
        {
            run();
            for (var i = 0; i < runs; i++)
            {
                var before = Now();
                run();
                var taken = Now() - before;
                least = taken < least ? taken : least;
            }
        });
        thread.Start();
        thread.Join();
        return least;
    }

    // Elsewhere than on Linux the wall clock must do: it shows at least as much.
    private static TimeSpan Now() => File.Exists(OwnThread)
        ? TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText(OwnThread).Split(' ')[0], CultureInfo.InvariantCulture) / 1000.0)
        : Stopwatch.GetElapsedTime(0);
}
