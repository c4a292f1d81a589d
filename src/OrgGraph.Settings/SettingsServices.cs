using System.Reflection;
using GraphQL.Types;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrgGraph.Secrets;
using OrgGraph.Settings.Kernel;
using OrgGraph.Settings.Kernel.Auditing;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Kernel.Events;
using OrgGraph.Settings.Kernel.Graph;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Work;
using OrgGraph.Settings.Kernel.Writing;
using OrgGraph.Settings.Members;

namespace OrgGraph.Settings;

/// <summary>Registers the product. All of it is singletons: nothing here belongs to one request.</summary>
public static class SettingsServices
{
    /// <summary>
    /// Needs besides: <see cref="ISqlDialect"/>, <see cref="TokenHasher"/>, <see cref="SecretSealer"/>, <see cref="IKeyWrapper"/>,
    /// <see cref="Kernel.Outbound.IMailSender"/>, <see cref="Kernel.Outbound.IOutboundHttp"/>, <see cref="Kernel.Outbound.IBackPlane"/>, <see cref="Invitations.IPublicAddress"/>,
    /// <see cref="Invitations.MailRate"/>, <see cref="EventsOptions"/>, <see cref="AuditOptions"/>, <see cref="TimeProvider"/>, logging.
    /// </summary>
    public static IServiceCollection AddSettings(this IServiceCollection services, SettingsLimits limits)
    {
        var model = new SettingsModel();
        services.AddSingleton(limits);
        services.AddSingleton<ISnapshotModel>(model);
        services.AddSingleton<IEventModel>(model);
        services.AddSingleton(new SchemaParts(SettingsAreas.All));
        services.AddSingleton(new EventCatalog(SettingsAreas.All.SelectMany(area => area.Events)));
        services.AddKernel();
        services.AddGraph();
        foreach (var type in SettingsAreas.All.SelectMany(area =>
            area.Queries.Concat(area.Mutations).Concat(area.Subscriptions).Concat(area.Services).Concat(area.WorkHandlers).Concat(area.Extensions.Select(pair => pair.Contributor))))
        {
            services.AddArea(type);
        }

        return services;
    }

    private static void AddKernel(this IServiceCollection services)
    {
        services.AddSingleton<IdSource>(provider => new TimeOrderedIds(provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<Kernel.Telemetry.KernelMetrics>();
        services.AddOwn<Database>();
        services.AddOwn<UsageTracker>();
        services.AddOwn<SnapshotLoader>();
        services.AddOwn<SnapshotStore>();
        services.AddOwn<SnapshotCatchUp>();
        services.AddOwn<VersionPoller>();
        services.AddOwn<CredentialReader>();
        services.AddOwn<AuditChain>();
        services.AddOwn<Writer>();
        services.AddOwn<AuditLog>();
        services.AddOwn<AuditTrail>();
        services.AddOwn<AuditFeed>();
        services.AddOwn<AuditRetention>();
        services.AddOwn<AuditCheck>();
        services.AddOwn<EventLog>();
        services.AddOwn<EventRetention>();
        services.AddOwn<EventDispatcher>();
        services.AddOwn<BackPlaneFollower>();
        services.AddOwn<PeopleDirectory>();
        services.AddOwn<CredentialDirectory>();
        services.AddOwn<OrganizationNames>();
        services.AddOwn<Kernel.Vault.SecretVault>();
        services.AddOwn<Kernel.Vault.KeyRotation>();
        services.AddOwn<WorkBacklog>();
        services.AddOwn<WorkQueue>();
        services.AddOwn<WorkRunner>();
        services.AddOwn<MutationRunner>();
        services.AddOwn<Seeding.OrganizationSeeder>();
        services.AddOwn<KernelLoops>();
    }

    private static void AddGraph(this IServiceCollection services)
    {
        services.AddSingleton<IGraphTypeMappingProvider, GraphTypeMapping>();
        services.AddSingleton(typeof(OutputType<>));
        services.AddSingleton(typeof(InputType<>));
        services.AddSingleton(typeof(InterfaceType<>));
        services.AddSingleton(typeof(EnumType<>));
        services.AddSingleton<DateTimeScalar>();
        services.AddSingleton<UrlScalar>();
        services.AddSingleton<EmailAddressScalar>();
        services.AddSingleton<JsonScalar>();
        services.AddSingleton<SettingsSchema>();
        services.AddOwn<GraphExecutor>();
    }

    // An area's class is registered as itself and as each of our seams that it implements.
    private static void AddArea(this IServiceCollection services, Type type)
    {
        services.AddSingleton(type, provider => Create(provider, type));
        foreach (var seam in type.GetInterfaces().Where(candidate => candidate.Namespace?.StartsWith("OrgGraph.Settings", StringComparison.Ordinal) == true))
        {
            services.AddSingleton(seam, provider => provider.GetRequiredService(type));
        }
    }

    private static void AddOwn<T>(this IServiceCollection services)
        where T : class => services.AddSingleton(provider => (T)Create(provider, typeof(T)));

    // The container finds public constructors only, and ours are internal where they take what no other assembly may see.
    private static object Create(IServiceProvider provider, Type type)
    {
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance).Single();
        return constructor.Invoke([.. constructor.GetParameters().Select(parameter => provider.GetRequiredService(parameter.ParameterType))]);
    }
}

/// <summary>What runs beside the requests: the writer, the poller and what other nodes tell, the worker, the flushing of usage.</summary>
public sealed class KernelLoops : IAsyncDisposable
{
    private static readonly TimeSpan UsageEvery = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stopping = new();
    private readonly Writer _writer;
    private readonly VersionPoller _poller;
    private readonly BackPlaneFollower _follower;
    private readonly WorkRunner _worker;
    private readonly EventRetention _retention;
    private readonly AuditTrail _trail;
    private readonly AuditRetention _auditRetention;
    private readonly TimeProvider _clock;
    private readonly ILogger<KernelLoops> _log;
    private Task _running = Task.CompletedTask;
    private int _isStarted;
    private int _isStopped;

    internal KernelLoops(
        Writer writer,
        VersionPoller poller,
        BackPlaneFollower follower,
        WorkRunner worker,
        EventRetention retention,
        AuditTrail trail,
        AuditRetention auditRetention,
        EventDispatcher dispatcher,
        PeopleDirectory people,
        MemberProfiles profiles,
        TimeProvider clock,
        ILogger<KernelLoops> log)
    {
        // The dispatcher listens from its construction on: it must exist before the first commit.
        _ = dispatcher;
        (_writer, _poller, _follower, _worker, _retention, _trail, _auditRetention, _clock, _log) = (writer, poller, follower, worker, retention, trail, auditRetention, clock, log);
        people.ProfileChanged = profiles.UpdateAsync;
    }

    /// <summary>Starts them; once is enough.</summary>
    public void Start()
    {
        if (Interlocked.Exchange(ref _isStarted, 1) == 1)
        {
            return;
        }

        _writer.Start();
        _trail.Start();
        _running = Task.WhenAll(
            Task.Run(() => _poller.RunAsync(_stopping.Token)),
            Task.Run(() => _follower.RunAsync(_stopping.Token)),
            Task.Run(() => _worker.RunAsync(_stopping.Token)),
            Task.Run(() => _retention.RunAsync(_stopping.Token)),
            Task.Run(() => _auditRetention.RunAsync(_stopping.Token)),
            Task.Run(() => FlushUsageAsync(_stopping.Token)));
    }

    /// <summary>Lets running changes finish, writes the usage, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isStopped, 1) == 1)
        {
            return;
        }

        await _stopping.CancelAsync();
        await _running;
        await _trail.DisposeAsync();
        await _writer.DisposeAsync();
        await TryFlushAsync();
        _stopping.Dispose();
    }

    private async Task FlushUsageAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(UsageEvery, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stopping))
            {
                await TryFlushAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // Ending: the last flush follows.
        }
    }

    private async Task TryFlushAsync()
    {
        try
        {
            await _writer.FlushUsageAsync(CancellationToken.None);
        }
        catch (System.Data.Common.DbException e)
        {
            _log.LogWarning("Writing usage failed and is tried again: {Reason}", e.Message);
        }
    }
}
