using System.Buffers.Binary;
using OrgGraph.Settings.Kernel.Outbound;
using StackExchange.Redis;

namespace OrgGraph.Server.BackPlane;

/// <summary>The section <c>OrgGraph:BackPlane</c> of the configuration.</summary>
public sealed class BackPlaneOptions
{
    /// <summary>Redis' connection string. Without it nodes find each other's changes by polling.</summary>
    public string? Redis { get; set; }
}

internal static class BackPlaneServices
{
    public static void AddBackPlane(this IServiceCollection services, BackPlaneOptions options)
    {
        if (string.IsNullOrEmpty(options.Redis))
        {
            services.AddSingleton<IBackPlane, NoBackPlane>();
            return;
        }

        var redis = RedisBackPlane.Configure(options.Redis);
        services.AddSingleton(provider => new RedisBackPlane(redis, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<RedisBackPlane>>()));
        services.AddSingleton<IBackPlane>(provider => provider.GetRequiredService<RedisBackPlane>());
        services.AddHostedService(provider => provider.GetRequiredService<RedisBackPlane>());
    }
}

/// <summary>
/// Hints between nodes over Redis' publish and subscribe. While Redis is away nobody waits for it: hints are dropped, nodes poll as they
/// always do, one warning is logged, and the connection comes back by itself.
/// </summary>
internal sealed class RedisBackPlane(ConfigurationOptions options, TimeProvider clock, ILogger<RedisBackPlane> log) : IBackPlane, IHostedService, IAsyncDisposable
{
    private const int Length = 20;
    private static readonly RedisChannel Versions = RedisChannel.Literal("orggraph:versions");
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    private readonly VersionHints _telling = new();
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;
    private int _isAway;

    public event Action<Guid, int>? Told;

    /// <summary>Whether Redis is reached, as far as is known.</summary>
    public bool IsReached => Volatile.Read(ref _isAway) == 0;

    /// <summary>Reads a connection string, and sets what a back-plane needs.</summary>
    /// <exception cref="StartRefusedException">It is none.</exception>
    public static ConfigurationOptions Configure(string connectionString)
    {
        try
        {
            var options = ConfigurationOptions.Parse(connectionString);
            options.AbortOnConnectFail = false;
            options.BacklogPolicy = BacklogPolicy.FailFast;
            options.ConnectTimeout = 2000;
            // A line that was cut says nothing: it is found out by asking.
            options.KeepAlive = 2;
            options.ReconnectRetryPolicy = new LinearRetry(500);
            options.ClientName = "orggraph";
            return options;
        }
        catch (ArgumentException)
        {
            // Its message would repeat the password.
            throw new StartRefusedException("OrgGraph__BackPlane__Redis is no Redis connection string, e.g. redis:6379,password=...");
        }
    }

    public void Tell(Guid organizationId, int version) => _telling.Add(organizationId, version);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // Not awaited: a start does not wait for Redis.
        _running = Task.Run(() => RunAsync(_stopping.Token), CancellationToken.None);
        return Task.CompletedTask;
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _running;
    }

    public ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(options);
            redis.ConnectionFailed += (_, failure) => Lose(failure.FailureType.ToString());
            redis.ConnectionRestored += (_, _) => Find(redis);
            if (!redis.IsConnected)
            {
                Lose("no connection");
            }

            await Task.WhenAll(ListenAsync(redis, stopping), TellAsync(redis, stopping));
        }
        catch (OperationCanceledException)
        {
            // Ending.
        }
        catch (Exception e)
        {
            log.LogError("The back-plane has ended, and nodes poll: {Type}: {Reason}", e.GetType().Name, e.Message);
        }
    }

    // Once is enough: the client subscribes anew by itself whenever it has connected again.
    private async Task ListenAsync(ConnectionMultiplexer redis, CancellationToken stopping)
    {
        var subscriber = redis.GetSubscriber();
        for (var isListening = false; !isListening;)
        {
            try
            {
                if (redis.IsConnected)
                {
                    await subscriber.SubscribeAsync(Versions, (_, message) => Hear(message));
                    isListening = true;
                    Find(redis);
                    continue;
                }
            }
            catch (RedisException e)
            {
                Lose(e.GetType().Name);
                await subscriber.UnsubscribeAllAsync(CommandFlags.FireAndForget);
            }

            await Task.Delay(Pause, clock, stopping);
        }
    }

    private async Task TellAsync(ConnectionMultiplexer redis, CancellationToken stopping)
    {
        var subscriber = redis.GetSubscriber();
        while (true)
        {
            foreach (var (organization, version) in await _telling.TakeAsync(stopping))
            {
                try
                {
                    if (redis.IsConnected)
                    {
                        await subscriber.PublishAsync(Versions, Format(organization, version), CommandFlags.FireAndForget);
                    }
                }
                catch (RedisException e)
                {
                    Lose(e.GetType().Name);
                }
            }
        }
    }

    private void Hear(RedisValue message)
    {
        // Whatever else talks on the channel is none of ours.
        if ((byte[]?)message is { Length: Length } bytes)
        {
            Told?.Invoke(new Guid(bytes.AsSpan(0, 16)), BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16)));
        }
    }

    private static byte[] Format(Guid organization, int version)
    {
        var bytes = new byte[Length];
        organization.TryWriteBytes(bytes);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(16), version);
        return bytes;
    }

    private void Lose(string reason)
    {
        if (Interlocked.Exchange(ref _isAway, 1) == 0)
        {
            log.LogWarning("The back-plane cannot be reached ({Reason}). Until it can, nodes see each other's changes by polling, within half a second", reason);
        }
    }

    private void Find(ConnectionMultiplexer redis)
    {
        if (redis.GetSubscriber().IsConnected(Versions) && Interlocked.Exchange(ref _isAway, 0) == 1)
        {
            log.LogInformation("The back-plane is reached again");
        }
    }
}
