using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Transport.Tests.Host;

namespace OrgGraph.Transport.Tests;

/// <summary>What the transport counts of connections that end badly.</summary>
public sealed class TransportMetricsTests
{
    private const int SmallBuffer = 4 * 1024;

    [Fact]
    public async Task Client_that_reads_too_slowly_is_counted()
    {
        await using var host = await TransportHost.StartAsync();
        using var counted = new Counted(host);
        using var stopped = await RawSocket.OpenAsync(host.Address, "Bearer good-olivia", SmallBuffer);
        await stopped.SubscribeAsync(1, "subscription { changed }");
        await TransportHost.Eventually(() => host.Engine.Feed.Count == 1);
        var padding = new string('p', 100_000);
        while (host.Engine.Feed.Count == 1)
        {
            host.Engine.Feed.Publish($$"""{"data":1,"padding":"{{padding}}"}""");
        }

        Assert.Equal(4508, await stopped.CloseCodeAsync());
        stopped.Vanish();
        await TransportHost.Eventually(() => counted.Of("orggraph.transport.closed") > 0);
        Assert.Equal(["orggraph.transport.closed orggraph.transport.protocol=websocket orggraph.transport.close.reason=4508", "orggraph.transport.slow_clients orggraph.transport.protocol=websocket"], counted.All);
    }

    private sealed class Counted : IDisposable
    {
        private readonly ConcurrentQueue<string> _measurements = [];
        private readonly MeterListener _listener = new();

        // Of this host alone: others run in this process at the same time.
        public Counted(TransportHost host)
        {
            var own = host.Services.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == own && instrument is Counter<long> && instrument.Meter.Name == TransportTelemetry.MeterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((instrument, _, tags, _) => _measurements.Enqueue(string.Join(' ', [instrument.Name, .. tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}")])));
            _listener.Start();
        }

        public string[] All => [.. _measurements];

        public int Of(string name) => _measurements.Count(one => one.StartsWith(name, StringComparison.Ordinal));

        public void Dispose() => _listener.Dispose();
    }
}
