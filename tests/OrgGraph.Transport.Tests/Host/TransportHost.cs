using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace OrgGraph.Transport.Tests.Host;

/// <summary>A real Kestrel on a loopback port.</summary>
internal sealed class TransportHost : IAsyncDisposable, ILoggerProvider, ILogger
{
    private readonly WebApplication _application;

    private TransportHost(Action<TransportOptions>? configure)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseKestrel(static kestrel => kestrel.Limits.MaxRequestLineSize = 64 * 1024).UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug).AddProvider(this);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton<IGraphQLEngine>(Engine);
        builder.Services.AddSingleton<IConnectionAuthenticator>(Authenticator);
        builder.Services.AddGraphQLTransport(options =>
        {
            options.ShutdownSpread = TimeSpan.Zero;
            configure?.Invoke(options);
        });
        _application = builder.Build();
        _application.MapGraphQLTransport("/graphql");
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public TestEngine Engine { get; } = new();

    public TestAuthenticator Authenticator { get; } = new();

    public ConcurrentQueue<string> Errors { get; } = new();

    public IServiceProvider Services => _application.Services;

    public Uri Address => new(_application.Urls.First() + "/graphql");

    public HttpClient Http { get; } = new();

    public static async Task<TransportHost> StartAsync(Action<TransportOptions>? configure = null)
    {
        var host = new TransportHost(configure);
        await host._application.StartAsync();
        host.Http.BaseAddress = host.Address;
        return host;
    }

    /// <summary>Waits until a condition holds; fails after 20 s.</summary>
    public static async Task Eventually(Func<bool> condition)
    {
        var began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(20), "The condition did not come true.");
            await Task.Delay(2);
        }
    }

    public Task StopAsync() => _application.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _application.DisposeAsync();
    }

    ILogger ILoggerProvider.CreateLogger(string categoryName) => this;

    void IDisposable.Dispose()
    {
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
        {
            Errors.Enqueue(formatter(state, exception) + exception);
        }
    }
}
