using System.Diagnostics;
using OrgGraph.Settings.Kernel.Graph;

namespace OrgGraph.Server.Telemetry;

/// <summary>One span for each operation: a socket carries many on one request.</summary>
internal static class ServerActivities
{
    public const string SourceName = "OrgGraph.Server";

    private static readonly ActivitySource Source = new(SourceName);

    public static Activity? Operation() => Source.StartActivity("operation");

    /// <summary>Names and outcomes only. The operation's name is the client's, so it is a tag and not the span's name.</summary>
    public static void Answered(this Activity? span, GraphAnswer answer)
    {
        if (span is null)
        {
            return;
        }

        span.DisplayName = answer.OperationType;
        span.SetTag("graphql.operation.type", answer.OperationType);
        span.SetTag("graphql.operation.name", answer.OperationName);
        span.SetTag("orggraph.document.hash", answer.DocumentHash);
        if (answer.Code is { } code)
        {
            span.SetTag("error.type", code);
            span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
