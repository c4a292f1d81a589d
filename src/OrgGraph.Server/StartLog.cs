using OrgGraph.Server.Demo;
using OrgGraph.Server.Telemetry;

namespace OrgGraph.Server;

/// <summary>What a started server says of itself.</summary>
internal static class StartLog
{
    public static void Announce(this WebApplication app)
    {
        var setup = app.Services.GetRequiredService<ServerSetup>();
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("OrgGraph");
        var graphQL = app.Urls.First() + "/graphql";
        log.LogInformation("OrgGraph answers at {Addresses}; GraphQL{AndIde} at {GraphQL}", string.Join(", ", app.Urls), setup.Ide == IdeKind.None ? "" : " and its IDE", graphQL);
        log.LogInformation(
            "Metrics at /metrics: {Audience}; traces: {Traces}",
            string.IsNullOrEmpty(setup.Options.Metrics.Token) ? "for programs of this machine" : "for whoever shows OrgGraph__Metrics__Token",
            setup.HasCollector ? $"to {TelemetryServices.Collector}" : "none");
        if (!setup.Options.RateLimiting)
        {
            log.LogWarning("Rate limits are off, as OrgGraph__RateLimiting=false wants it: for load tests only");
        }

        if (!setup.IsDemo)
        {
            log.LogInformation("Data folder: {Folder}", setup.DataDirectory);
            return;
        }

        log.LogInformation("Data folder: {Folder} (delete it to begin anew)", setup.DataDirectory);
        log.LogInformation("Demo sign-ins (POST /demo/token): {People}", string.Join(", ", DemoOrganization.SignIns.Select(person => $"{person.Email} ({person.Role})")));
    }
}
