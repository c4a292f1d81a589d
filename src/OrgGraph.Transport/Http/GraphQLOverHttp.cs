using Microsoft.AspNetCore.Http;

namespace OrgGraph.Transport.Http;

/// <summary>GraphQL over HTTP: chooses the status of an answer (section 6.4).</summary>
internal sealed class GraphQLOverHttp
{
    public Task AnswerAsync(HttpContext context, AnswerFormat format, EngineAnswer answer) => answer switch
    {
        EngineAnswer.Whole whole => AnswerAsync(context, format, whole),
        // A request error like any other: 200 for a client of application/json.
        _ => HttpAnswers.WriteAsync(context, format, StatusOfRequestError(format), Refusal.SubscriptionNeedsStream.ToResponse()),
    };

    /// <summary>Also used for event streams that never began.</summary>
    public static Task AnswerAsync(HttpContext context, AnswerFormat format, EngineAnswer.Whole whole)
    {
        switch (whole.Kind)
        {
            case AnswerKind.MethodNotAllowed:
                context.Response.Headers.Allow = "POST";
                break;
            case AnswerKind.RateLimited or AnswerKind.Unavailable:
                HttpAnswers.RetryAfter(context, whole.RetryAfterSeconds);
                break;
        }

        return HttpAnswers.WriteAsync(context, format, StatusOf(whole.Kind, format), whole.Json);
    }

    private static int StatusOf(AnswerKind kind, AnswerFormat format) => kind switch
    {
        AnswerKind.Executed => StatusCodes.Status200OK,
        AnswerKind.RequestError => StatusOfRequestError(format),
        AnswerKind.MethodNotAllowed => StatusCodes.Status405MethodNotAllowed,
        AnswerKind.RateLimited => StatusCodes.Status429TooManyRequests,
        _ => StatusCodes.Status503ServiceUnavailable,
    };

    private static int StatusOfRequestError(AnswerFormat format) =>
        format == AnswerFormat.GraphQLResponse ? StatusCodes.Status400BadRequest : StatusCodes.Status200OK;
}
