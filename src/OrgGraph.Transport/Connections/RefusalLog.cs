using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrgGraph.Transport.Connections;

/// <summary>Tells operators of what the transport itself refuses.</summary>
internal sealed partial class RefusalLog(TransportMetrics metrics, ILoggerFactory loggers)
{
    private readonly ILogger _logger = loggers.CreateLogger(TransportTelemetry.LogCategory);

    public void Refused(HttpContext context, Refusal refusal)
    {
        metrics.Refused(refusal);
        // Whoever is told to wait may come as often as they like: the metric counts them, the disk need not.
        var level = refusal.Status == StatusCodes.Status429TooManyRequests ? LogLevel.Debug : LogLevel.Information;
        if (_logger.IsEnabled(level))
        {
            Line(_logger, level, refusal.Code, refusal.Status, refusal.Message, TraceIdOf(context));
        }
    }

    public static string TraceIdOf(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;

    // The message is one of ours and quotes nothing.
    [LoggerMessage(EventId = 3, Message = "request: {Code} {Status} before execution: {Reason} Trace {TraceId}")]
    private static partial void Line(ILogger logger, LogLevel level, string code, int status, string reason, string traceId);
}
