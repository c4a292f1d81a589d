using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;
using OrgGraph.Server.Telemetry;
using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Operations;

/// <summary>Keeps the spans that leave the process, as a collector would get them. Other servers of the test process are among them.</summary>
internal sealed class Spans : BaseExporter<Activity>
{
    private readonly ConcurrentQueue<Activity> _all = [];

    public IReadOnlyCollection<Activity> All => _all;

    public override ExportResult Export(in Batch<Activity> batch)
    {
        foreach (var span in batch)
        {
            _all.Enqueue(span);
        }

        return ExportResult.Success;
    }

    /// <summary>Has a server's spans kept here.</summary>
    public void Listen(IServiceCollection services) =>
        services.AddOpenTelemetry().WithTracing(traces => traces.AddOrgGraph().AddProcessor(new SimpleActivityExportProcessor(this)));

    public Task<OrgGraphApp> StartAsync() => OrgGraphApp.StartAsync(configure: Listen);

    /// <summary>The spans of one request, once its own has ended: that is after its answer.</summary>
    public async Task<Activity[]> OfAsync(string traceId)
    {
        await Eventually.TrueAsync(() => Of(traceId).Any(span => span.Kind == ActivityKind.Server));
        return Of(traceId);
    }

    /// <summary>Everything that they say. Baggage is no part of it: it is not exported.</summary>
    public IEnumerable<string> Texts() => _all.SelectMany(span => (string[])
    [
        span.DisplayName, span.OperationName, span.StatusDescription ?? "", span.TraceStateString ?? "", .. span.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"),
        .. span.Events.Select(one => one.Name), .. span.Events.SelectMany(one => one.Tags).Select(tag => $"{tag.Key}={tag.Value}"),
    ]);

    private Activity[] Of(string traceId) => [.. _all.Where(span => span.TraceId.ToHexString() == traceId)];
}
