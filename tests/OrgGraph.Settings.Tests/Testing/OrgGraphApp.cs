using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using OrgGraph.Server;
using OrgGraph.Settings.Kernel.Data;
using OrgGraph.Settings.Kernel.Snapshots;
using OrgGraph.Settings.Kernel.Work;

namespace OrgGraph.Settings.Tests.Testing;

/// <summary>
/// A whole server in this process: Kestrel on a loopback port, a database of its own (a SQLite file, unless <see cref="TestDatabase"/> is told otherwise), the demo organization, a clock that
/// stands still until it is moved, ids that count. Driven through HTTP and sockets like any other.
/// </summary>
public sealed class OrgGraphApp : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly WebApplication _app;
    private readonly bool _ownsData;

    private OrgGraphApp(WebApplication app, FakeTimeProvider clock, CountingDialect database, CapturingLogs logs, string dataDirectory, bool ownsData)
    {
        (_app, Clock, Database, Logs, DataDirectory, _ownsData) = (app, clock, database, logs, dataDirectory, ownsData);
        Address = new Uri(app.Urls.First());
        Http = new HttpClient(new Patience(logs)) { BaseAddress = Address, Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public FakeTimeProvider Clock { get; }

    /// <summary>Counts the commands that reach the database.</summary>
    public CountingDialect Database { get; }

    /// <summary>Everything that was logged: by the server at Trace, by the framework from Warning on.</summary>
    public CapturingLogs Logs { get; }

    public string DataDirectory { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Nobody.</summary>
    public Client Anonymous => new(this, null);

    /// <summary>Starts a server.</summary>
    /// <param name="settings">Configuration besides the defaults, e.g. ("OrgGraph:Limits:Projects", "2").</param>
    /// <param name="dataDirectory">The data of another server, to run a second one beside it or after it.</param>
    /// <param name="clock">Share one between two servers.</param>
    /// <param name="configure">Last word on the services, e.g. for somebody who listens to its spans.</param>
    /// <param name="firstId">Where its ids begin: servers after each other on one data folder must not count over the same ones.</param>
    public static async Task<OrgGraphApp> StartAsync((string Key, string Value)[]? settings = null, string? dataDirectory = null, FakeTimeProvider? clock = null, int firstId = 0, Action<IServiceCollection>? configure = null)
    {
        var data = dataDirectory ?? Directory.CreateTempSubdirectory("orggraph-").FullName;
        clock ??= new FakeTimeProvider(Start);
        var logs = new CapturingLogs();
        CountingDialect? database = null;
        string[] args =
        [
            "--environment=Development", "--urls=http://127.0.0.1:0", $"--OrgGraph:DataDirectory={data}", "--OrgGraph:RateLimiting=false", "--OrgGraph:Ide=None", "--Logging:LogLevel:Default=Trace",
            .. TestDatabase.Arguments(data), .. (settings ?? []).Select(setting => $"--{setting.Key}={setting.Value}"),
        ];
        var app = OrgGraphServer.Build(args, forServing: true, services =>
        {
            services.AddSingleton<TimeProvider>(clock);
            services.AddSingleton<IdSource>(new CountingIds(firstId > 0 ? firstId : dataDirectory is null ? 1 : 1_000_000));
            var inner = (ISqlDialect)services.Last(service => service.ServiceType == typeof(ISqlDialect)).ImplementationInstance!;
            services.AddSingleton<ISqlDialect>(database = new CountingDialect(inner));
            services.PostConfigure<OpenTelemetry.Exporter.PrometheusAspNetCoreOptions>(options => options.ScrapeResponseCacheDurationMilliseconds = 0);
            configure?.Invoke(services);
            services.AddLogging(logging => logging.ClearProviders().AddProvider(logs));
        });
        TestDatabase.Create(data);
        await OrgGraphServer.PrepareAsync(app);
        await app.StartAsync();
        return new OrgGraphApp(app, clock, database!, logs, data, dataDirectory is null);
    }

    /// <summary>Signs in by the demo issuer; anybody unknown is a new person.</summary>
    public async Task<Client> SignInAsync(string email, int expiresIn = 3600)
    {
        var answer = await Http.PostAsJsonAsync("/demo/token", new { email, expiresIn });
        answer.EnsureSuccessStatusCode();
        return new Client(this, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("accessToken").GetString());
    }

    public Task<Client> OliviaAsync() => SignInAsync("olivia@acme.test");

    public Task<Client> OscarAsync() => SignInAsync("oscar@acme.test");

    public Task<Client> EliAsync() => SignInAsync("eli@acme.test");

    public Task<Client> VeraAsync() => SignInAsync("vera@acme.test");

    public Task<Client> NoraAsync() => SignInAsync("nora@outside.test");

    /// <summary>A client with any credential: an API key, a service token, a token of another kind.</summary>
    public Client With(string credential) => new(this, credential);

    /// <summary>The demo organization's id.</summary>
    public string Acme => new OrgGraph.Settings.Kernel.Graph.GlobalId(OrgGraph.Settings.Kernel.Graph.NodeType.Organization, null, new Guid("0198a000-ac3e-7000-8000-000000000001")).ToString();

    /// <summary>Does all work that is due at the clock's time, e.g. mails and expiries.</summary>
    public async Task DoDueWorkAsync()
    {
        var runner = Services.GetRequiredService<WorkRunner>();
        await Eventually.TrueAsync(async () => await runner.RunDueAsync(CancellationToken.None) == 0 && await runner.UnfinishedCountAsync() == 0);
    }

    /// <summary>Moves the clock and does what became due.</summary>
    public async Task PassAsync(TimeSpan time)
    {
        // Half a million ticks of the poller take minutes: a long time is jumped over, and only its last second passes tick by tick.
        if (time > TimeSpan.FromMinutes(2))
        {
            Clock.AdjustTime(Clock.GetUtcNow() + time - TimeSpan.FromSeconds(1));
            time = TimeSpan.FromSeconds(1);
        }

        Clock.Advance(time);
        await ConfirmedAsync();
        await DoDueWorkAsync();
    }

    /// <summary>The server has compared its copies with the database since the clock was moved; before, it may answer 503.</summary>
    public Task ConfirmedAsync() => Eventually.TrueAsync(() => Services.GetRequiredService<SnapshotStore>().IsConfirmed);

    /// <summary>The mails so far, as text, oldest first.</summary>
    public async Task<IReadOnlyList<MimeKit.MimeMessage>> MailsAsync()
    {
        await DoDueWorkAsync();
        var folder = Path.Combine(DataDirectory, "mail");
        return !Directory.Exists(folder) ? [] : [.. Directory.GetFiles(folder, "*.eml").Order(StringComparer.Ordinal).Select(file => MimeKit.MimeMessage.Load(file))];
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        TestDatabase.ClearPools(DataDirectory);
        if (_ownsData)
        {
            TestDatabase.Drop(DataDirectory);
            Directory.Delete(DataDirectory, recursive: true);
        }
    }
}

/// <summary>Ids that count, so that snapshots of answers are the same each time.</summary>
public sealed class CountingIds(int first) : IdSource
{
    private int _next = first - 1;

    public override Guid Next() => new(Interlocked.Increment(ref _next), 0, 0, [0x80, 0, 0, 0, 0, 0, 0, 0]);

    public override double Jitter() => 0.5;
}
