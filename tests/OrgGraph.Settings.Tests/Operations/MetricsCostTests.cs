using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Telemetry;
using Xunit.Abstractions;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>Measuring a request costs it no memory, whether anybody listens or not.</summary>
public sealed class MetricsCostTests(ITestOutputHelper output)
{
    private const int Times = 100_000;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_allocated(bool isListenedTo)
    {
        var services = new ServiceCollection().AddMetrics();
        if (isListenedTo)
        {
            services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(KernelMetrics.MeterName).AddPrometheusExporter());
        }

        using var provider = services.BuildServiceProvider();
        _ = provider.GetService<MeterProvider>();
        var kernel = new KernelMetrics(provider.GetRequiredService<IMeterFactory>());
        var (good, bad) = (new GraphAnswer(GraphOutcome.Executed, default), new GraphAnswer(GraphOutcome.Executed, default) { Code = "INTERNAL", RefusedBy = "cost" });
        Measure(kernel, good);
        Measure(kernel, bad);

        var (before, began) = (GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());
        Measure(kernel, good);
        var taken = Stopwatch.GetElapsedTime(began);
        Measure(kernel, bad);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        output.WriteLine($"{taken.TotalNanoseconds / Times:N0} ns a request, {allocated:N0} bytes allocated by {2 * Times:N0}");
        // The runtime may compile or load something for itself meanwhile, once: that is less than a byte for each request.
        Assert.InRange(allocated, 0, Times);
    }

    private static void Measure(KernelMetrics kernel, GraphAnswer answer)
    {
        for (var i = 0; i < Times; i++)
        {
            kernel.Answered(answer, TimeSpan.FromMilliseconds(1));
        }
    }
}
