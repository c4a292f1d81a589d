using System.Security.Cryptography;
using System.Text;
using OpenTelemetry.Metrics;

namespace OrgGraph.Server.Telemetry;

/// <summary>
/// <c>GET /metrics</c>: Prometheus text, for programs of this machine; with <c>OrgGraph__Metrics__Token</c> for whoever shows that, and nobody
/// else. For all others there is no such page.
/// </summary>
internal static class MetricsEndpoint
{
    private const string Address = "/metrics";
    private const string Scheme = "Bearer ";

    public static void UseMetrics(this WebApplication app, ServerSetup setup)
    {
        var token = setup.Options.Metrics.Token is { Length: > 0 } text ? Digest(text) : null;
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            app.Services.GetRequiredService<MeterProvider>(),
            context => IsAsked(context) && HttpMethods.IsGet(context.Request.Method) && (token is null ? LocalPeer.IsItself(context) : Shows(context, token)),
            path: null,
            pipeline => pipeline.Use((context, next) =>
            {
                context.Response.Headers.CacheControl = "no-store";
                return next(context);
            }),
            optionsName: null);
    }

    public static bool IsAsked(HttpContext context) => context.Request.Path == Address;

    // By digests of equal length: neither the token's length nor how much of it was right can be told from the time.
    private static bool Shows(HttpContext context, byte[] token) =>
        context.Request.Headers.Authorization is [{ } value]
        && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Digest(value[Scheme.Length..].Trim()), token);

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
