using System.Diagnostics;
using OpenTelemetry;

namespace OrgGraph.Server.Telemetry;

/// <summary>
/// Leaves of ASP.NET Core's spans what tells nothing of what was sent: no path that nobody serves, no query string, which over GET is the
/// document, no header. A list of what may stay, so that what a later release adds does not leave unseen.
/// </summary>
internal sealed class RequestSpanTags : BaseProcessor<Activity>
{
    private const string Framework = "Microsoft.AspNetCore";

    private static readonly HashSet<string> Allowed =
    [
        "http.request.method", "http.route", "http.response.status_code", "network.protocol.version", "url.scheme", "server.port", "error.type",
    ];

    public override void OnEnd(Activity data)
    {
        // What the client's own tracing said beside the trace id.
        data.TraceStateString = null;
        if (data.Source.Name != Framework)
        {
            return;
        }

        foreach (var (name, _) in data.TagObjects.ToList())
        {
            if (!Allowed.Contains(name))
            {
                data.SetTag(name, null);
            }
        }
    }
}
