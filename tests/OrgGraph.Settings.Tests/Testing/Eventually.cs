namespace OrgGraph.Settings.Tests.Testing;

/// <summary>Waits for a condition rather than for a time.</summary>
public static class Eventually
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < Longest, "The condition did not come true.");
            await Task.Yield();
        }
    }

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    /// <summary>For what takes another process longer, and costs something to look at.</summary>
    public static async Task TrueAsync(Func<Task<bool>> condition, TimeSpan longest, string what)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        while (!await condition())
        {
            Assert.True(watch.Elapsed < longest, $"Not within {longest.TotalSeconds} s: {what}.");
            await Task.Delay(20);
        }
    }
}
