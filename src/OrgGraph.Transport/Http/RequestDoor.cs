using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace OrgGraph.Transport.Http;

/// <summary>A request that may be executed, or why it may not.</summary>
internal readonly record struct Admission(Refusal? Refusal, GraphQLRequest? Request = null, ConnectionIdentity? Identity = null);

/// <summary>Everything that is decided about an HTTP request before it is executed; the cheap refusals first.</summary>
internal sealed class RequestDoor(IConnectionAuthenticator authenticator, RequestReader reader, IOptions<TransportOptions> options)
{
    public async ValueTask<Admission> AdmitAsync(HttpContext context, AnswerFormat format)
    {
        if (Check(context, format) is { } refusal)
        {
            return new Admission(refusal);
        }

        var outcome = await authenticator.AuthenticateAsync(context, Credentials(context), context.RequestAborted);
        if (outcome is not AuthenticationOutcome.Accepted accepted)
        {
            return new Admission(Refusal.Of(outcome));
        }

        try
        {
            var isPost = HttpMethods.IsPost(context.Request.Method);
            var read = isPost ? await reader.ReadBodyAsync(context) : reader.ReadUrl(context.Request);
            var request = new GraphQLRequest(
                read.Query, read.OperationName, read.Variables, AllowMutation: isPost, AllowSubscription: format == AnswerFormat.EventStream);
            return new Admission(null, request, accepted.Identity);
        }
        catch (MalformedRequestException e)
        {
            return new Admission(e.Refusal);
        }
    }

    /// <summary>The values of <c>Authorization</c>, as the authenticator wants them.</summary>
    public static IReadOnlyList<string> Credentials(HttpContext context)
    {
        var header = context.Request.Headers.Authorization;
        return header.Count == 0 ? [] : (string[])header.ToArray()!;
    }

    private Refusal? Check(HttpContext context, AnswerFormat format)
    {
        var request = context.Request;
        var isPost = HttpMethods.IsPost(request.Method);
        if (!isPost && !HttpMethods.IsGet(request.Method))
        {
            return Refusal.WrongMethod;
        }

        if (format == AnswerFormat.None)
        {
            return Refusal.NotAcceptable;
        }

        if (BrowserRules.Check(context, options.Value) is { } foreign)
        {
            return foreign;
        }

        return isPost ? RequestReader.CheckMediaType(request) ?? reader.CheckLength(request) : reader.CheckUrl(request);
    }
}
