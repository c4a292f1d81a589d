using System.Data.Common;
using Microsoft.Extensions.Logging;
using OrgGraph.Settings.Kernel.Directory;

namespace OrgGraph.Settings.Kernel.Events;

/// <summary>The section <c>OrgGraph:Events</c> of the configuration.</summary>
public sealed class EventsOptions
{
    /// <summary>For how many days a stream can be resumed; 0: for ever.</summary>
    public int RetentionDays { get; set; } = 30;
}

/// <summary>Forgets, soon after the start and then hourly, what is kept for a time only: events, and attempts that limits no longer count.</summary>
internal sealed class EventRetention(EventLog log, OrganizationNames names, EventsOptions options, TimeProvider clock, ILogger<EventRetention> logger)
{
    // Not at once: a start has other things to do.
    private static readonly TimeSpan First = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Every = TimeSpan.FromHours(1);
    private const int LongestDays = 36_500;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(First, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                timer.Period = Every;
                await TryForgetAsync(stopping);
            }
        }
        catch (OperationCanceledException)
        {
            // Ending: the next start goes on.
        }
    }

    private async Task TryForgetAsync(CancellationToken stopping)
    {
        try
        {
            var now = clock.GetUtcNow();
            await names.ForgetAsync(now, stopping);
            if (options.RetentionDays > 0 && await log.ForgetAsync(now.AddDays(-Math.Min(options.RetentionDays, LongestDays)), stopping) is var count and > 0)
            {
                logger.LogInformation("{Count} events older than {Days} days are forgotten", count, options.RetentionDays);
            }
        }
        catch (DbException e)
        {
            logger.LogWarning("Forgetting old events failed and is tried again in an hour: {Reason}", e.Message);
        }
    }
}
