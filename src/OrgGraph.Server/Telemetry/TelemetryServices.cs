using System.Diagnostics.Metrics;
using System.Reflection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using OrgGraph.Settings.Kernel.Telemetry;
using OrgGraph.Transport;

namespace OrgGraph.Server.Telemetry;

/// <summary>Who listens to the meters and spans: <c>/metrics</c>, and a collector when the standard variable names one.</summary>
internal static class TelemetryServices
{
    /// <summary>The standard variable; its companions (protocol, headers, sampler, service name) count as well.</summary>
    public const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] Meters = [KernelMetrics.MeterName, TransportTelemetry.MeterName, ServerMetrics.MeterName, "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    // Says for each request again what ours say of it, and costs more than they do: for those whose tools expect it.
    private const string Framework = "Microsoft.AspNetCore.Hosting";

    public static void AddTelemetry(this IServiceCollection services, bool hasCollector)
    {
        services.AddSingleton<ServerMetrics>();
        services.ConfigureOpenTelemetryMeterProvider((provider, metrics) =>
        {
            // The meters of this host and those of the process, not those of other hosts in it: several run in one, in tests.
            var own = provider.GetRequiredService<IMeterFactory>();
            metrics.AddView(instrument => instrument.Meter.Scope is { } scope && scope != own ? MetricStreamConfiguration.Drop : null);
        });
        var telemetry = services.AddOpenTelemetry().ConfigureResource(Describe).WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter(options => options.ScopeInfoEnabled = false));
        if (hasCollector)
        {
            telemetry.WithMetrics(metrics => metrics.AddMeter(Framework).AddOtlpExporter()).WithTracing(traces => traces.AddOrgGraph().AddOtlpExporter());
        }
    }

    /// <summary>The spans, made fit to leave the process.</summary>
    public static TracerProviderBuilder AddOrgGraph(this TracerProviderBuilder traces) => traces
        .AddSource(KernelMetrics.MeterName, ServerActivities.SourceName)
        .AddAspNetCoreInstrumentation(options => options.Filter = context => !MetricsEndpoint.IsAsked(context) && !context.Request.Path.StartsWithSegments("/health"))
        .AddProcessor(new RequestSpanTags());

    // What the environment says comes last, so it counts.
    private static void Describe(ResourceBuilder resource) => resource
        .Clear()
        .AddService("orggraph", serviceVersion: typeof(TelemetryServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();
}
