using OrgGraph.Server.Authentication;
using OrgGraph.Server.Authentication.Issuers;
using OrgGraph.Server.BackPlane;
using OrgGraph.Server.Database;
using OrgGraph.Server.Keys;
using OrgGraph.Server.Mail;
using OrgGraph.Server.Outbound;
using OrgGraph.Server.RateLimiting;
using OrgGraph.Server.Telemetry;
using OrgGraph.Settings;
using OrgGraph.Settings.Invitations;
using OrgGraph.Settings.Kernel.Outbound;
using OrgGraph.Transport;

namespace OrgGraph.Server;

/// <summary>Everything that the host registers.</summary>
internal static class ServerServices
{
    public static void AddOrgGraph(this IServiceCollection services, ServerSetup setup)
    {
        services.AddSingleton(setup);
        services.AddSingleton(TimeProvider.System);
        services.AddKeys(setup);
        services.AddDatabase(setup);
        services.AddBackPlane(setup.Options.BackPlane);
        services.AddSingleton(setup.Options.Events);
        services.AddSingleton(setup.Options.Audit);
        services.AddSingleton(new MailRate(setup.Options.RateLimiting ? RateLimits.MailsAnHourToOneAddress : 0));
        services.AddSettings(setup.Options.Limits);
        services.AddSingleton<PublicAddress>();
        services.AddSingleton<IPublicAddress>(provider => provider.GetRequiredService<PublicAddress>());
        services.AddSingleton<IMailSender>(provider => string.IsNullOrEmpty(setup.Options.Mail.Smtp)
            ? new PickupFolderSender(setup.DataDirectory, setup.Options.Mail, provider.GetRequiredService<TimeProvider>())
            : new MailKitSender(setup.Options.Mail, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<INameResolver, SystemNames>();
        services.AddSingleton<IOutboundHttp>(provider =>
            new GuardedHttp(setup.AllowedNetworks, setup.IsDevelopment, provider.GetRequiredService<INameResolver>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(setup.Options.AiProviders);
        services.AddSingleton(setup.Options.Slack);
        services.AddPersonTokens(setup.Options.Authentication.Issuers, setup.IsDevelopment, setup.IsDemo ? setup.DataDirectory : null);
        services.AddSingleton<RevocationWatch>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<NodeLimit>();
        services.AddTelemetry(setup.HasCollector);
        services.AddSingleton<RequestLog>();
        services.AddSingleton<IConnectionAuthenticator, Authenticator>();
        services.AddSingleton<IGraphQLEngine, GraphEngine>();
        services.AddGraphQLTransport(options =>
        {
            if (!setup.Options.RateLimiting)
            {
                options.MaxConnectionsPerPrincipal = options.MaxAnonymousConnectionsPerAddress = options.MaxConnections = null;
            }

            options.IsOriginAllowed = (context, origin) => context.RequestServices.GetRequiredService<PublicAddress>().IsOriginAllowed(context, origin);
        });
        services.AddHostedService<KernelService>();
    }

    /// <summary>Starts the kernel before the first request, and lets it finish after the last.</summary>
    private sealed class KernelService(KernelLoops loops) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            loops.Start();
            return Task.CompletedTask;
        }

        public async Task StopAsync(CancellationToken cancellationToken) => await loops.DisposeAsync();
    }
}
