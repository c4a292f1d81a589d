using OrgGraph.Server.Authentication.Issuers;
using OrgGraph.Server.Database;
using OrgGraph.Server.Demo;
using OrgGraph.Server.Ide;
using OrgGraph.Server.Integrations;
using OrgGraph.Server.Keys;
using OrgGraph.Server.Telemetry;
using OrgGraph.Settings.Kernel.Directory;
using OrgGraph.Settings.Seeding;
using OrgGraph.Transport;

namespace OrgGraph.Server;

/// <summary>The server: reads as the walk of a request.</summary>
public static class OrgGraphServer
{
    public static async Task<int> RunAsync(string[] args)
    {
        await using var app = Build(args, forServing: true);
        await PrepareAsync(app);
        // It says in the log what is wrong, before anybody asks.
        await app.Services.GetRequiredService<KeyRingCheck>().IsUsableAsync(CancellationToken.None);
        await app.StartAsync();
        app.Announce();
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>The application, not started.</summary>
    /// <param name="configure">Last word on the services: tests put their clock and ids in.</param>
    public static WebApplication Build(string[] args, bool forServing, Action<IServiceCollection>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Configuration.AddKeyPerFile("/run/secrets", optional: true);
        var setup = ServerSetup.Read(builder.Configuration, builder.Environment, forServing);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            // Above the limit of an address, so that a longer one gets an answer of ours.
            kestrel.Limits.MaxRequestLineSize = 16 * 1024;
        });
        if (string.IsNullOrEmpty(builder.Configuration["urls"]))
        {
            builder.WebHost.UseUrls(ServerSetup.DefaultUrl);
        }

        builder.UseLogFormats();
        builder.Services.AddOrgGraph(setup);
        configure?.Invoke(builder.Services);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(9));
        var app = builder.Build();
        if (forServing)
        {
            setup.MakeDataDirectory();
            Map(app, setup);
        }

        return app;
    }

    /// <summary>Migrates and seeds, as the environment wants it.</summary>
    public static async Task PrepareAsync(WebApplication app)
    {
        var setup = app.Services.GetRequiredService<ServerSetup>();
        app.Services.GetRequiredService<DatabaseStart>().Prepare(setup.MigratesOnStart);
        if (setup.IsDemo && !await app.Services.GetRequiredService<OrganizationNames>().AnyAsync(CancellationToken.None))
        {
            await SeedAsync(app, DemoOrganization.Plan);
        }
    }

    /// <summary>Makes an organization before anything is served.</summary>
    internal static async Task SeedAsync(WebApplication app, SeedPlan plan)
    {
        app.Services.GetRequiredService<Settings.KernelLoops>().Start();
        await app.Services.GetRequiredService<OrganizationSeeder>().SeedAsync(plan, CancellationToken.None);
    }

    private static void Map(WebApplication app, ServerSetup setup)
    {
        app.UseKnownProxies(setup.KnownProxies);
        app.UseSecurityHeaders(setup);
        app.UseMetrics(setup);
        app.UseIde(setup.Ide == IdeKind.BananaCakePop, FirstDocument.Text);
        app.UseSchemaText(setup);
        app.UseRouting();
        app.MapHealth();
        app.MapSlackCallback();
        if (setup.IsDemo)
        {
            app.MapDemoToken();
        }

        app.MapGraphQLTransport("/graphql");
    }
}
