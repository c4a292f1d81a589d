using System.Diagnostics;
using OrgGraph.Settings.Kernel.Writing;

namespace OrgGraph.Settings.Kernel.Telemetry;

/// <summary>The spans of the kernel. Their tags are names of the schema, counts and outcomes: nothing that was sent, nobody's id.</summary>
internal static class KernelActivities
{
    public const string SourceName = "OrgGraph.Settings";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>From asking for a decision until it is durable or refused.</summary>
    public static Activity? Append(string mutation)
    {
        var span = Source.StartActivity("append");
        span?.SetTag("orggraph.mutation.name", mutation);
        return span;
    }

    /// <summary>How the decision ended.</summary>
    public static void Ended(this Activity? span, AppendResult result)
    {
        if (span is not null)
        {
            span.SetTag("orggraph.mutation.outcome", MutationOutcomes.TextOf(result.IsAccepted ? MutationOutcome.Accepted : MutationOutcome.Refused));
            if (!result.IsAccepted)
            {
                span.SetTag("error.type", MutationOutcomes.TextOf(result.Errors[0].Code));
            }
        }
    }

    /// <summary>One transaction: it belongs to no single request, so it is linked to all of them.</summary>
    public static Activity? Commit(IEnumerable<AppendRequest> requests)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var links = requests.Select(request => request.Origin).Where(origin => origin != default).Select(origin => new ActivityLink(origin)).ToList();
        var span = Source.StartActivity("commit", ActivityKind.Internal, default(ActivityContext), links: links);
        span?.SetTag("orggraph.writer.batch.size", requests.Count());
        return span;
    }

    /// <summary>One attempt at something due.</summary>
    public static Activity? Work(string kind, int attempt)
    {
        var span = Source.StartActivity("work", ActivityKind.Internal, default(ActivityContext));
        span?.SetTag("orggraph.work.kind", kind);
        span?.SetTag("orggraph.work.attempt", attempt);
        return span;
    }
}
