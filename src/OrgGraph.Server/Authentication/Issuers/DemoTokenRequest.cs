using System.Text.Json;
using Microsoft.Net.Http.Headers;

namespace OrgGraph.Server.Authentication.Issuers;

/// <summary>The body of <c>POST /demo/token</c>, or what is wrong with it and what to do.</summary>
internal sealed record DemoTokenRequest(string Email, int ExpiresIn, string? Problem)
{
    private const int LongestBody = 4 * 1024;
    private const string Example = "{\"email\": \"olivia@acme.test\"}";

    public static async Task<DemoTokenRequest> ReadAsync(HttpRequest request)
    {
        if (!IsJson(request.ContentType))
        {
            return Bad("Send the body as JSON, with the header Content-Type: application/json.");
        }

        var body = new byte[LongestBody + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted);
        if (length > LongestBody)
        {
            return Bad("The body is longer than 4 KiB; send " + Example + ".");
        }

        try
        {
            using var document = JsonDocument.Parse(body.AsMemory(0, length), new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 8 });
            return Read(document.RootElement);
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return Bad("The body is not valid JSON; send " + Example + ".");
        }
    }

    private static DemoTokenRequest Read(JsonElement body)
    {
        if (body.ValueKind is not JsonValueKind.Object)
        {
            return Bad("The body must be an object; send " + Example + ".");
        }

        if (body.Text("email") is not { } email || !DemoIssuer.IsEmail(email))
        {
            return Bad("\"email\" must be an e-mail address; send " + Example + ".");
        }

        var expiresIn = DemoIssuer.LongestLife;
        if (body.TryGetProperty("expiresIn", out var life)
            && !(life.ValueKind is JsonValueKind.Number && life.TryGetInt32(out expiresIn) && expiresIn is >= 1 and <= DemoIssuer.LongestLife))
        {
            return Bad("\"expiresIn\" must be a whole number of seconds from 1 to 3600, or be left out.");
        }

        return new DemoTokenRequest(email, expiresIn, null);
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue || type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase));

    private static DemoTokenRequest Bad(string problem) => new("", 0, problem);
}
