using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace OrgGraph.Transport.Connections;

/// <summary>A socket or an event stream.</summary>
internal interface IOpenConnection
{
    /// <summary>As metrics call it.</summary>
    string Protocol { get; }

    /// <summary>Operations that run on it.</summary>
    int OperationCount { get; }

    /// <summary>The server restarts: finish soon. Never blocks, never throws.</summary>
    void BeginRestart();
}

/// <summary>Closes connections at shutdown, spread over time so that their clients do not all come back at once.</summary>
internal sealed class OpenConnections
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<IOpenConnection, byte> _connections = new();
    private readonly TimeSpan _spread;
    private readonly TimeProvider _time;
    private readonly ILogger<OpenConnections> _logger;
    private readonly CancellationToken _stopping;

    public OpenConnections(IHostApplicationLifetime lifetime, IOptions<TransportOptions> options, TimeProvider time, ILogger<OpenConnections> logger)
    {
        _spread = options.Value.ShutdownSpread;
        _time = time;
        _logger = logger;
        _stopping = lifetime.ApplicationStopping;
        _stopping.Register(() => _ = CloseAllAsync());
    }

    public IEnumerable<IOpenConnection> All => _connections.Select(pair => pair.Key);

    public bool IsStopping => _stopping.IsCancellationRequested;

    /// <summary>Dispose the answer when the connection is gone.</summary>
    public Registration Add(IOpenConnection connection)
    {
        _connections.TryAdd(connection, 0);
        // It may have come between the signal and the listing.
        if (IsStopping)
        {
            connection.BeginRestart();
        }

        return new Registration(this, connection);
    }

    private async Task CloseAllAsync()
    {
        var all = _connections.Keys.ToArray();
        _logger.LogInformation("Closing {Count} sockets and event streams over {Spread}", all.Length, _spread);
        var began = _time.GetTimestamp();
        var closed = 0;
        while (true)
        {
            var passed = _spread > TimeSpan.Zero ? _time.GetElapsedTime(began) / _spread : 1;
            for (var due = passed >= 1 ? all.Length : (int)(all.Length * passed) + 1; closed < Math.Min(due, all.Length); closed++)
            {
                all[closed].BeginRestart();
            }

            if (closed == all.Length)
            {
                return;
            }

            await Task.Delay(Step, _time);
        }
    }

    /// <summary>One connection's entry.</summary>
    internal readonly struct Registration(OpenConnections owner, IOpenConnection connection) : IDisposable
    {
        public void Dispose() => owner._connections.TryRemove(connection, out _);
    }
}
