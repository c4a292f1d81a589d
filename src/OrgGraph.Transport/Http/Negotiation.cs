using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace OrgGraph.Transport.Http;

/// <summary>What an answer is written as.</summary>
internal enum AnswerFormat
{
    /// <summary><c>application/json</c>: request errors are 200.</summary>
    Json,

    /// <summary><c>application/graphql-response+json</c>: request errors are 400.</summary>
    GraphQLResponse,

    /// <summary><c>text/event-stream</c>.</summary>
    EventStream,

    /// <summary>Nothing that the client accepts.</summary>
    None,
}

/// <summary>Reads <c>Accept</c> (GraphQL over HTTP 6.1, RFC 9110 12.5.1).</summary>
internal static class Negotiation
{
    private const string Json = "application/json";
    private const string GraphQLResponse = "application/graphql-response+json";
    private const string EventStream = "text/event-stream";

    /// <summary>The highest quality wins; among equals the first named, for clients list the formats they like best first.</summary>
    public static AnswerFormat Choose(StringValues accept)
    {
        if (accept.Count == 0)
        {
            return AnswerFormat.Json;
        }

        if (accept.Count == 1)
        {
            switch (accept[0])
            {
                case null or "" or "*/*" or Json:
                    return AnswerFormat.Json;
                case GraphQLResponse:
                    return AnswerFormat.GraphQLResponse;
                case EventStream:
                    return AnswerFormat.EventStream;
            }
        }

        return MediaTypeHeaderValue.TryParseList(accept, out var ranges) ? Best(ranges) : AnswerFormat.None;
    }

    private static AnswerFormat Best(IList<MediaTypeHeaderValue> ranges)
    {
        var best = AnswerFormat.None;
        var bestQuality = 0.0;
        foreach (var range in ranges)
        {
            var format = FormatOf(range);
            var quality = range.Quality ?? 1;
            if (format != AnswerFormat.None && quality > bestQuality && !IsExcluded(ranges, range, format))
            {
                best = format;
                bestQuality = quality;
            }
        }

        return best;
    }

    // "application/json;q=0, */*": the wildcard must not bring back what was named with q=0.
    private static bool IsExcluded(IList<MediaTypeHeaderValue> ranges, MediaTypeHeaderValue range, AnswerFormat format)
    {
        if (!range.MatchesAllTypes && !range.MatchesAllSubTypes)
        {
            return false;
        }

        foreach (var other in ranges)
        {
            if (other.Quality == 0 && !other.MatchesAllSubTypes && FormatOf(other) == format)
            {
                return true;
            }
        }

        return false;
    }

    private static AnswerFormat FormatOf(MediaTypeHeaderValue range)
    {
        if (range.Charset.HasValue && !range.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase))
        {
            return AnswerFormat.None;
        }

        var name = range.MediaType;
        return name.Equals("*/*", StringComparison.Ordinal) || Is(name, "application/*") || Is(name, Json) ? AnswerFormat.Json
            : Is(name, GraphQLResponse) ? AnswerFormat.GraphQLResponse
            : Is(name, EventStream) ? AnswerFormat.EventStream
            : AnswerFormat.None;
    }

    private static bool Is(StringSegment name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
