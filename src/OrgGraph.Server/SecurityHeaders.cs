using OrgGraph.Server.Telemetry;

namespace OrgGraph.Server;

/// <summary>What every answer carries, and which requests are no requests to this server.</summary>
internal static class SecurityHeaders
{
    public static void UseSecurityHeaders(this WebApplication app, ServerSetup setup)
    {
        var address = app.Services.GetRequiredService<PublicAddress>();
        var metrics = app.Services.GetRequiredService<ServerMetrics>();
        app.Use((context, next) =>
        {
            var headers = context.Response.Headers;
            headers[TraceIds.Header] = TraceIds.Current(context);
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["Cross-Origin-Opener-Policy"] = "same-origin";
            headers["Cross-Origin-Resource-Policy"] = "same-origin";
            if (!setup.IsDevelopment)
            {
                headers.StrictTransportSecurity = "max-age=31536000";
            }

            if (address.IsHostAllowed(context.Request.Host))
            {
                return next(context);
            }

            metrics.Refused(RefusalReason.Host);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            return context.Response.WriteAsync("This name is not this server's. Set OrgGraph__PublicUrl or OrgGraph__AllowedHosts.");
        });
    }
}
