using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OrgGraph.Transport.Connections;

namespace OrgGraph.Transport.Http;

/// <summary>Writes whole answers.</summary>
internal static class HttpAnswers
{
    public static Task RefuseAsync(HttpContext context, AnswerFormat format, Refusal refusal)
    {
        context.RequestServices.GetRequiredService<RefusalLog>().Refused(context, refusal);
        if (refusal.Allow is { } allow)
        {
            context.Response.Headers.Allow = allow;
        }

        if (refusal.Status == StatusCodes.Status401Unauthorized)
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
        }

        if (refusal.Status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable)
        {
            RetryAfter(context, refusal.RetryAfter);
        }

        return WriteAsync(context, format, refusal.Status, refusal.ToResponse());
    }

    public static void RetryAfter(HttpContext context, int? seconds) =>
        context.Response.Headers.RetryAfter = Math.Max(1, seconds ?? 1).ToString(CultureInfo.InvariantCulture);

    public static async Task WriteAsync(HttpContext context, AnswerFormat format, int status, ReadOnlyMemory<byte> json)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = format == AnswerFormat.GraphQLResponse
            ? "application/graphql-response+json; charset=utf-8"
            : "application/json; charset=utf-8";
        response.ContentLength = json.Length;
        await response.BodyWriter.WriteAsync(json, context.RequestAborted);
    }
}
