using System.Buffers;
using System.Text;
using System.Text.Json;
using GraphQL;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace OrgGraph.Transport.Http;

/// <summary>Reads a request from a body or from the query string (GraphQL over HTTP 5.3 and 5.4).</summary>
internal sealed class RequestReader(IOptions<TransportOptions> options)
{
    private readonly TransportOptions _options = options.Value;

    public static Refusal? CheckMediaType(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0)
        {
            return Refusal.WrongMediaType;
        }

        if (request.ContentType is "application/json" or "application/json; charset=utf-8")
        {
            return null;
        }

        // Anything else than JSON would reach us from a foreign page without a pre-flight.
        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase))
            ? null
            : Refusal.WrongMediaType;
    }

    public Refusal? CheckLength(HttpRequest request) => request.ContentLength > _options.MaxBodyBytes ? Refusal.BodyTooLarge : null;

    public Refusal? CheckUrl(HttpRequest request) =>
        request.Path.Value?.Length + request.QueryString.Value?.Length > _options.MaxUrlLength ? Refusal.UrlTooLong : null;

    public async ValueTask<RequestParameters> ReadBodyAsync(HttpContext context)
    {
        var body = context.Request.BodyReader;
        while (true)
        {
            var result = await ReadSomeAsync(context);
            var buffer = result.Buffer;
            // A chunked body announces no length, so what arrives is counted.
            if (buffer.Length > _options.MaxBodyBytes)
            {
                body.AdvanceTo(buffer.End);
                throw new MalformedRequestException(Refusal.BodyTooLarge);
            }

            if (result.IsCompleted)
            {
                try
                {
                    return Parse(buffer);
                }
                finally
                {
                    body.AdvanceTo(buffer.End);
                }
            }

            body.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    public RequestParameters ReadUrl(HttpRequest request)
    {
        var query = Single(request.Query, "query") ?? throw new MalformedRequestException("The query parameter is missing. Add ?query=...");
        var extensions = Single(request.Query, "extensions");
        if (extensions is not null)
        {
            RequestJson.ReadObject(Encoding.UTF8.GetBytes(extensions), "extensions", _options);
        }

        var variables = Single(request.Query, "variables");
        return new RequestParameters(
            query,
            Single(request.Query, "operationName"),
            variables is null ? Inputs.Empty : RequestJson.ReadObject(Encoding.UTF8.GetBytes(variables), "variables", _options));
    }

    private static async ValueTask<System.IO.Pipelines.ReadResult> ReadSomeAsync(HttpContext context)
    {
        try
        {
            return await context.Request.BodyReader.ReadAsync(context.RequestAborted);
        }
        catch (BadHttpRequestException e)
        {
            throw new MalformedRequestException(e.StatusCode == StatusCodes.Status413PayloadTooLarge
                ? Refusal.BodyTooLarge
                : Refusal.Malformed("The body could not be read. Send it whole.") with { Status = e.StatusCode });
        }
    }

    private RequestParameters Parse(ReadOnlySequence<byte> body)
    {
        if (body.IsEmpty)
        {
            throw new MalformedRequestException("The body is empty. Send {\"query\": \"...\"}.");
        }

        var reader = new Utf8JsonReader(body);
        return RequestJson.Read(ref reader, _options);
    }

    // An empty parameter counts as an absent one (GraphQL over HTTP 5.3).
    private static string? Single(IQueryCollection query, string name)
    {
        var values = query[name];
        return values.Count > 1
            ? throw new MalformedRequestException($"The parameter {name} occurs several times. Send it once.")
            : string.IsNullOrEmpty(values) ? null : values[0];
    }
}
